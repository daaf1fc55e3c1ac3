"""Dry and wet recordings to learn from, made up."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from rtaudiogen.recording_pair import Pair

RATE = 8000  # Hz
Signal = NDArray[np.float64]


def tones(seconds: float = 3.0, rate: int = RATE, seed: int = 0) -> Signal:
    """Return noise in bursts of different levels and colours."""
    random = np.random.default_rng(seed)
    size = rate // 10
    parts = []
    for _ in range(round(seconds * 10)):
        noise = np.cumsum(random.normal(size=size)) * np.hanning(size)
        parts.append(random.uniform(0.05, 0.7) * noise / np.abs(noise).max())
    return np.concatenate(parts)


def driven(dry: Signal) -> Signal:
    """Return a soft distortion with a little memory."""
    late = np.concatenate([[0.0, 0.0, 0.0], dry[:-3]])
    bent: Signal = 0.6 * np.tanh(3 * dry + late)
    return bent


def write_pair(
    folder: Path, wet: Callable[[Signal], Signal] = driven, seconds: float = 3.0, rate: int = RATE
) -> Pair:
    """Write a pair into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    dry = tones(seconds, rate)
    pair = Pair(folder / "dry.wav", folder / "wet.wav")
    soundfile.write(pair.dry, dry, rate, "FLOAT")
    soundfile.write(pair.wet, wet(dry), rate, "FLOAT")
    return pair
