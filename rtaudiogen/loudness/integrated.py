"""Perceived loudness of sound.

Integrated loudness as ITU-R BS.1770-4 measures it: a filter that weighs frequencies as ears do, the
mean square of blocks of 400 ms, and a gate that leaves out what is silent or far below the rest.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..generator import Audio
from ..kernel_cache import cached_njit

TARGET_LUFS = -20.0  # of every timbre, played mezzo forte
RATE = 48000  # Hz, for which the Recommendation lists its filters
BLOCK_FRAMES, STEP_FRAMES = RATE * 2 // 5, RATE // 10
OFFSET_LUFS = -0.691
SILENCE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
# The head and the high-pass: b0, b1, b2, a1, a2.
HEAD = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)


def integrated_lufs(sound: Audio) -> float:
    """Return the loudness of (frames, channels) at RATE; -inf for silence. [control]"""
    powers = _powers(np.ascontiguousarray(sound, np.float64))
    loud = powers[lufs(powers) > SILENCE_LUFS]
    if not len(loud):
        return -math.inf
    gate = float(lufs(loud.mean())) + RELATIVE_GATE_LU
    return float(lufs(loud[lufs(loud) > gate].mean()))


def weighting(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power gains of the filters at frequencies below RATE / 2. [control]"""
    z = np.exp(-2j * np.pi * np.asarray(hertz) / RATE)
    gains: NDArray[np.float64] = np.ones(z.shape)
    for b0, b1, b2, a1, a2 in (HEAD, HIGH_PASS):
        gains = gains * np.abs((b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2)) ** 2
    return gains


def lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    """Return the loudness of weighted powers, of all channels together."""
    level: NDArray[np.float64] = OFFSET_LUFS + 10.0 * np.log10(np.maximum(power, 1e-30))
    return level


def _powers(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (blocks,), the weighted mean square of all channels together; at least one block."""
    sound = np.pad(sound, ((0, max(0, BLOCK_FRAMES - len(sound))), (0, 0)))
    for coefficients in (HEAD, HIGH_PASS):
        _filter(sound, *coefficients)
    energy = np.concatenate([[0.0], np.cumsum((sound**2).sum(axis=1))])
    starts = np.arange(0, len(sound) - BLOCK_FRAMES + 1, STEP_FRAMES)
    powers: NDArray[np.float64] = (energy[starts + BLOCK_FRAMES] - energy[starts]) / BLOCK_FRAMES
    return powers


@cached_njit(nogil=True)
def _filter(
    sound: NDArray[np.float64], b0: float, b1: float, b2: float, a1: float, a2: float
) -> None:
    """Filter (frames, channels) in place, direct form II transposed."""
    for channel in range(sound.shape[1]):
        first, second = 0.0, 0.0
        for n in range(sound.shape[0]):
            value = sound[n, channel]
            out = b0 * value + first
            first = b1 * value - a1 * out + second
            second = b2 * value - a2 * out
            sound[n, channel] = out
