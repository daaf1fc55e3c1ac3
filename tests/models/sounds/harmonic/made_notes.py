"""Notes whose partials, stretch, decays and noise are known."""

from pathlib import Path

import numpy as np

from rtaudiogen.models.sounds.audio_folder import Clip
from rtaudiogen.models.sounds.notes.recordings import Recording

RATE = 16000
STRETCH = 4e-4
TIME = np.arange(int(3.6 * RATE)) / RATE
HOLD = 3.0
NOISE_DB = -60.0


def hertz(pitch: float, partial: int, stretch: float = STRETCH) -> float:
    f0 = 440 * 2 ** ((pitch - 69) / 12)
    return partial * f0 * np.sqrt((1 + stretch * partial**2) / (1 + stretch))


def plucked(
    pitch: float = 60.0, velocity: float = 0.8, noise_db: float = NOISE_DB, faster: float = 1.0
) -> np.ndarray:
    """Return a note whose partial k begins at -15 - 3 k dB and falls by 6 + 2 k dB a second."""
    sound = np.zeros(len(TIME))
    for k in range(1, 11):
        level = -15 - 3 * k - faster * (6 + 2 * k) * TIME + 40 * np.log10(velocity / 0.8)
        sound += 10 ** (level / 20) * np.sin(2 * np.pi * hertz(pitch, k) * TIME + k)
    return (sound + noise(noise_db)).astype(np.float32)


def blown(pitch: float = 60.0, velocity: float = 0.8) -> np.ndarray:
    """Return three partials that stay until the key is released, then fall by 100 dB a second."""
    fall = 10 ** (-100 * np.maximum(TIME - HOLD, 0) / 20) * np.minimum(TIME / 0.05, 1)
    tone = sum(np.sin(2 * np.pi * hertz(pitch, k, 0.0) * TIME + k) / k for k in (1, 2, 3))
    return (0.2 * (velocity / 0.8) ** 2 * fall * tone + noise(-80.0)).astype(np.float32)


def noise(level_db: float) -> np.ndarray:
    return 10 ** (level_db / 20) * np.random.default_rng(1).standard_normal(len(TIME))


def recording(
    signal: np.ndarray, pitch: float = 60.0, velocity: float = 0.8, instrument: int = 0
) -> Recording:
    clip = Clip(Path("made.wav"), "made", pitch=pitch, velocity=velocity, hold_seconds=HOLD)
    return Recording(instrument, clip, signal, False)
