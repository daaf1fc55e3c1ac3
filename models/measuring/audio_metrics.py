"""Measures of the difference between a coded sound and the original.

Every function takes signals (frames,) of equal length, aligned. Full scale is ±1.
"""

import warnings
from importlib.util import find_spec

import librosa
import numpy as np
from numpy.typing import NDArray
from pystoi import stoi

Signal = NDArray[np.float32]
Magnitudes = NDArray[np.float32]  # (bins or bands, windows)

SILENCE_DB = -120.0  # instead of minus infinity
MEL_WINDOWS = ((16, 40), (32, 80), (64, 80))  # ms, bands
STFT_WINDOWS_MS = (16, 32, 64)
ENVELOPE_MS = 4
SMALLEST = 1e-5  # magnitude that counts as silence, as in Kumar et al. 2023 (arXiv 2306.06546)


def level_db(signal: Signal) -> float:
    """Return the RMS level, 0 dB at full scale."""
    power = float(np.mean(np.square(signal, dtype=np.float64))) if len(signal) else 0.0
    return float(10 * np.log10(max(power, 10 ** (SILENCE_DB / 10))))


def si_sdr_db(made: Signal, real: Signal) -> float | None:
    """Return the scale-invariant signal-to-distortion ratio (Le Roux et al. 2019).

    None if `real` is silent. It means little below some 10 kbit/s, where codecs do not code phases.
    """
    wanted, got = real.astype(np.float64), made.astype(np.float64)
    power = wanted @ wanted
    if not power:
        return None
    target = (got @ wanted / power) * wanted
    smallest = power * 1e-12
    distortion = got - target
    ratio = (target @ target + smallest) / (distortion @ distortion + smallest)
    return float(10 * np.log10(ratio))


def mel_distance(made: Signal, real: Signal, sample_rate: int) -> float:
    """Return the mean absolute difference of log10 mel magnitudes.

    It is the mean over windows of 16, 32 and 64 ms.
    """
    distances = []
    for window_ms, bands in MEL_WINDOWS:
        window = window_frames(window_ms, sample_rate)
        filters = librosa.filters.mel(sr=sample_rate, n_fft=window, n_mels=bands)  # (bands, bins)
        logs = [_log(filters @ magnitudes(signal, window)) for signal in (made, real)]
        distances.append(np.abs(logs[0] - logs[1]).mean())
    return float(np.mean(distances))


def stft_distance(made: Signal, real: Signal, sample_rate: int) -> float:
    """Return the multi-resolution STFT distance (Yamamoto et al. 2020, arXiv 1910.11480, eq. 3 to
    6).

    It is spectral convergence plus mean absolute difference of natural logarithms, mean over
    windows.
    """
    distances = []
    for window_ms in STFT_WINDOWS_MS:
        window = window_frames(window_ms, sample_rate)
        got, wanted = magnitudes(made, window), magnitudes(real, window)
        convergence = np.linalg.norm(wanted - got) / max(float(np.linalg.norm(wanted)), SMALLEST)
        logs = np.abs(_log(wanted) - _log(got)).mean() * np.log(10)
        distances.append(convergence + logs)
    return float(np.mean(distances))


def has_pesq() -> bool:
    """Return True if the package that `pesq_score` needs is installed."""
    return find_spec("pesq") is not None


def pesq_score(made: Signal, real: Signal, sample_rate: int, wide: bool) -> float | None:
    """Return ITU-T P.862 narrow band, or P.862.2 wide band at 16 kHz: 1 to 4.5, or 4.64.

    None where it is not defined: other rates than 8 and 16 kHz, no speech found, too short.
    """
    from pesq import PesqError, pesq

    if sample_rate not in (8000, 16000) or (wide and sample_rate == 8000) or not made.any():
        return None
    try:
        return float(pesq(sample_rate, real, made, "wb" if wide else "nb"))
    except (PesqError, ValueError):
        return None


def stoi_score(made: Signal, real: Signal, sample_rate: int) -> float | None:
    """Return short-time objective intelligibility (Taal et al. 2011), up to 1; None if too
    short.
    """
    if not real.any():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # instead of an error it warns and returns a number
        try:
            return float(stoi(real, made, sample_rate))
        except (RuntimeWarning, ValueError):
            return None


def lag(made: list[Signal], real: list[Signal], sample_rate: int, longest: int) -> int:
    """Return the frames by which `made` is late, from -longest to longest, from the envelopes.

    Envelopes are compared because a parametric codec invents the phases, and one lag is found for
    all pairs because a codec has one, however alike the periods of a single sound are.
    """
    agreement = sum(
        _correlation(envelope(a, sample_rate), envelope(b, sample_rate), longest)
        for a, b in zip(made, real, strict=True)
    )
    return int(np.argmax(agreement)) - longest


def envelope(signal: Signal, sample_rate: int) -> Signal:
    """Return (frames,) mean magnitude of the surrounding few milliseconds, without its mean."""
    window = np.hanning(round(ENVELOPE_MS * sample_rate / 1000) + 2)
    smooth = np.convolve(np.abs(signal), window / window.sum(), "full")
    first = (len(window) - 1) // 2
    smooth = smooth[first : first + len(signal)]
    centred: Signal = (smooth - smooth.mean()).astype(np.float32)
    return centred


def shifted(signal: Signal, late: int, frames: int) -> Signal:
    """Return (frames,) of a signal that is `late` frames late, in time, padded with zeros."""
    out = np.zeros(frames, np.float32)
    part = signal[max(late, 0) : max(frames + late, 0)]
    first = max(-late, 0)
    out[first : first + len(part)] = part[: frames - first]
    return out


def magnitudes(signal: Signal, window: int) -> Magnitudes:
    """Return magnitudes of the short-time spectrum: Hann windows, a quarter of a window apart."""
    padded = np.pad(signal, (0, max(0, window - len(signal))))
    spectrum = librosa.stft(padded, n_fft=window, hop_length=window // 4, pad_mode="constant")
    absolute: Magnitudes = np.abs(spectrum).astype(np.float32)
    return absolute


def window_frames(window_ms: int, sample_rate: int) -> int:
    """Return the power of two nearest to so many milliseconds."""
    return int(2 ** round(np.log2(window_ms * sample_rate / 1000)))


def _log(values: Magnitudes) -> Magnitudes:
    return np.log10(np.maximum(values, SMALLEST))


def _correlation(made: Signal, real: Signal, longest: int) -> NDArray[np.float64]:
    """Return (2 · longest + 1,) correlation by lag, 1 for signals that differ only in level."""
    size = 1 << (len(made) + len(real) + longest).bit_length()
    spectrum = np.fft.rfft(made, size) * np.conj(np.fft.rfft(real, size))
    around = np.fft.irfft(spectrum, size)
    norm = float(np.linalg.norm(made) * np.linalg.norm(real)) or 1.0
    return np.concatenate([around[-longest:], around[: longest + 1]]) / norm
