"""Comparison of two sounds' waveforms, which decides if one is a copy of the other.

Two different sounds with few partials may have nearly the same waveform; two different noises never
do. So the richer a sound is, the less of its waveform has to agree. Codecs change the waveforms of
noise most, but keep its levels in time and in frequency.
"""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]  # (frames,)

LAGS = np.arange(-8, 9)  # frames around the found shift, among which is the right one
BETWEEN = np.sinc(np.linspace(-1, 1, 17)[:, None] - LAGS)
RICHNESS = np.log([15, 50, 150, 250])  # approximate number of values that describe a sound
ENOUGH = (0.99, 0.97, 0.9, 0.7)  # correlation of copies of that richness where their levels agree
ENOUGH_APART = 0.9  # correlation of copies whose levels differ; only of rich ones
MOST_APART = 4.0  # dB, of a part of the time or of the band
PARTS, LOUD = 16, 0.03  # of a sound's time and of its band; of the loudest part's energy


def is_copy(one: Signal, other: Signal, lag: int, top: float) -> bool:
    """Return True if two sounds agree in their common part, the second starting `lag` frames after.

    `top` is the upper end of their common band, as a part of half the sample rate.
    """
    shorter, longer = (one, other) if len(one) < len(other) else (other, one)
    lag = lag if shorter is other else -lag  # of the shorter one's beginning in the longer one
    wide = _cut(longer, lag + int(LAGS[0]), len(shorter) + len(LAGS) - 1)
    part = wide[-LAGS[0] : len(shorter) - LAGS[0]]
    level = np.sqrt(max(float(part @ part) * float(shorter @ shorter), 1e-20))
    products = np.correlate(wide, shorter, "valid")
    correlation = float(np.abs(BETWEEN @ products).max()) / level
    if correlation < min(ENOUGH):
        return False
    powers = [_power(signal) for signal in (part, shorter)]
    enough = np.interp(np.log(_richness(powers[1], len(shorter))), RICHNESS, ENOUGH)
    ends = max(round(top * len(powers[0])), 1)
    if enough > ENOUGH_APART or correlation < ENOUGH_APART:
        bands = _apart(powers[0][:ends], powers[1][:ends])
        apart = max(bands, _apart(np.square(part), np.square(shorter)))
        return bool(correlation >= enough and apart <= MOST_APART)
    return True


def _cut(signal: Signal, first: int, frames: int) -> Signal:
    """Return (frames,) from `first` on, zeros outside of the sound."""
    piece = np.zeros(frames, np.float32)
    part = signal[max(first, 0) : max(first + frames, 0)]
    piece[max(-first, 0) :][: len(part)] = part
    return piece


def _power(signal: Signal) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(signal, 1 << (len(signal) - 1).bit_length())
    return np.square(np.abs(spectrum), dtype=np.float64)


def _richness(power: NDArray[np.float64], frames: int) -> float:
    """Return the approximate number of values that describe a sound of this many frames."""
    values = power.sum() ** 2 / max(np.square(power).sum(), 1e-30)
    return max(float(values) * frames / (2 * len(power)), 1.0)


def _apart(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the largest difference in dB of two energy curves, regardless of their levels."""
    parts = min(PARTS, len(one))
    edges = np.arange(parts) * len(one) // parts
    energies = [np.add.reduceat(power, edges, dtype=np.float64) for power in (one, other)]
    shares = [energy / max(energy.sum(), 1e-20) for energy in energies]
    loudest = np.maximum(*shares)
    loud = loudest >= LOUD * loudest.max()
    ratios = np.maximum(shares[0][loud], 1e-9) / np.maximum(shares[1][loud], 1e-9)
    return float(np.abs(10 * np.log10(ratios)).max())
