"""Measures of hits, and of distances between them, without any network."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ...measuring.audio_metrics import SILENCE_DB, window_frames
from .spectra import Signals, log_mel

Values = NDArray[np.float64]

BATCH = 64
ROWS = 256  # rows of a table of distances at a time, to limit the memory for a large folder
LOUDEST_SECONDS = 0.05
LIKENESS_FLOOR = 1 / 3  # of the range of `log_mel`: ignores noise below -40 dB
LINE_WINDOW_MS, LINE_BINS = 64, 5  # a steady tone fills a Hann window's main lobe, up to 60 Hz
INAUDIBLE_BINS = 2  # a constant offset, which playback removes
SMALLEST = 1e-9  # energy of a window that is silent
SOUNDING_DB = -50.0  # below a hit's loudest window


def levels_db(signals: Signals, sample_rate: int) -> Values:
    """Return (hits,) RMS of the loudest 50 ms, 0 dB at full scale."""
    window = round(LOUDEST_SECONDS * sample_rate)
    energy = np.cumsum(np.square(signals, dtype=np.float64), axis=1)
    energy = np.pad(energy, ((0, 0), (1, 0)))
    power = (energy[:, window:] - energy[:, :-window]).max(axis=1) / window
    db: Values = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))
    return db


def images(signals: Signals, sample_rate: int) -> NDArray[np.float32]:
    """Return (hits, cells) log-mel spectra down to -40 dB, of hits in the form of
    `spectra.in_form`.
    """
    parts = [
        (log_mel(torch.from_numpy(signals[start : start + BATCH]), sample_rate) - LIKENESS_FLOOR)
        .clamp_min(0.0)
        .flatten(1)
        .numpy()
        for start in range(0, len(signals), BATCH)
    ]
    return np.concatenate(parts)


def distances(one: NDArray[np.float32], other: NDArray[np.float32]) -> Values:
    """Return (n, m) distances of images: 0 for equal ones, √2 for those with nothing in common.

    It is the norm of the difference divided by the norm of both, so that short hits are not alike
    for being short.
    """
    squares = [np.square(image, dtype=np.float64).sum(axis=1) for image in (one, other)]
    both = squares[0][:, None] + squares[1]
    difference = (both - 2.0 * (one @ other.T)).clip(0.0)
    between: Values = np.sqrt(2.0 * difference / np.maximum(both, 1e-9))
    return between


def nearest(one: NDArray[np.float32], other: NDArray[np.float32]) -> Values:
    """Return (n,) distance of each of one set's images to the nearest one in the other.

    Within the same set: to the nearest other one.
    """
    found = np.empty(len(one))
    for start in range(0, len(one), ROWS):
        between = distances(one[start : start + ROWS], other)
        if one is other:
            rows = np.arange(len(between))
            between[rows, start + rows] = np.inf
        found[start : start + ROWS] = between.min(axis=1)
    return found


def spreads(
    pictures: NDArray[np.float32], classes: NDArray[np.int64], count: int, weights: Values
) -> Values:
    """Return (classes,) mean distance of two different hits of a class; NaN without two.

    Hits are weighted by `weights` (hits,); at most some hundred of them are compared.
    """
    means = np.full(count, np.nan)
    for index in range(count):
        members = np.flatnonzero(classes == index)
        members = members[:: -(-len(members) // ROWS) or 1]
        if len(members) > 1:
            pairs = np.outer(weights[members], weights[members])
            np.fill_diagonal(pairs, 0.0)
            between = distances(pictures[members], pictures[members])
            means[index] = np.average(between, weights=pairs)
    return means


def line_shares(signals: Signals, sample_rate: int) -> NDArray[np.float32]:
    """Return (hits, bins) share of the energy within 30 Hz or so of each frequency, mean over time.

    Every sounding window counts the same, so a faint tone under the tail is seen, too.
    """
    window = window_frames(LINE_WINDOW_MS, sample_rate)
    parts = [
        _line_shares(torch.from_numpy(signals[start : start + BATCH]), window).numpy()
        for start in range(0, len(signals), BATCH)
    ]
    return np.concatenate(parts)


def _line_shares(signals: Tensor, window: int) -> Tensor:
    """Return (B, bins) of (B, frames)."""
    hann = torch.hann_window(window)
    spectrum = torch.stft(signals, window, window // 2, window=hann, return_complex=True)
    power = spectrum.abs().square()  # (B, bins, windows)
    power[:, :INAUDIBLE_BINS] = 0.0
    energy = power.sum(1, keepdim=True)
    loudest = energy.amax(2, keepdim=True)
    sounding = (energy > loudest * 10 ** (SOUNDING_DB / 10)) & (loudest > SMALLEST)
    shares = torch.where(sounding, power / energy.clamp_min(SMALLEST), 0.0)
    mean = shares.sum(2) / sounding.sum(2).clamp_min(1)  # (B, bins)
    return F.avg_pool1d(mean, LINE_BINS, 1, LINE_BINS // 2) * LINE_BINS


def line_hz(sample_rate: int) -> Values:
    """Return (bins,) the frequencies of `line_shares`."""
    window = window_frames(LINE_WINDOW_MS, sample_rate)
    return np.arange(window // 2 + 1, dtype=np.float64) * sample_rate / window


def percent(share: float) -> str:
    """Return a share of 1 as text."""
    return f"{100 * share:.0f} %"
