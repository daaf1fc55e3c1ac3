"""SampleRNN model files with random weights, which need no training."""

from pathlib import Path

import numpy as np

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.samplernn.config import SampleRNNConfig
from rtaudiogen.models.samplernn.packing import random_tensors
from rtaudiogen.models.sounds.notes.courses import courses_of
from rtaudiogen.models.sounds.notes.envelope import GRID, VELOCITIES, ZONES, Envelope

SMALL = SampleRNNConfig(width=16, instruments=("rain", "sea"), embedding=4)
SMALL_NOTES = SampleRNNConfig(width=48, harmonics=3)


def write_untrained(path: Path) -> Path:
    """Write a texture whose rain is even and whose sea rises and falls by 20 dB."""
    time = np.arange(200) / 20
    sea = -30 + 10 * np.sin(2 * np.pi * time / 4)
    courses = courses_of([(0, np.full(200, -20.0)), (1, sea)], 2)
    return _write(path, SMALL, courses.to_tensors())


def write_untrained_notes(path: Path) -> Path:
    """Write notes that hold one level until their key is let go."""
    level = Envelope(
        level=np.full((1, ZONES, GRID), -20.0, np.float32),
        hold=np.zeros((1, ZONES, 2), np.float32),
        release=np.full((1, ZONES), -400.0, np.float32),
        dynamics=np.zeros((1, len(VELOCITIES)), np.float32),
    )
    return _write(path, SMALL_NOTES, level.to_tensors())


def _write(path: Path, config: SampleRNNConfig, beside: dict[str, np.ndarray]) -> Path:
    tensors = random_tensors(config, np.random.default_rng(0))
    write_model(path, ModelHeader("samplernn", path.stem, config.to_json()), tensors | beside)
    return path
