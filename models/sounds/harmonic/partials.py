"""The partials of one recorded note: frequencies, stretch, and amplitudes moment by moment.

A partial is heterodyned at its frequency under a Hann window of four periods, whose nulls are the
other partials. Stiff strings stretch: partial k lies at k f0 sqrt((1 + B k²) / (1 + B)) (Fletcher
1964).
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

HOP_SECONDS = 0.005
DENSE_SECONDS = 1.2  # for this long the amplitudes are measured at every hop
HIGHEST = 0.485  # of the rate
MOST_PARTIALS = 144
PERIODS, SLOW_SECONDS, FAST_SECONDS = 4.0, 0.032, 0.008
LATER_PERIODS, LATER_SECONDS = 8.0, 0.1  # of the window, where a note only rings
FAST_UNTIL, SLOW_FROM = 0.02, 0.06  # seconds: the onset is seen through the short window
MOST_STRETCH = 2e-3
_FITTED = 30  # partials from which the stretch is fitted
_LEAST_WEIGHT = 0.45  # of a window that begins before the recording


@dataclass(frozen=True)
class Partials:
    """The K partials of a note."""

    frequencies: NDArray[np.float64]  # (K,) Hz, as recorded
    stretch: float  # B
    amplitudes: NDArray[np.complex128]  # (hops, K) peak values, each re its own frequency
    later: NDArray[np.float64]  # (moments, K) magnitudes


def partials_of(
    signal: NDArray[np.float32], pitch: float, sample_rate: int, moments: NDArray[np.float64]
) -> Partials:
    """Return the partials of a note; `later` at `moments` in seconds."""
    frequencies, stretch = _found(signal, 440.0 * 2.0 ** ((pitch - 69.0) / 12.0), sample_rate)
    hops = np.arange(int(min(DENSE_SECONDS, len(signal) / sample_rate) / HOP_SECONDS) + 1)
    seconds: NDArray[np.float64] = np.asarray(hops * HOP_SECONDS, np.float64)
    slow = heterodyned(
        signal, frequencies, seconds, _frames(frequencies, SLOW_SECONDS), sample_rate
    )
    fast_frames = _frames(frequencies, FAST_SECONDS)
    early = seconds < SLOW_FROM
    fast = heterodyned(signal, frequencies, seconds[early], fast_frames, sample_rate)
    part = np.clip((seconds[early] - FAST_UNTIL) / (SLOW_FROM - FAST_UNTIL), 0, 1)[:, None]
    slow[early] = part * slow[early] + (1 - part) * fast
    width = max(LATER_PERIODS / float(frequencies[0]), LATER_SECONDS)
    later = np.abs(heterodyned(signal, frequencies, moments, width, sample_rate))
    return Partials(frequencies, stretch, slow, later)


def _frames(frequencies: NDArray[np.float64], least: float) -> float:
    return max(PERIODS / float(frequencies[0]), least)


def heterodyned(
    signal: NDArray[np.float32], frequencies: NDArray[np.float64], seconds: NDArray[np.float64],
    width: float, sample_rate: int,
) -> NDArray[np.complex128]:  # fmt: skip
    """Return (moments, K) complex peak amplitudes around `seconds`, in windows of `width` s."""
    half = int(width * sample_rate / 2)
    window = np.hanning(2 * half + 3)[1:-1].astype(np.float32)
    centres = np.minimum((seconds * sample_rate).astype(int), len(signal) - 1)
    padded = np.pad(signal, half).astype(np.float32)
    pieces = sliding_window_view(padded, 2 * half + 1)[centres] * window
    time = (np.arange(2 * half + 1) - half) / sample_rate
    carrier = np.exp(-2j * np.pi * np.outer(time, frequencies)).astype(np.complex64)
    inside = np.concatenate([[0.0], np.cumsum(window)])
    first = np.maximum(half - centres, 0)
    last = np.minimum(half + len(signal) - centres, 2 * half + 1)
    weight = np.maximum(inside[last] - inside[first], _LEAST_WEIGHT * inside[-1])
    found = 2 * (pieces @ carrier.real + 1j * (pieces @ carrier.imag)) / weight[:, None]
    turned = np.exp(-2j * np.pi * np.outer(centres / sample_rate, frequencies))
    return np.asarray(found * turned, np.complex128)


def frequencies_of(
    signal: NDArray[np.float32], pitch: float, sample_rate: int
) -> NDArray[np.float64]:
    """Return the frequencies in Hz of a note's partials, near those of a `pitch`."""
    return _found(signal, 440.0 * 2.0 ** ((pitch - 69.0) / 12.0), sample_rate)[0]


def _found(
    signal: NDArray[np.float32], frequency: float, sample_rate: int
) -> tuple[NDArray[np.float64], float]:
    """Return frequencies (K,) and stretch, near the labelled `frequency`."""
    stretch = 0.0
    for _ in range(2):
        count = max(int(HIGHEST * sample_rate / frequency), 1)
        order = np.arange(1, min(count, MOST_PARTIALS) + 1)
        guess = order * frequency * _stretching(order, stretch)
        offset, stretch = _refined(signal, guess, order, stretch, sample_rate)
        frequency *= 1 + offset
    frequencies = order * frequency * _stretching(order, stretch)
    return frequencies[frequencies < HIGHEST * sample_rate], stretch


def _stretching(order: NDArray[np.int64], stretch: float) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((1 + stretch * order**2) / (1 + stretch)))


def _refined(
    signal: NDArray[np.float32], guess: NDArray[np.float64], order: NDArray[np.int64],
    stretch: float, sample_rate: int,
) -> tuple[float, float]:  # fmt: skip
    """Return (offset of the pitch, new stretch) from the drift of the partials' phases."""
    told = slice(0, _FITTED)
    guess, order = guess[told], order[told]
    end = min(0.8, len(signal) / sample_rate - 0.05)
    seconds = np.arange(min(0.05, end / 2), end, HOP_SECONDS)
    seen = heterodyned(signal, guess, seconds, _frames(guess, SLOW_SECONDS), sample_rate)
    turning = (seen[1:] * seen[:-1].conj()).sum(0)
    step = round(HOP_SECONDS * sample_rate) / sample_rate
    off = np.angle(turning) / (2 * np.pi * step) / guess
    power = (np.abs(seen) ** 2).mean(0) + 1e-30
    steady = np.abs(turning) / (power * (len(seen) - 1)) > 0.9
    good = steady & (power > power.max() * 1e-5) & (np.abs(off) * order < 0.25)
    if not good.any():
        return 0.0, stretch
    weight = power[good] ** 0.25 * order[good]
    if good.sum() < 4:
        return float(np.average(off[good], weights=weight)), stretch
    terms = np.stack([np.ones(good.sum()), (order[good] ** 2 - 1) / 2.0], axis=1)
    for _ in range(3):
        found = np.linalg.lstsq(terms * weight[:, None], off[good] * weight, rcond=None)[0]
        weight = weight / (1 + ((terms @ found - off[good]) / 3e-4) ** 2)
    return float(found[0]), float(np.clip(stretch + found[1], 0.0, MOST_STRETCH))


def resynthesised(partials: Partials, frames: int, sample_rate: int) -> NDArray[np.float32]:
    """Return (frames,), the sum of the partials with their own phases, within the dense part."""
    hop = round(HOP_SECONDS * sample_rate)
    hops = np.arange(len(partials.amplitudes))
    carrier = np.exp(2j * np.pi * np.outer(hops * hop / sample_rate, partials.frequencies))
    here = (partials.amplitudes * carrier).astype(np.complex64)
    ahead = np.concatenate([partials.amplitudes[1:], partials.amplitudes[-1:]])
    there = (ahead * carrier).astype(np.complex64)
    turn = np.exp(2j * np.pi * np.outer(partials.frequencies, np.arange(hop) / sample_rate))
    part = (np.arange(hop) / hop).astype(np.float32)
    turn = turn.astype(np.complex64)
    pieces = (here @ turn).real * (1 - part) + (there @ turn).real * part
    return np.asarray(pieces.reshape(-1)[:frames], np.float32)
