"""Sound from the codes of bands: decoded, levelled, given its level, and joined. [render]

Sides of a stereo field are drawn side by side and share everything but their codes. Everything is
sequential per frame, so that block sizes cannot matter.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...compiled import mulaw
from ...sounds.bands.levels import DRAWN_DB, SOFTEST_DB
from ...sounds.bands.pqmf import TAPS, bank
from ..codes.voice import POWER_FLOOR
from ..placing import GLIDE_SECONDS, glide
from ..voice import OFFSET_HZ, PEAK_SECONDS
from . import equaliser
from .equaliser import Equaliser
from .parameters import SIDES

FADE_IN_SECONDS = 0.01  # so that a stream does not begin with a click
POWER_SECONDS = 0.5  # over which a drawn band's level is measured: crackles are to stand out
LIFT = 10.0  # in power: a network that is too soft is amplified by no more
CEILING_DB = -6.0  # RMS of a band; no texture is as loud
SHELF = 0.2  # of the lowest band's width: brightness turns what lies above


class Joining(NamedTuple):
    """Tables that turn codes of N bands into sound."""

    amplitudes: NDArray[np.float32]  # (N, 256) of every band's codes
    preemphases: NDArray[np.float32]  # (N,)
    taps: NDArray[np.float32]  # (N phases, K, N bands) of the synthesis, newest frame first
    equaliser: Equaliser


class BandState(NamedTuple):
    """State of future sound, without the codes still to be drawn."""

    emphasised: NDArray[np.float64]  # (SIDES, N) last output of each de-emphasis
    power: NDArray[np.float64]  # (SIDES, N) running mean square of what the network gave
    offset: NDArray[np.float64]  # (SIDES,) running mean of the lowest band
    low: NDArray[np.float64]  # (SIDES,) of the lowest band, what lies below SHELF
    filters: NDArray[np.float64]  # (SIDES, W, 4) memories of the equaliser
    fine_gain_db: NDArray[np.float64]  # (SIDES, W)
    fine_power: NDArray[np.float64]  # (SIDES, W) running mean square behind each filter
    fine_asked: NDArray[np.float64]  # (W,) the same of what was asked for
    history: NDArray[np.float32]  # (SIDES, K, N) ring of frames of the bands
    pending: NDArray[np.float32]  # (SIDES, N) the newest frame's sound
    row: NDArray[np.int64]  # (1,) of the ring, the newest frame's
    heard: NDArray[np.int64]  # (1,) of the newest frame's sound; N: all of it


def joining(
    codes: tuple[int, ...], preemphases: tuple[float, ...], edges: tuple[int, ...], rate: int
) -> Joining:
    """Return tables for bands of so many codes each, and levels between `edges` in Hz. [control]"""
    bands = len(codes)
    amplitudes = np.zeros((bands, mulaw.LEVELS), np.float32)
    for band, count in enumerate(codes):
        amplitudes[band, :count] = mulaw.table(count)
    filters = np.pad(bank(bands).synthesis, ((0, 0), (0, -(TAPS + 1) % bands)))
    taps = filters.reshape(bands, -1, bands).transpose(2, 1, 0)  # tap b · k + phase of each band
    return Joining(
        amplitudes, np.array(preemphases, np.float32), np.ascontiguousarray(taps, np.float32),
        equaliser.equaliser(edges, bands, rate),
    )  # fmt: skip


def new_state(tables: Joining) -> BandState:
    """Return the state of silence, but for `heard`: see `begin`. [control]"""
    _, depth, bands = tables.taps.shape
    watched = len(tables.equaliser.biquads)
    return BandState(
        emphasised=np.zeros((SIDES, bands)),
        power=np.zeros((SIDES, bands)),
        offset=np.zeros(SIDES),
        low=np.zeros(SIDES),
        filters=np.zeros((SIDES, watched, 4)),
        fine_gain_db=np.zeros((SIDES, watched)),
        fine_power=np.zeros((SIDES, watched)),
        fine_asked=np.zeros(watched),
        history=np.zeros((SIDES, depth, bands), np.float32),
        pending=np.zeros((SIDES, bands), np.float32),
        row=np.zeros(1, np.int64),
        heard=np.zeros(1, np.int64),
    )


def begin(state: BandState) -> None:
    """Silence a state: its next frame of sound needs a frame of codes. [render]"""
    for array in state:
        array[:] = 0
    state.heard[:] = state.pending.shape[1]
    state.power[:] = 10 ** (DRAWN_DB / 10)


def frames_needed(state: BandState, frames: int) -> int:
    """Return how many frames of codes so many frames of sound need. [render]"""
    bands, heard = int(state.pending.shape[1]), int(state.heard[0])
    left = bands - heard if 0 <= heard <= bands else 0
    return max(0, -(-(frames - left) // bands))


@cached_njit(nogil=True)
def sound(
    voices: NDArray[np.void],
    tables: Joining,
    state: BandState,
    codes: NDArray[np.uint8],
    levels_db: NDArray[np.float32],
    beside: NDArray[np.float32],
    gain: float,
    brightness_db: float,
    sample_rate: float,
    out: NDArray[np.float32],
) -> None:
    """Add to `out` (frames, SIDES) what the codes (SIDES, frames of codes · N) sound like. [render]

    `levels_db` (frames of codes, columns) are rows of `sounds.bands.levels`; `beside` (SIDES,
    frames of codes · N) is sound that is added; `voices` (1,) is the stream, with its place and its
    peak.
    """
    v = voices[0]
    bands = state.pending.shape[1]
    fade, fall = FADE_IN_SECONDS * sample_rate, math.exp(-1.0 / (PEAK_SECONDS * sample_rate))
    share = 1.0 / (GLIDE_SECONDS * sample_rate)
    treble = 10.0 ** (brightness_db / 20.0)
    frame = 0
    for t in range(len(out)):
        if state.heard[0] >= bands or state.heard[0] < 0:
            _advance(tables, state, codes, levels_db, beside, frame, treble, sample_rate / bands)
            frame += 1
        glide(v, share)
        place = gain * v.gain * min(1.0, v.sounded / fade)
        left = place * v.left * state.pending[0, state.heard[0]]
        right = place * v.right * state.pending[1, state.heard[0]]
        v.peak = max(abs(left), abs(right), v.peak * fall)
        v.sounded += 1
        out[t, 0] += np.float32(left)
        out[t, 1] += np.float32(right)
        state.heard[0] += 1


@cached_njit(nogil=True)
def _advance(tables, state, codes, levels_db, beside, frame, treble, frame_rate):  # type: ignore[no-untyped-def]  # numba's own types
    """Take in a frame of codes; its sound is then pending."""
    bands, depth = state.pending.shape[1], state.history.shape[1]
    row = state.row[0] + 1
    row = row if 0 <= row < depth else 0
    state.row[0], state.heard[0] = row, 0
    asked_db = levels_db[frame]
    equaliser.ask(tables.equaliser, state.fine_asked, asked_db, bands, frame_rate)
    for side in range(SIDES):
        for band in range(bands):
            x = _decoded(tables, state, codes[side, frame * bands + band], side, band)
            if band == 0:
                x = _without_offset(state, x, side, frame_rate)
                x = equaliser.righted(
                    tables.equaliser, state.fine_asked, state.fine_power[side],
                    state.fine_gain_db[side], state.filters[side], x, frame_rate,
                )  # fmt: skip
            x = _levelled(state, x, asked_db[len(asked_db) - bands + band], side, band, frame_rate)
            x = _brightened(state, x, treble, side, band)
            state.history[side, row, band] = np.float32(x)
        for phase in range(bands):
            drawn = _joined(tables, state, side, phase)
            state.pending[side, phase] = drawn + beside[side, frame * bands + phase]


@cached_njit(nogil=True)
def _decoded(tables, state, code, side, band):  # type: ignore[no-untyped-def]  # numba's own types
    value = tables.amplitudes[band, code]
    value += tables.preemphases[band] * state.emphasised[side, band]
    state.emphasised[side, band] = value
    return value


@cached_njit(nogil=True)
def _without_offset(state, value, side, frame_rate):  # type: ignore[no-untyped-def]  # numba's own types
    state.offset[side] += (value - state.offset[side]) * 2.0 * math.pi * OFFSET_HZ / frame_rate
    return value - state.offset[side]


@cached_njit(nogil=True)
def _levelled(state, value, level_db, side, band, frame_rate):  # type: ignore[no-untyped-def]  # numba's own types
    """Return a band's value at its level: drawn values should have one level throughout."""
    asked_db = min(level_db, CEILING_DB)
    drawn = 10.0 ** ((DRAWN_DB + min(asked_db - SOFTEST_DB, 0.0)) / 10.0)
    power = state.power[side, band]
    power += (value * value - power) / (POWER_SECONDS * frame_rate)
    state.power[side, band] = power
    right = min((drawn + POWER_FLOOR) / (power + POWER_FLOOR), LIFT)
    return value * math.sqrt(right) * 10.0 ** ((max(asked_db, SOFTEST_DB) - DRAWN_DB) / 20.0)


@cached_njit(nogil=True)
def _brightened(state, value, treble, side, band):  # type: ignore[no-untyped-def]  # numba's own types
    """Return a value of a band behind a shelf, whose treble is `treble` times as loud."""
    share = 1.0 - math.exp(-math.pi * SHELF)
    if band > 0:  # what the shelf is where the lowest band ends
        low = share / (2.0 - share)
        return value * (low + treble * (1.0 - low))
    state.low[side] += share * (value - state.low[side])
    return state.low[side] + treble * (value - state.low[side])


@cached_njit(nogil=True)
def _joined(tables, state, side, phase):  # type: ignore[no-untyped-def]  # numba's own types
    """Return a frame of sound, the `phase`-th behind the newest frame of the bands."""
    depth, bands = state.history.shape[1:]
    row, total = state.row[0], np.float32(0.0)
    for k in range(depth):
        for band in range(bands):
            total += tables.taps[phase, k, band] * state.history[side, row, band]
        row = row - 1 if row > 0 else depth - 1
    return total
