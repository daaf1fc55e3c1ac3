"""Checks of generators that hear an input: a part of `verify.py`. [control]"""

from collections.abc import Iterator
from typing import cast

import numpy as np

from rtaudiogen.events import no_events
from rtaudiogen.generator import Finding, Generator, Listener
from rtaudiogen.verification.score import (
    EFFECT_SECONDS,
    MAX_FRAMES,
    SEED,
    Make,
    first_difference,
    listens,
    play,
    prepared,
    same,
    settings,
    sound,
    still,
)


def hearing(make: Make) -> Iterator[Finding]:
    """Check effects: causality, silence without an input, input that is not finite."""
    generator = prepared(make)
    if not listens(generator.descriptor):
        return
    yield _causality(generator)
    frames = 3 * MAX_FRAMES
    generator.reset(SEED)
    silence = still(generator, frames)
    generator.reset(SEED)
    parts = []
    for _ in range(0, frames, MAX_FRAMES):
        parts.append(np.full((MAX_FRAMES, generator.descriptor.channels), np.nan, np.float32))
        generator.render(parts[-1], generator.descriptor.defaults(), no_events())
    yield same("no input", np.concatenate(parts), silence, "against silence")
    yield _broken_input(generator)


def _causality(generator: Generator) -> Finding:
    """Check that input which differs from a frame on has an effect soon, but not earlier."""
    frame, delay = 300, _input_delay(generator)
    total = frame + delay + round(EFFECT_SECONDS * generator.sample_rate)
    heard = sound(generator.sample_rate, total)
    other = heard.copy()
    other[frame:] = sound(generator.sample_rate, total, seed=4)[frame:]
    firsts = []
    for values in settings(generator.descriptor).values():
        played = []
        for signal in (heard, other):
            generator.reset(SEED)
            row = values[None]
            played.append(play(generator, no_events(), total, [MAX_FRAMES], row, heard=signal))
        firsts.append(first_difference(*played))
    found = [first - frame for first in firsts if first >= 0]
    earliest = f"first effect {min(found)} frames after the input" if found else "no effect"
    passed = bool(found) and min(found) >= 0
    return Finding("input", passed, f"{earliest}, said {delay}")


def _input_delay(generator: Generator) -> int:
    return cast(Listener, generator).input_delay_frames


def _broken_input(generator: Generator) -> Finding:
    generator.reset(SEED)
    total = 4 * MAX_FRAMES + _input_delay(generator)
    heard = sound(generator.sample_rate, total)
    heard[10:60:3], heard[11:60:3], heard[700:800] = np.nan, np.inf, -np.inf
    defaults = generator.descriptor.defaults()[None]
    out = play(generator, no_events(), total, [MAX_FRAMES], defaults, heard=heard)
    broken = int(np.count_nonzero(~np.isfinite(out).all(axis=1)))
    detail = f"{broken} of {total} frames are not finite"
    return Finding("input that is not finite", not broken, detail)
