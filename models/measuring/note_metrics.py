"""One note against another: noise between the partials, colour, attack, decay, life. [control]"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal.windows import blackmanharris

from ..sounds.harmonic.partials import HOP_SECONDS, frequencies_of, heterodyned

Signal = NDArray[np.float32]
STEADY = (0.2, 0.95)  # seconds that the spectrum is taken of
LOBE_BINS = 5  # on both sides of a partial, that belong to it
MELS, TRANSFORM, HOP = 64, 1024, 256
FLOOR_DB = -50.0  # below the recording's loudest moment everything is alike
FLUCTUATING = (0.35, 1.15)
STRONGEST, WEAKEST_DB = 12, -40.0  # partials whose fluctuation counts
_SMOOTHED_SECONDS = 0.005


def noise_ratio_db(signal: Signal, pitch: float, sample_rate: int) -> float:
    """Return the A-weighted power of the partials re everything else, in dB."""
    first, last = (int(edge * sample_rate) for edge in STEADY)
    part = signal[first:last]
    power = np.abs(np.fft.rfft(part * blackmanharris(len(part)))) ** 2
    hertz = np.fft.rfftfreq(len(part), 1 / sample_rate)
    power = power * a_weighting(np.asarray(hertz, np.float64))
    own = np.zeros(len(power), bool)
    for frequency in frequencies_of(signal[:last], pitch, sample_rate):
        centre = round(frequency * len(part) / sample_rate)
        own[max(centre - LOBE_BINS, 0) : centre + LOBE_BINS + 1] = True
    return float(10 * np.log10((power[own].sum() + 1e-20) / (power[~own].sum() + 1e-20)))


def a_weighting(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power gains of IEC 61672's curve A."""
    f2 = np.square(hertz)
    poles = np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2))
    gain = 12194.0**2 * f2**2 / ((f2 + 20.6**2) * poles * (f2 + 12194.0**2))
    return np.asarray((1.2589 * gain) ** 2)


def mel_distance_db(signal: Signal, recorded: Signal, sample_rate: int) -> float:
    """Return the RMS difference of two log-mel spectrograms in dB, of what both last."""
    frames = min(len(signal), len(recorded))
    one, other = (_mel_db(part[:frames], sample_rate) for part in (signal, recorded))
    floor = other.max() + FLOOR_DB
    return float(np.sqrt(np.mean((np.maximum(one, floor) - np.maximum(other, floor)) ** 2)))


def _mel_db(signal: Signal, sample_rate: int) -> NDArray[np.float64]:
    import librosa

    power = librosa.feature.melspectrogram(
        y=signal, sr=sample_rate, n_fft=TRANSFORM, hop_length=HOP, n_mels=MELS
    )
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)))


def attack_seconds(signal: Signal, sample_rate: int) -> float:
    """Return how long the level takes from 10 to 90 % of its highest amplitude."""
    frames = int(_SMOOTHED_SECONDS * sample_rate)
    power = uniform_filter1d(np.square(signal, dtype=np.float64), frames)
    size = np.sqrt(np.maximum(uniform_filter1d(power, frames), 0.0))
    early, late = (int(np.argmax(size >= part * size.max())) for part in (0.1, 0.9))
    return (late - early) / sample_rate


def level_db(signal: Signal, seconds: float, sample_rate: int, around: float = 0.08) -> float:
    """Return the RMS level around a moment, in dB re full scale."""
    part = signal[
        int(max(seconds - around, 0) * sample_rate) : int((seconds + around) * sample_rate)
    ]
    power = float(np.mean(np.square(part, dtype=np.float64))) if len(part) else 0.0
    return float(10 * np.log10(max(power, 1e-14)))


def fluctuation_db(signal: Signal, pitch: float, sample_rate: int) -> float:
    """Return the standard deviation of the partials' levels about straight lines, their median."""
    frequencies = frequencies_of(signal, pitch, sample_rate)
    seconds = np.arange(*FLUCTUATING, HOP_SECONDS)
    width = max(4 / frequencies[0], 0.032)
    size = np.abs(heterodyned(signal, frequencies, seconds, width, sample_rate)) + 1e-9
    mean = np.square(size).mean(0)
    strong = np.argsort(mean)[::-1][:STRONGEST]
    strong = strong[mean[strong] > mean.max() * 10 ** (WEAKEST_DB / 10)]
    tracks = 20 * np.log10(size[:, strong])
    lines = np.polyfit(seconds, tracks, 1)
    about = tracks - np.outer(seconds, lines[0]) - lines[1]
    return float(np.median(about.std(axis=0)))
