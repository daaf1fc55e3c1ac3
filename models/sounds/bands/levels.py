"""Slow levels of a sound by band: told to a network in training, and walked through in play.

A row of levels has one column for each fine band, see `edges`, then one for each of the wide bands
that the sound is drawn in. What is drawn has one level throughout; the wide bands' levels are
given back to it in play, so they are right whatever is drawn.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..notes.courses import POINTS_PER_SECOND

DRAWN_DB = -26.0  # RMS that every wide band is drawn at, before its pre-emphasis
SOFTEST_DB = -90.0  # a band that is softer is drawn softer, too
FLOOR_DB = -96.0  # a told level is 0 here, and 1 at 0 dBFS

Levels = NDArray[np.float32]


def measured(signal: NDArray[np.float32], edges: Sequence[int], bands: int, rate: int) -> Levels:
    """Return (points, columns) RMS levels in dBFS, 20 a second, the first at the first frame.

    Each is of a Hann window of a tenth of a second.
    """
    points = len(signal) * POINTS_PER_SECOND // rate + 1
    half = rate // POINTS_PER_SECOND
    window = np.hanning(2 * half + 1)
    padded = np.pad(np.asarray(signal, np.float64), half, mode="reflect")
    power = np.empty((points, len(edges) - 1))
    cuts = np.ceil(np.array(edges[:-1]) * len(window) / rate).astype(int)
    for point in range(points):
        start = round(point * rate / POINTS_PER_SECOND)
        part = padded[start : start + len(window)]
        spectrum = np.abs(np.fft.rfft(part * window[: len(part)])) ** 2
        power[point] = np.add.reduceat(spectrum, cuts)
    power *= 2 / (len(window) * np.sum(window**2))
    fine = np.concatenate([power, _wide(power, edges, bands, rate)], axis=1)
    return np.asarray(10 * np.log10(np.maximum(fine, 1e-12)), np.float32)


def _wide(
    power: NDArray[np.float64], edges: Sequence[int], bands: int, rate: int
) -> NDArray[np.float64]:
    """Return (points, bands) powers of the wide bands."""
    starts = [round(band * rate / (2 * bands)) for band in range(bands)]
    firsts = [edges.index(start) for start in starts]
    return np.asarray(np.add.reduceat(power, firsts, axis=1), np.float64)


def at_frames(levels: Levels, first: int, frames: int, frame_rate: int) -> Levels:
    """Return (frames, columns) from frame `first` on, straight lines between the points."""
    places = (first + np.arange(frames)) * (POINTS_PER_SECOND / frame_rate)
    known = np.arange(len(levels))
    columns = [np.interp(places, known, column) for column in levels.T]
    return np.stack(columns, axis=1).astype(np.float32)


def told(levels: Levels) -> Levels:
    """Return the conditioning of levels in dBFS."""
    return np.asarray(np.maximum(0, 1 - levels / np.float32(FLOOR_DB)), np.float32)


def evened(rows: NDArray[np.float32], wide: Levels) -> NDArray[np.float32]:
    """Return `rows` (frames, bands) brought to one level, given their levels (frames, bands)."""
    gain_db = DRAWN_DB - np.maximum(wide, SOFTEST_DB)
    return np.asarray(rows * 10 ** (gain_db / 20), np.float32)
