"""Sounds to learn from: two classes of decaying tones, with their pitches in their names."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 16000  # Hz
CLASSES = ("hollow", "bright")
LOWEST = 52  # key


@dataclass(frozen=True)
class MadeUp:
    """How many sounds there are of a class, and how long they are."""

    takes: int = 3
    seconds: float = 0.4

    def write(self, folder: Path) -> Path:
        """Write the sounds, a folder for each class, and return the folder."""
        for number, name in enumerate(CLASSES):
            (folder / name).mkdir(parents=True)
            for key in range(LOWEST, LOWEST + self.takes):
                sound = self._tone(key, 1 + 2 * number)
                soundfile.write(folder / name / f"m{key:03}_v100.wav", sound, RATE)
        return folder

    def _tone(self, key: int, partials: int) -> NDArray[np.float64]:
        time = np.arange(round(self.seconds * RATE)) / RATE
        turn = 2 * np.pi * 440 * 2 ** ((key - 69) / 12) * time
        tone = np.sum([np.sin(n * turn) / n for n in range(1, 1 + partials)], axis=0)
        noise = np.random.default_rng([key, partials]).normal(0, 0.01, len(time))
        return 0.3 * (tone + noise) * np.exp(-4 * time)
