"""Material of the checks: every kind of event and input, in blocks of any size. [control]"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EVENT, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Finding, Generator, Listener, Plays
from rtaudiogen.processors import CPU

SEED = 7
MAX_FRAMES = 512  # for which generators are prepared
MOVE_FRAMES = 1000  # parameters move at multiples of this
EFFECT_SECONDS = 0.02  # a note, or a change of the input, is audible so soon after the delay
INPUT_LEVEL = 0.25  # of the noise and of the sine that effects hear
SIDES = np.array([1.0, -0.5], np.float32)  # of the input, for an effect that hears two channels

Line = tuple[int, EventKind, int, float, float]  # the fields of an EVENT


@dataclass(frozen=True)
class Make:
    """Makes a new generator for checks, with the device it computes on."""

    create: Callable[[], Generator]
    device: str = CPU

    def __call__(self) -> Generator:
        """Return a generator that is not prepared yet."""
        return self.create()


def is_played(descriptor: Descriptor) -> bool:
    """Return True if notes make it sound."""
    return bool(descriptor.plays & {Plays.NOTES, Plays.HITS})


def sounds_by_itself(descriptor: Descriptor) -> bool:
    """Return True if it may sound while every voice is silent."""
    return bool(descriptor.plays & {Plays.STREAM, Plays.EFFECT})


def listens(descriptor: Descriptor) -> bool:
    """Return True if it hears an input."""
    return Plays.EFFECT in descriptor.plays


def sound(sample_rate: int, frames: int, seed: int = 3) -> Audio:
    """Return (frames, 1) of noise and a sine for effects; longer ones begin the same."""
    noise = np.random.default_rng(seed).uniform(-1.0, 1.0, frames)
    sine = np.sin(2 * np.pi * 220.0 / sample_rate * np.arange(frames))
    signal: NDArray[np.float64] = INPUT_LEVEL * (noise + sine)
    return signal.astype(np.float32)[:, None]


def choke_frames(generator: Generator) -> int:
    """Return the frames after which a choked voice must be silent at the output."""
    return math.ceil(CHOKE_SECONDS * generator.sample_rate) + generator.delay_frames + 1


def score(generator: Generator) -> tuple[Events, int]:
    """Return events of every kind for two voices, at absolute frames, and the total frames."""
    everything: list[Line] = [
        (3, EventKind.PITCH_BEND, -1, 0.0, -1.5),
        (511, EventKind.MOD_WHEEL, -1, 0.0, 0.7),
        (1300, EventKind.PRESSURE, -1, 0.0, 0.4),
        (2205, EventKind.PITCH_BEND, -1, 0.0, 2.0),
    ]
    again = 2500 + choke_frames(generator)
    if is_played(generator.descriptor):
        everything += [
            (0, EventKind.NOTE_ON, 0, 60.0, 0.8),
            (700, EventKind.PRESSURE, 0, 0.0, 0.9),
            (900, EventKind.VOLUME, 0, 0.0, 0.5),
            (950, EventKind.PITCH_BEND, 0, 0.0, 1.0),
            (1400, EventKind.PAN, 0, 0.0, -0.5),
            (1999, EventKind.NOTE_OFF, 0, 0.0, 0.0),
        ]
    if is_played(generator.descriptor) and generator.descriptor.voices > 1:
        everything += [
            (882, EventKind.NOTE_ON, 1, 67.5, 0.5),
            (2500, EventKind.CHOKE, 1, 0.0, 0.0),
            (again, EventKind.NOTE_ON, 1, 50.0, 1.0),
            (again + 700, EventKind.NOTE_OFF, 1, 0.0, 0.0),
        ]
    everything.sort(key=lambda item: item[0])
    return np.array(everything, EVENT), again + 1200 + generator.delay_frames


def moving_parameters(descriptor: Descriptor) -> NDArray[np.float32]:
    """Return (moves, parameters,) in range: values from each multiple of MOVE_FRAMES on."""
    rng = np.random.default_rng(1)
    low = np.array([p.minimum for p in descriptor.parameters])
    high = np.array([p.maximum for p in descriptor.parameters])
    middle = descriptor.defaults()
    values = middle + 0.3 * (rng.uniform(low, high, (16, len(low))) - middle)
    values[0] = middle
    for index, parameter in enumerate(descriptor.parameters):
        values[:, index] = [parameter.clamp(float(value)) for value in values[:, index]]
    return values.astype(np.float32)


def blocks(total: int, sizes: Iterable[int], start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield (from, to) of blocks of these sizes in turn, cut where parameters move."""
    position = start
    for size in cycle(sizes):
        if position >= total:
            return
        to_move = MOVE_FRAMES - position % MOVE_FRAMES
        end = min(position + size, position + to_move, total)
        yield position, end
        position = end


def play(
    generator: Generator,
    events: Events,
    total: int,
    sizes: Iterable[int],
    parameters: NDArray[np.float32],
    start: int = 0,
    heard: Audio | None = None,
) -> Audio:
    """Return (total - start, channels), played from frame `start` on.

    `parameters` (moves, parameters) repeat after the last. An effect hears `heard` (total, 1), by
    default `sound`. Frames that are not written stay NaN.
    """
    if heard is None and listens(generator.descriptor):
        heard = sound(generator.sample_rate, total)
    out = np.full((total - start, generator.descriptor.channels), np.nan, np.float32)
    for begin, end in blocks(total, sizes, start):
        due = events[(events["frame"] >= begin) & (events["frame"] < end)].copy()
        due["frame"] -= begin
        values = parameters[begin // MOVE_FRAMES % len(parameters)].copy()
        if heard is not None:
            _let_hear(generator, heard[begin:end])
        generator.render(out[begin - start : end - start], values, due)
    return out


def _let_hear(generator: Generator, heard: Audio) -> None:
    block = heard * SIDES[: generator.descriptor.hears]
    cast(Listener, generator).hear(block)
    block[:] = np.nan  # reveals a generator that kept it instead of a copy


def still(generator: Generator, frames: int, *events: Line) -> Audio:
    """Return (frames, channels) at default parameters, in blocks of MAX_FRAMES, few events.

    An effect hears silence.
    """
    sheet = np.array(list(events), EVENT) if events else no_events()
    defaults = generator.descriptor.defaults()[None]
    silence = np.zeros((frames, 1), np.float32) if listens(generator.descriptor) else None
    return play(generator, sheet, frames, [MAX_FRAMES], defaults, heard=silence)


def first_difference(one: Audio, other: Audio) -> int:
    """Return the first frame in which two recordings differ in any bit; -1 if none does."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    different = np.flatnonzero(~same.all(axis=1))
    return int(different[0]) if len(different) else -1


def prepared(make: Make, seed: int = SEED) -> Generator:
    """Return a generator that is ready to play."""
    generator = make()
    generator.prepare(MAX_FRAMES, make.device)
    generator.reset(seed)
    return generator


def same(name: str, one: Audio, other: Audio, what: str) -> Finding:
    """Return the finding that two recordings are the same bits; `what` names the comparison."""
    frame = first_difference(one, other)
    if frame < 0:
        return Finding(name, True, f"{what}: {len(one)} frames, the same bits")
    return Finding(name, False, f"{what}: differs from frame {frame} of {len(one)} on")


def settings(d: Descriptor) -> dict[str, NDArray[np.float32]]:
    """Return (parameters,) by name: the defaults, and each parameter at and past its ends.

    A parameter that all parts have alike (pad1.pitch, pad2.pitch …) is set for all of them at once.
    """
    rows = {"defaults": d.defaults()}
    for indices in _alike(d):
        p = d.parameters[indices[0]]
        name = p.id if len(indices) == 1 else f"{p.id} … {d.parameters[indices[-1]].id}"
        span = p.maximum - p.minimum
        between = range(math.ceil(p.minimum) + 1, math.ceil(p.maximum)) if p.labels else ()
        for value in (p.minimum, p.maximum, p.minimum - span, p.maximum + span, *between):
            rows[f"{name} = {value:g}"] = d.defaults()
            rows[f"{name} = {value:g}"][indices] = value
    return rows


def _alike(d: Descriptor) -> Iterable[list[int]]:
    """Return the indices of parameters, those of equal parts and ranges together."""
    found: dict[object, list[int]] = {}
    for index, p in enumerate(d.parameters):
        part, _, rest = p.id.rpartition(".")
        found.setdefault((bool(part), rest, p.minimum, p.maximum, p.labels), []).append(index)
    return found.values()
