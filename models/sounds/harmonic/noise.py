"""The rest of a note without its partials, as the power of 24 bands over time."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from .grid import BANDS, NOISE_POINTS, TIMES, band_of_bins

WINDOW_SECONDS = 0.016
SMOOTHED = (3, 9, 25)  # windows over which the power is averaged, ever longer …
SMOOTHED_FROM = (0.04, 0.12, 0.4)  # … from these seconds on


def window_frames(sample_rate: int) -> int:
    """Return the length of a window: two hops, even."""
    return 2 * round(WINDOW_SECONDS / 2 * sample_rate)


def bands_of(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Return (NOISE_POINTS, BANDS) dB: the RMS of white noise with each band's density."""
    frames = window_frames(sample_rate)
    power = band_power(np.pad(signal, frames // 2), sample_rate)
    seconds = np.arange(len(power)) * (frames // 2) / sample_rate
    smooth = power
    for count, start in zip(SMOOTHED, SMOOTHED_FROM, strict=True):
        averaged = uniform_filter1d(power, count, axis=0, mode="nearest")
        part = np.clip((seconds - start) / start, 0, 1)[:, None]
        smooth = (1 - part) * smooth + part * averaged
    level_db = 10 * np.log10(np.maximum(smooth, 1e-13))
    times = TIMES[:NOISE_POINTS]
    return np.stack([np.interp(times, seconds, band) for band in level_db.T], axis=1)


def band_power(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Return (windows, BANDS) mean power density, 1 for white noise of RMS 1."""
    frames = window_frames(sample_rate)
    window = np.sqrt(np.hanning(frames + 1)[:-1]).astype(np.float32)
    pieces = sliding_window_view(signal, frames)[:: frames // 2] * window
    power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2 / (window**2).sum()
    band = band_of_bins(frames, sample_rate)
    starts = np.flatnonzero(np.diff(band, prepend=-1))
    sums = np.add.reduceat(power[:, :], starts, axis=1) / np.diff(starts, append=len(band))
    whole = np.zeros((len(power), BANDS))
    whole[:, band[starts]] = sums
    empty = np.setdiff1d(np.arange(BANDS), band[starts])
    whole[:, empty] = whole[:, np.maximum(empty - 1, 0)]  # narrower than a bin
    return whole
