"""Measures of a played texture against its recordings: level, spectrum, tones, waves."""

import math
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .audio_metrics import level_db

BANDS = 32  # of a long-term spectrum, equally wide
OCTAVES = (0, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600)  # edges in Hz
STILL_DB = 3.0  # a level that moves by no more is held
TONE_SECONDS = 0.34  # of the spectra in which tones stand out
AROUND_HZ, EVERY_BINS = 120.0, 8  # on both sides, where the background of a tone is
TONES_HZ = (100, 1200, 8000)  # tones of the middle, and of the treble
FAINT_DB = -45.0  # of a band, re the whole; a fainter one is not compared

Signal = NDArray[np.float32]


def compared(sound: Signal, recorded: Signal, rate: int) -> dict[str, object]:
    """Return how a texture that was played compares with its recordings."""
    ours, theirs = _levels_db(sound, rate), _levels_db(recorded, rate)
    spectra = [_spectrum_db(signal) for signal in (sound, recorded)]
    return {
        "level_error_db": round(level_db(sound) - level_db(recorded), 1),
        "spectrum_error_db": round(float(np.sqrt(np.mean((spectra[0] - spectra[1]) ** 2))), 1),
        "octaves_error_db": octaves_error_db(sound, recorded, rate),
        "tones_db": prominence_db(sound, rate),
        "recorded_tones_db": prominence_db(recorded, rate),
        "waves_db": round(float(np.std(ours)), 1),
        "recorded_waves_db": round(float(np.std(theirs)), 1),
        "longest_still_seconds": longest_still(ours),
    }


def octaves_error_db(sound: Signal, recorded: Signal, rate: int) -> dict[str, float | None]:
    """Return by how much a sound exceeds its recordings in each octave, named by its upper edge.

    None where the recordings have next to nothing.
    """
    ours, theirs = (_powers(signal, 4096).mean(axis=0) for signal in (sound, recorded))
    hertz = np.arange(len(ours)) * rate / 4096
    off: dict[str, float | None] = {}
    for low, high in pairwise(OCTAVES):
        inside = (hertz >= low) & (hertz < high)
        if not inside.any():
            continue
        made, real = float(ours[inside].sum()), float(theirs[inside].sum())
        faint = real <= 10 ** (FAINT_DB / 10) * float(theirs.sum())
        off[f"{high} Hz"] = None if faint else round(10 * math.log10((made + 1e-12) / real), 1)
    return off


def prominence_db(signal: Signal, rate: int) -> list[float]:
    """Return how far tones stand out of what is around them, between each two of TONES_HZ.

    It is the power re the median power of the bins around: 1.6 dB for white noise.
    """
    frames = 2 * round(TONE_SECONDS / 2 * rate)
    powers = _powers(signal, frames)
    half = round(AROUND_HZ * frames / rate)
    padded = np.pad(powers, ((0, 0), (half, half)), mode="reflect")
    around = sliding_window_view(padded, 2 * half + 1, axis=1)[:, ::EVERY_BINS]
    background = np.median(around, axis=2)
    firsts = np.arange(0, powers.shape[1], EVERY_BINS)
    counts = np.diff([*firsts, powers.shape[1]])
    sums, hertz = np.add.reduceat(powers, firsts, axis=1), firsts * rate / frames
    found = []
    for low, high in pairwise(TONES_HZ):
        inside = (hertz >= low) & (hertz < high)
        whole, noise = sums[:, inside].sum(), (background * counts)[:, inside].sum()
        found.append(round(10 * float(np.log10((whole + 1e-12) / (noise + 1e-12))), 1))
    return found


def longest_still(levels_db: NDArray[np.float64]) -> int:
    """Return for how many points at most levels stay within STILL_DB of each other."""
    longest = start = 0
    for end in range(len(levels_db)):
        while np.ptp(levels_db[start : end + 1]) > STILL_DB:
            start += 1
        longest = max(longest, end + 1 - start)
    return longest


def _levels_db(signal: Signal, rate: int) -> NDArray[np.float64]:
    """Return the levels of all whole seconds."""
    seconds = signal[: len(signal) // rate * rate].reshape(-1, rate)
    return np.array([level_db(second) for second in seconds])


def _spectrum_db(signal: Signal) -> NDArray[np.float64]:
    """Return (BANDS,) mean powers in dB, without the loudness."""
    power = _powers(signal, 1024).mean(axis=0)[1:]
    bands = 10 * np.log10(power.reshape(BANDS, -1).mean(axis=1) + 1e-12)
    return np.asarray(bands - bands.mean())


def _powers(signal: Signal, frames: int) -> NDArray[np.float64]:
    """Return the powers (windows, bins) of half overlapping windows."""
    window = np.hanning(frames)
    pieces = sliding_window_view(signal, frames)[:: frames // 2]
    return np.asarray(np.abs(np.fft.rfft(pieces * window, axis=1)) ** 2)
