"""Model files with random weights: all of the machinery, none of the training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.sounds.bands.edges import edges_of
from rtaudiogen.models.sounds.bands.tones import Lines, Tones, tones_of
from rtaudiogen.models.sounds.notes.courses import Courses, courses_of
from rtaudiogen.models.sounds.notes.envelope import (
    GRID,
    VELOCITIES,
    ZONES,
    Envelope,
)
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.network import WaveNet

SMALL = WaveNetConfig(
    residual=16, skip=32, output=32, dilations=(1, 2, 4, 8) * 2, harmonics=4,
    instruments=("reed", "string", "bell"), embedding=4, preemphasis=0.85,
)  # fmt: skip
SMALL_TEXTURE = WaveNetConfig(
    residual=16, skip=32, output=32, dilations=(1, 2, 4, 8) * 2, harmonics=0,
    instruments=("rain", "sea"), embedding=4,
)  # fmt: skip

SMALL_BANDS = WaveNetConfig(
    sample_rate=12000, residual=16, skip=32, output=32, dilations=(1, 2, 4, 8) * 2, harmonics=0,
    instruments=("rain", "sea"), embedding=4, preemphasis=0.85, upper_codes=(127, 63),
    upper_output=(32, 16), upper_preemphasis=(0.7, 0.4), told=edges_of(12000, 3),
)  # fmt: skip

SMALL_TONAL = replace(SMALL_BANDS, tonal=True)


def write_untrained(
    path: Path, config: WaveNetConfig = SMALL, held_db: float = -20.0, hold_slope: float = 0.0
) -> Path:
    """Write random weights; notes hold `held_db` RMS and fall by `hold_slope` dB per second."""
    torch.manual_seed(0)
    network = WaveNet(config)
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    count = len(config.instruments)
    if config.bands > 1:
        tensors |= waves(config).to_tensors()
    if config.tonal:
        tensors |= hum(config).to_tensors()
    if config.pitched:
        tensors |= Envelope(
            level=np.full((count, ZONES, GRID), held_db, np.float32),
            hold=np.full((count, ZONES, 2), hold_slope, np.float32),
            release=np.full((count, ZONES), -400.0, np.float32),
            dynamics=np.tile(20 * (VELOCITIES - np.float32(0.7)), (count, 1)),
        ).to_tensors()
    write_model(path, ModelHeader("wavenet", path.stem, config.to_json()), tensors)
    return path


def waves(config: WaveNetConfig, depth_db: float = 10.0) -> Courses:
    """Return courses in which all levels rise and fall together, a wave in four seconds."""
    swing = depth_db * np.sin(np.arange(400) * 2 * np.pi / 80)
    columns = np.linspace(-30, -45, config.conditioning + config.bands)
    course = (columns + swing[:, None]).astype(np.float32)
    return courses_of(
        [(i, course) for i in range(len(config.instruments))], len(config.instruments)
    )


def hum(config: WaveNetConfig) -> Tones:
    """Return two tones that waver for the last instrument, beside the courses of `waves`."""
    none = Lines(np.zeros(0), np.zeros((400, 0), np.complex128))
    turns = np.outer(np.arange(400), (0.11, 0.03))
    two = Lines(np.array([200.0, 650.0]), 0.05 * np.exp(2j * np.pi * turns))
    return tones_of([none] * (len(config.instruments) - 1) + [two])
