"""SampleRNN model files with random weights, which need no training."""

from pathlib import Path

import numpy as np

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.samplernn.config import SampleRNNConfig
from rtaudiogen.models.samplernn.packing import random_tensors
from rtaudiogen.models.sounds.notes.courses import courses_of

SMALL = SampleRNNConfig(width=16, instruments=("rain", "sea"), embedding=4)


def write_untrained(path: Path) -> Path:
    """Write a texture whose rain is even and whose sea rises and falls by 20 dB."""
    tensors = random_tensors(SMALL, np.random.default_rng(0))
    time = np.arange(200) / 20
    sea = -30 + 10 * np.sin(2 * np.pi * time / 4)
    courses = courses_of([(0, np.full(200, -20.0)), (1, sea)], 2)
    header = ModelHeader("samplernn", path.stem, SMALL.to_json())
    write_model(path, header, tensors | courses.to_tensors())
    return path
