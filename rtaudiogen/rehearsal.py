"""A score of every kind of event, and playing it in blocks of any sizes. [control]"""

import math
from collections.abc import Iterable, Iterator
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EVENT, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Generator, Plays

MAX_FRAMES = 512  # that generators are prepared for
MOVE_FRAMES = 1000  # parameters move at multiples of this

Line = tuple[int, EventKind, int, float, float]  # the fields of an EVENT


def is_played(descriptor: Descriptor) -> bool:
    """Whether notes make it sound."""
    return bool(descriptor.plays & {Plays.NOTES, Plays.HITS})


def choke_frames(generator: Generator) -> int:
    """Frames after which a choked voice must be silent at the output."""
    return math.ceil(CHOKE_SECONDS * generator.sample_rate) + generator.delay_frames + 1


def score(generator: Generator) -> tuple[Events, int]:
    """Events at absolute frames, and how many frames to play: two voices, every kind of event."""
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
    """(moves, parameters,) in range: what the parameters are from each multiple of MOVE_FRAMES."""
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
    """(from, to) of blocks of these sizes in turn, cut where parameters move."""
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
) -> Audio:
    """(total - start, channels) played from frame `start` on.

    `parameters` (moves, parameters) repeat after the last. Whatever is not written stays NaN.
    """
    out = np.full((total - start, generator.descriptor.channels), np.nan, np.float32)
    for begin, end in blocks(total, sizes, start):
        due = events[(events["frame"] >= begin) & (events["frame"] < end)].copy()
        due["frame"] -= begin
        values = parameters[begin // MOVE_FRAMES % len(parameters)].copy()
        generator.render(out[begin - start : end - start], values, due)
    return out


def still(generator: Generator, frames: int, *events: Line) -> Audio:
    """(frames, channels) at default parameters, in blocks of MAX_FRAMES, with a few events."""
    sheet = np.array(list(events), EVENT) if events else no_events()
    defaults = generator.descriptor.defaults()[None]
    return play(generator, sheet, frames, [MAX_FRAMES], defaults)


def first_difference(one: Audio, other: Audio) -> int:
    """The first frame in which two recordings are not the same bits; -1 if there is none."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    different = np.flatnonzero(~same.all(axis=1))
    return int(different[0]) if len(different) else -1
