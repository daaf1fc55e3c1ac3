"""The pitch of a stream of sound, tracked causally: every step once, never revised. [render]

Normalised correlation of low-passed sound at 8 kHz, its highest peaks, and the cheapest path
through them so far, after Talkin 1995, "A Robust Algorithm for Pitch Tracking" (RAPT), without its
look back. A pitch is told LOOK_AHEAD_STEPS after its moment.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats
from .config import PITCHES, RATE_MULTIPLE, STEPS_PER_SECOND

LOWEST, HIGHEST = 60.0, 500.0  # Hz
RATE = RATE_MULTIPLE  # Hz, of what is correlated
STEP = RATE // STEPS_PER_SECOND
CUTOFF, FILTER_SECONDS = 900.0, 0.0038
WINDOW = 128  # frames that are compared with what was a lag before
FIRST_LAG, LAST_LAG = RATE // int(HIGHEST), round(RATE / LOWEST) + 1
CANDIDATES = 6  # peaks
LEAST_PEAK = 0.25
UNVOICED, CHANGE, JUMP, LARGEST_JUMP = 0.55, 0.15, 2.0, 0.6  # costs: a step of neither kind, …
SHORTER = 0.0015  # a lag's advantage over the next longer one
SILENCE = 1e-5  # added to the energy of a window


class Pitch(NamedTuple):
    """State of future pitches."""

    sound: Floats  # (taps - 1,) latest frames
    low: Floats  # (WINDOW + LAST_LAG + 1,) latest frames at RATE
    lags: NDArray[
        np.float64
    ]  # (1 + CANDIDATES,) of the step before, in frames at RATE; 0: unvoiced
    costs: NDArray[np.float64]  # (1 + CANDIDATES,) of the cheapest path to each
    known: NDArray[np.int64]  # (1,) how many


class PitchScratch(NamedTuple):
    """Memory for one step; its contents mean nothing between steps."""

    filter: Floats  # (taps,) a constant
    heard: Floats  # (taps - 1 + step,)
    products: Floats  # (lags,) the longest lag's first
    likeness: Floats  # (LAST_LAG + 2,) by lag
    lags: NDArray[np.float64]  # (1 + CANDIDATES,)
    strengths: NDArray[np.float64]  # (1 + CANDIDATES,)
    costs: NDArray[np.float64]  # (1 + CANDIDATES,)


def pitch_of(sample_rate: int) -> tuple[Pitch, PitchScratch]:
    """Return a stream that begins, and what it works in. [control]"""
    taps = 2 * round(FILTER_SECONDS * sample_rate / 2) + 1
    states = 1 + CANDIDATES
    pitch = Pitch(
        np.zeros(taps - 1, np.float32), np.zeros(WINDOW + LAST_LAG + 1, np.float32),
        np.zeros(states), np.zeros(states), np.zeros(1, np.int64),
    )  # fmt: skip
    scratch = PitchScratch(
        firwin(taps, CUTOFF, fs=sample_rate).astype(np.float32),
        np.zeros(taps - 1 + sample_rate // STEPS_PER_SECOND, np.float32),
        np.zeros(LAST_LAG - FIRST_LAG + 3, np.float32), np.zeros(LAST_LAG + 2, np.float32),
        *(np.zeros(states) for _ in range(3)),
    )  # fmt: skip
    return pitch, scratch


def tracked(signal: NDArray[np.float32], sample_rate: int, look_ahead: int) -> NDArray[np.float32]:
    """Return the pitch in Hz at 0, 1, … steps of a sound, 0 where it has none. [control]"""
    step = sample_rate // STEPS_PER_SECOND
    steps = len(signal) // step + 1
    late = look_ahead // step
    whole = np.zeros((steps + late, step), np.float32)
    whole.ravel()[: len(signal)] = signal
    pitch, scratch = pitch_of(sample_rate)
    # the first moment is told when `late` steps have been heard
    told = np.array([track(pitch, scratch, heard) for heard in whole], np.float32)
    return np.concatenate([told[late - 1 :]])[:steps]


def codes_of(pitches: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the codes of pitches in Hz, 0 where unvoiced."""
    places = np.log(np.maximum(pitches, 1.0) / LOWEST) / math.log(HIGHEST / LOWEST)
    places = np.clip(np.round(places * (PITCHES - 2)), 0, PITCHES - 2)
    return np.where(pitches > 0, places + 1, 0).astype(np.int64)


def pitches_of(codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return the pitches in Hz that codes mean."""
    places = (np.minimum(codes, PITCHES - 1).astype(np.float64) - 1) / (PITCHES - 2)
    return np.where(codes > 0, LOWEST * (HIGHEST / LOWEST) ** places, 0.0).astype(np.float32)


@whole_call
def code_of(pitch: float) -> int:
    """Return the code of a pitch in Hz, 0 if unvoiced; see `codes_of`."""
    if not pitch > 0:
        return 0
    place = math.log(max(pitch, 1.0) / LOWEST) / math.log(HIGHEST / LOWEST) * (PITCHES - 2)
    return 1 + int(min(max(round(place), 0), PITCHES - 2))


@whole_call
def track(pitch: Pitch, scratch: PitchScratch, sound: NDArray[np.float32]) -> float:
    """Track the next step of sound (step,); return the pitch in Hz of the newest known moment."""
    _lowpass(pitch, scratch, sound)
    _correlate(pitch, scratch)
    told: float = _follow(pitch, scratch, _peaks(scratch))
    return told


@part
def _lowpass(pitch: Pitch, scratch: PitchScratch, sound: NDArray[np.float32]) -> None:
    """Compute one more step of `low`."""
    before, size = len(pitch.sound), len(pitch.low)
    for k in range(before):
        scratch.heard[k] = pitch.sound[k]
    for k in range(len(sound)):
        scratch.heard[before + k] = sound[k]
    for k in range(before):
        pitch.sound[k] = scratch.heard[len(sound) + k]
    for k in range(size - STEP):
        pitch.low[k] = pitch.low[k + STEP]
    every = len(sound) // STEP
    for n in range(STEP):
        first, total = (n + 1) * every - 1, np.float32(0.0)
        for k in range(len(scratch.filter)):
            total += scratch.filter[k] * scratch.heard[first + k]
        pitch.low[size - STEP + n] = total


@part
def _correlate(pitch: Pitch, scratch: PitchScratch) -> None:
    """Return the correlation of the newest window with the one a lag before, -1 … 1."""
    low, likeness, products = pitch.low, scratch.likeness, scratch.products
    newest = len(low) - WINDOW
    for n in range(len(products)):
        products[n] = 0.0
    energy = np.float32(SILENCE)
    for k in range(WINDOW):
        value = low[newest + k]
        energy += value * value
        oldest = low[newest + k - LAST_LAG - 1 :]
        for n in range(len(products)):
            products[n] += value * oldest[n]
    before = np.float32(SILENCE)
    for k in range(WINDOW):
        value = low[newest + k - FIRST_LAG + 1]
        before += value * value
    for lag in range(FIRST_LAG - 1, LAST_LAG + 2):
        both = np.float32(math.sqrt(energy * max(before, np.float32(SILENCE))))
        likeness[lag] = products[LAST_LAG + 1 - lag] / both
        if lag <= LAST_LAG:
            coming, going = low[newest - lag - 1], low[newest - lag - 1 + WINDOW]
            before += coming * coming - going * going


@part
def _peaks(scratch: PitchScratch) -> int:
    """Store lags and strengths of the highest peaks, from index 1 on; return their number."""
    likeness, found = scratch.likeness, 0
    for lag in range(FIRST_LAG, LAST_LAG + 1):
        left, here, right = likeness[lag - 1], likeness[lag], likeness[lag + 1]
        if here > LEAST_PEAK and here >= left and here > right:
            bend = left - 2 * here + right
            offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
            strength = here - 0.25 * (left - right) * offset
            place = found + 1
            if found < CANDIDATES:
                found += 1
            else:
                place = 1
                for k in range(2, CANDIDATES + 1):
                    if _worth(scratch, k) < _worth(scratch, place):
                        place = k
                if strength * (1 - SHORTER * (lag + offset)) <= _worth(scratch, place):
                    continue
            scratch.lags[place], scratch.strengths[place] = lag + offset, strength
    return found


@part
def _worth(scratch: PitchScratch, k: int) -> float:
    """Return a peak's strength, weighted in favour of short lags."""
    worth: float = scratch.strengths[k] * (1 - SHORTER * scratch.lags[k])
    return worth


@part
def _follow(pitch: Pitch, scratch: PitchScratch, found: int) -> float:
    """Return the pitch at the end of the cheapest path."""
    known = min(max(pitch.known[0], 1), CANDIDATES + 1)  # a state may come from a damaged file
    scratch.lags[0] = 0.0
    cheapest, chosen = 1e30, 0
    for k in range(found + 1):
        best = 1e30
        for before in range(known):
            best = min(best, pitch.costs[before] + _step(pitch.lags[before], scratch.lags[k]))
        scratch.costs[k] = best + (UNVOICED if k == 0 else 1 - _worth(scratch, k))
        if scratch.costs[k] < cheapest:
            cheapest, chosen = scratch.costs[k], k
    for k in range(found + 1):
        pitch.lags[k], pitch.costs[k] = scratch.lags[k], scratch.costs[k] - cheapest
    pitch.known[0] = found + 1
    return RATE / float(scratch.lags[chosen]) if chosen else 0.0


@part
def _step(before: float, after: float) -> float:
    """Return the cost of a step from one lag to another; 0 is unvoiced."""
    if before <= 0 or after <= 0:
        return 0.0 if before <= 0 and after <= 0 else CHANGE
    return min(JUMP * abs(math.log2(after / before)), LARGEST_JUMP)
