"""Spectra of hits in a comparable form: from their onset, at full level, in mel bands and dB."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...measuring.audio_metrics import window_frames

Signals = NDArray[np.float32]  # (hits, frames)

WINDOW_MS, BANDS, LOWEST_HZ = 32, 64, 30.0
FLOOR_DB = -60.0  # below a full-scale sine; quieter parts count as silent
SILENT_PEAK = 10 ** (-60 / 20)
ONSET_DB = -40.0  # of the peak: quieter sound before it does not belong to the hit


def onsets(signals: Signals) -> NDArray[np.int64]:
    """Return (hits,) frames before the hit begins; 0 for silence."""
    levels = np.abs(signals)
    peaks = levels.max(axis=1, keepdims=True)
    first: NDArray[np.int64] = np.argmax(levels > peaks * 10 ** (ONSET_DB / 20), axis=1)
    return first


def in_form(signals: Signals) -> Signals:
    """Return (hits, frames) from their onset and with a peak of 1, as they are played; silence
    stays.
    """
    peaks = np.abs(signals).max(axis=1, keepdims=True)
    formed = np.zeros_like(signals)
    for row, signal, onset in zip(formed, signals, onsets(signals), strict=True):
        row[: len(row) - onset] = signal[onset:]
    formed /= np.where(peaks < SILENT_PEAK, 1.0, peaks)
    return formed


def log_mel(signals: Tensor, sample_rate: int, semitones: Tensor | None = None) -> Tensor:
    """Return (B, bands, windows) of (B, frames): 0 at FLOOR_DB and below, 1 at a full-scale sine.

    Windows of 32 ms, 16 ms apart. `semitones` (B,), whole numbers from -2 to 2, transpose.
    """
    window = window_frames(WINDOW_MS, sample_rate)
    hann = torch.hann_window(window, device=signals.device)
    spectrum = torch.stft(
        signals, window, window // 2, window=hann, pad_mode="constant", return_complex=True
    )
    power = (spectrum.real.square() + spectrum.imag.square()) * (2.0 / float(hann.sum())) ** 2
    if semitones is None:
        semitones = torch.zeros(1, dtype=torch.int64, device=signals.device)
    filters = _filters(sample_rate).to(signals.device)[semitones + TRANSPOSED]
    db = 10.0 * torch.log10((filters @ power).clamp_min(1e-12))
    return ((db - FLOOR_DB) / -FLOOR_DB).clamp_min(0.0)


TRANSPOSED = 2  # semitones in both directions


@cache
def _filters(sample_rate: int) -> Tensor:
    """Return (5, bands, bins) triangles evenly spaced in mel, transposed by -2 … 2 semitones.

    They are no narrower than a bin, so that no band is empty.
    """
    window = window_frames(WINDOW_MS, sample_rate)
    bins = np.fft.rfftfreq(window, 1 / sample_rate)
    highest = sample_rate / 2 / 2 ** (TRANSPOSED / 12)
    corners = _hz(np.linspace(_mel(LOWEST_HZ), _mel(highest), BANDS + 2))
    low, centre, high = (corners[i : i + BANDS, None] for i in range(3))
    low, high = np.minimum(low, centre - bins[1]), np.maximum(high, centre + bins[1])
    tables = []
    for semitones in range(-TRANSPOSED, TRANSPOSED + 1):
        heard = bins * 2 ** (semitones / 12)
        rising, falling = (heard - low) / (centre - low), (high - heard) / (high - centre)
        tables.append(np.minimum(rising, falling).clip(0.0))
    return torch.from_numpy(np.stack(tables).astype(np.float32))


def _mel(hz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hz / 700.0))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
