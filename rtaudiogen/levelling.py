"""Measures the loudness of a model's timbres, and writes the missing gains into its file.

Each timbre plays mezzo forte: notes from C3 to C5 one after the other, two bars on a kit, or its
stream from several seeds. Where peaks stand out far, headroom counts more than loudness.
Everything is [control].
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .generator import TIMBRE, Audio, Descriptor, Plays
from .loudness.integrated import RATE, TARGET_LUFS, integrated_lufs
from .midi import TimedMessage, to_events
from .model_file import GAINS, read_header, read_tensors, write_model
from .offline import RenderRequest, render

HEADROOM_DB = 6.0  # of peaks below full scale
RARE = 0.001  # share of the frames that may be louder: the limiter is there for single crackles
MEZZO_FORTE = 80  # velocity
KEYS = (48, 55, 60, 64, 67, 72)
NOTE_SECONDS, REST_SECONDS = 0.8, 0.1
BEAT_SECONDS = 0.25  # of half a beat, at 120 beats a minute
BEAT = ((36, 42), (42,), (38, 42), (42,), (36, 42), (36, 42), (38, 42), (46,))  # keys of each
BARS = 2
STREAM_SECONDS, SEEDS = 5.0, 4


class Measured(NamedTuple):
    """The measurement of one timbre."""

    timbre: str  # empty: the model has but one
    lufs: float  # without any gain
    peak_db: float  # of the same: what one frame in a thousand exceeds, dBFS
    gain_db: float  # to the target, or as far as HEADROOM_DB allows; 0 for what is silent


def measure(descriptor: Descriptor) -> Iterator[Measured]:
    """Measure each timbre of a model."""
    bare = replace(descriptor, gains_db=())
    for position, timbre in enumerate(timbres(descriptor) or ("",)):
        settings = {TIMBRE: float(position)} if timbre else {}
        sound = _played(bare, settings)
        lufs, peak = integrated_lufs(sound), _peak_db(sound)
        gain = min(TARGET_LUFS - lufs, -HEADROOM_DB - peak) if math.isfinite(lufs) else 0.0
        yield Measured(timbre, round(lufs, 1), round(peak, 1), round(gain, 1))


def timbres(descriptor: Descriptor) -> tuple[str, ...]:
    """Return the names of the choices of its parameter `timbre`; none without it."""
    labels = [p.labels for p in descriptor.parameters if p.id == TIMBRE]
    return labels[0] if labels else ()


def write(path: Path, measured: Mapping[str, float]) -> None:
    """Write gains in dB by timbre into a model's file; everything else stays as it is."""
    header = read_header(path)
    facts = {**header.training, GAINS: dict(measured)}
    write_model(path, replace(header, training=facts), read_tensors(path))


def _peak_db(sound: Audio) -> float:
    return 20.0 * math.log10(float(np.quantile(np.abs(sound).max(axis=1), 1.0 - RARE)) + 1e-9)


def _played(descriptor: Descriptor, settings: Mapping[str, float]) -> Audio:
    """Return (frames, 2) of one timbre at RATE."""
    if Plays.STREAM in descriptor.plays:
        takes = (_rendered(descriptor, STREAM_SECONDS, settings, seed) for seed in range(SEEDS))
        return np.concatenate(list(takes))
    messages = list(_beat() if Plays.HITS in descriptor.plays else _scale())
    seconds = messages[-1].seconds + REST_SECONDS
    return _rendered(descriptor, seconds, settings, 0, to_events(messages, RATE))


def _rendered(
    descriptor: Descriptor,
    seconds: float,
    settings: Mapping[str, float],
    seed: int,
    events: NDArray[np.void] | None = None,
) -> Audio:
    return render(
        RenderRequest([descriptor], seconds, RATE, seed, settings=settings, events=events)
    )


def _scale() -> Iterator[TimedMessage]:
    for place, key in enumerate(KEYS):
        start = place * (NOTE_SECONDS + REST_SECONDS)
        yield TimedMessage(start, 0x90, key, MEZZO_FORTE)
        yield TimedMessage(start + NOTE_SECONDS, 0x80, key, 0)


def _beat() -> Iterator[TimedMessage]:
    for place, keys in enumerate(BEAT * BARS):
        for key in keys:
            yield TimedMessage(place * BEAT_SECONDS, 0x90, key, MEZZO_FORTE)
    yield TimedMessage(len(BEAT) * BARS * BEAT_SECONDS, 0x80, BEAT[0][0], 0)
