"""The steady tones of a texture, played from tables beside what a network draws. [render]

Every instrument has two decks, as a disc jockey has. One follows the walk through the recordings.
When the walk jumps, the other deck fades in where it went, and the first one fades out. A tick is
10 ms long; within it, amplitude and phase of a line move evenly, as in `playing.harmonic`.
"""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State
from rtaudiogen.kernel_cache import cached_njit

from ...compiled.random_numbers import uniform
from ...sounds.bands.tones import CODES, Tones, amplitudes, begins_of
from ...sounds.notes.courses import POINTS_PER_SECOND, Courses
from ..harmonic.oscillators import oscillate
from .parameters import SIDES

TICKS = 100  # a second
FADE_SECONDS = 0.7
DECKS = 2
SPREAD = 0.35  # of a turn: at most so far is a line's phase on the right from that on the left
LOUDEST_DB = 24.0  # by which swell lifts a moment
NOWHERE = -1
MOST_MOVED = 4  # points in a tick; farther is a jump
SHELF_HZ = 1600.0  # where brightness begins; see `output.SHELF`

_step: Any = cached_njit(nogil=True, error_model="numpy")


class Tables(NamedTuple):
    """The tones that are played, and their places in the courses."""

    tones: Tones
    recording: NDArray[np.int64]  # (points,) of each point of the courses
    begins: NDArray[np.int64]  # (R + 1,) points at which recordings begin
    whole_db: NDArray[np.float32]  # (points,) level of all lines
    mean_db: NDArray[np.float32]  # (I,) of an instrument's
    amplitude: NDArray[np.float32]  # (CODES,)
    turn: NDArray[np.float32]  # (2, CODES) cosine and sine of the codes of phases


class ToneState(NamedTuple):
    """Decks of I instruments, and M oscillators: K for each deck."""

    place: NDArray[np.int64]  # (I, DECKS) point of the courses, or NOWHERE
    share: NDArray[np.float64]  # (I, DECKS) of a cross-fade, 0 … 1
    leading: NDArray[np.int64]  # (I,) the deck that follows the walk
    followed: NDArray[np.int64]  # (I,) where the walk was at the last tick
    phase: NDArray[np.float64]  # (M,) in turns
    reached: NDArray[np.float32]  # (2, M) amplitude at the end of the tick, real and imaginary
    turn: NDArray[np.float32]  # (SIDES, 4, M) of those that sound; see `oscillate`
    amplitude: NDArray[np.float32]  # (SIDES, 4, M)
    sounding: NDArray[np.int64]  # (1,) how many of them
    left: NDArray[np.int64]  # (1,) frames of the tick that are still to come


def tables_of(tones: Tones, courses: Courses) -> Tables:
    """Return what is played of a model's tones. [control]"""
    begins, table = begins_of(courses), amplitudes()
    recording = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    lines = np.diff(tones.first_line)[recording]
    point = np.repeat(np.arange(len(lines)), lines)
    power = np.bincount(point, np.square(table[tones.level], dtype=np.float64), len(lines))
    whole_db = 10 * np.log10(np.maximum(power, 1e-12))
    mean_db = [whole_db[a:b].mean() for a, b in pairwise(courses.first)]
    angles = 2 * np.pi * np.arange(CODES) / CODES
    return Tables(
        tones, recording, begins, whole_db.astype(np.float32), np.array(mean_db, np.float32),
        table, np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32),
    )  # fmt: skip


class ToneBank:
    """The decks and oscillators of one texture; `tick` frames are from one aim to the next."""

    def __init__(self, tones: Tones, courses: Courses, sample_rate: int, bands: int) -> None:
        self.tables = tables_of(tones, courses)
        self.rate = float(sample_rate)
        self.tick = max(sample_rate // (TICKS * bands), 1) * bands
        instruments = len(self.tables.mean_db)
        most = instruments * DECKS * max(int(np.diff(tones.first_line).max(initial=0)), 1)
        self.state = ToneState(
            place=np.zeros((instruments, DECKS), np.int64),
            share=np.zeros((instruments, DECKS)),
            leading=np.zeros(instruments, np.int64),
            followed=np.zeros(instruments, np.int64),
            phase=np.zeros(most),
            reached=np.zeros((2, most), np.float32),
            turn=np.zeros((SIDES, 4, most), np.float32),
            amplitude=np.zeros((SIDES, 4, most), np.float32),
            sounding=np.zeros(1, np.int64),
            left=np.zeros(1, np.int64),
        )
        self.begin()

    def begin(self) -> None:
        """Silence the bank. [render]"""
        for array in self.state:
            array[:] = 0
        self.state.place[:] = NOWHERE

    def own(self) -> State:
        """Return the live arrays by name. [render]"""
        return {f"tones_{name}": array for name, array in self.state._asdict().items()}

    @property
    def left(self) -> int:
        """Return how many frames are left of the tick; at 0, `follow` is due. [render]"""
        return min(max(int(self.state.left[0]), 0), self.tick)

    def follow(
        self, places: NDArray[np.int64], part: float, weights: NDArray[np.float32], swell: float,
        treble: float, stream: np.uint64,
    ) -> None:  # fmt: skip
        """Begin a tick; see `follow`. [render]"""
        follow(
            self.tables, self.state, places, part, weights, swell, treble, stream, self.tick,
            self.rate,
        )  # fmt: skip

    def sound(self, out: NDArray[np.float32]) -> None:
        """Fill `out` (SIDES, frames) with the next frames of the tick. [render]"""
        used = min(max(int(self.state.sounding[0]), 0), len(self.state.phase))
        for side in range(SIDES):
            oscillate(self.state.turn[side], self.state.amplitude[side], used, out[side])
        self.state.left[0] -= out.shape[1]


@_step
def follow(
    tables: Tables, state: ToneState, places: NDArray[np.int64], part: float,
    weights: NDArray[np.float32], swell: float, treble: float, stream: np.uint64, frames: int,
    rate: float,
) -> None:  # fmt: skip
    """Aim for the tones of this moment, in a tick of `frames` frames.

    `places` (I,) and `part` are the walk's; `weights` (I,) mix the instruments; `treble` is what
    brightness multiplies the treble by; `stream` names the phases of the right side.
    """
    used = 0
    for i in range(len(places)):
        place = min(max(places[i], 0), len(tables.recording) - 1)
        _move(tables, state, i, place, part, frames / rate)
        for deck in range(DECKS):
            here = state.place[i, deck]
            if here < 0 or here >= len(tables.recording):
                continue
            louder_db = (swell - 1.0) * (tables.whole_db[here] - tables.mean_db[i])
            size = weights[i] * 10.0 ** (min(louder_db, LOUDEST_DB) / 20.0)
            size *= math.sin(0.5 * math.pi * state.share[i, deck])
            used = _aim(
                tables, state, DECKS * i + deck, here, part, size, treble, stream, used, frames,
                rate,
            )  # fmt: skip
    state.sounding[0] = used
    state.left[0] = frames


@_step
def _move(tables, state, i, place, part, tick):  # type: ignore[no-untyped-def]  # numba's own types
    """Move both decks as the walk has; if it jumped, let the silent one lead from there.

    `tick` in seconds.
    """
    moved = place - state.followed[i]
    state.followed[i] = place
    for deck in range(DECKS):
        here = state.place[i, deck]
        if 0 <= here < len(tables.recording) and 0 < moved <= MOST_MOVED:
            last = tables.begins[tables.recording[here] + 1] - 1
            state.place[i, deck] = min(here + moved, last)
    lead = 1 if state.leading[i] == 1 else 0
    if state.place[i, lead] != place and state.share[i, 1 - lead] == 0.0:
        fresh = state.place[i, lead] == NOWHERE
        lead = 1 - lead
        state.leading[i] = lead
        _enter(tables, state, DECKS * i + lead, place, part, tick)
        state.place[i, lead] = place
        state.share[i, lead] = 1.0 if fresh else 0.0
    step = tick / FADE_SECONDS
    state.share[i, lead] = min(state.share[i, lead] + step, 1.0)
    state.share[i, 1 - lead] = max(state.share[i, 1 - lead] - step, 0.0)


@_step
def _enter(tables, state, deck, place, part, tick):  # type: ignore[no-untyped-def]  # numba's own types
    """Set a deck's phases to the recording's: a tick ago, for amplitudes come a tick late."""
    recording = tables.recording[place]
    seconds = (place - tables.begins[recording] - 1.0 + part) / POINTS_PER_SECOND - tick
    first = tables.tones.first_line[recording]
    slot = deck * _slots(state)
    for k in range(tables.tones.first_line[recording + 1] - first):
        state.phase[slot + k] = (tables.tones.hertz[first + k] * seconds) % 1.0
        state.reached[0, slot + k] = np.float32(0.0)
        state.reached[1, slot + k] = np.float32(0.0)


@_step
def _slots(state):  # type: ignore[no-untyped-def]  # numba's own types
    return len(state.phase) // (DECKS * len(state.leading))


@_step
def _aim(tables, state, deck, here, part, size, treble, stream, used, frames, rate):  # type: ignore[no-untyped-def]  # numba's own types
    """Set the oscillators of a deck for a tick, behind the first `used`; return how many then."""
    tones, recording = tables.tones, tables.recording[here]
    first = tones.first_line[recording]
    lines = tones.first_line[recording + 1] - first
    begin = tables.begins[recording]
    after = tones.first_code[recording] + (here - begin) * lines
    before = after - lines if here > begin else after
    slot = deck * _slots(state)
    for k in range(lines):
        m, hertz = slot + k, float(tones.hertz[first + k])
        turns = state.phase[m]
        state.phase[m] = (turns + hertz * frames / rate) % 1.0
        re0, im0 = _amplitude(tables, before + k)
        re1, im1 = _amplitude(tables, after + k)
        own = size * _shelf(treble, hertz, rate)
        re, im = own * (re0 + part * (re1 - re0)), own * (im0 + part * (im1 - im0))
        was_re, was_im = state.reached[0, m], state.reached[1, m]
        state.reached[0, m], state.reached[1, m] = np.float32(re), np.float32(im)
        if re == 0.0 and im == 0.0 and was_re == 0.0 and was_im == 0.0:
            continue
        radians = 2.0 * math.pi * hertz / rate
        for side in range(SIDES):
            apart = SPREAD * side * (2.0 * uniform(stream, m) - 1.0)
            angle = 2.0 * math.pi * (turns + apart)
            turn, amplitude = state.turn[side], state.amplitude[side]
            turn[0, used], turn[1, used] = math.cos(angle), math.sin(angle)
            turn[2, used], turn[3, used] = math.cos(radians), math.sin(radians)
            amplitude[0, used], amplitude[1, used] = was_re, was_im
            amplitude[2, used] = (re - was_re) / frames
            amplitude[3, used] = (im - was_im) / frames
        used += 1
    return used


@_step
def _amplitude(tables, code):  # type: ignore[no-untyped-def]  # numba's own types
    size, phase = tables.amplitude[tables.tones.level[code]], tables.tones.phase[code]
    return size * tables.turn[0, phase], size * tables.turn[1, phase]


@_step
def _shelf(treble, hertz, rate):  # type: ignore[no-untyped-def]  # numba's own types
    """Return what the shelf of brightness, see `output`, does at a frequency."""
    if treble == 1.0:
        return 1.0
    low = 1.0 / math.sqrt(1.0 + (hertz / SHELF_HZ) ** 2)
    return low + treble * (1.0 - low)
