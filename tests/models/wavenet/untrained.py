"""Model files with random weights: all of the machinery, none of the training."""

from pathlib import Path

import numpy as np
import torch

from rtaudiogen.model_file import ModelHeader, write_model
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


def write_untrained(
    path: Path, config: WaveNetConfig = SMALL, held_db: float = -20.0, hold_slope: float = 0.0
) -> Path:
    """Random weights; notes hold `held_db` RMS and fall by `hold_slope` dB per second."""
    torch.manual_seed(0)
    network = WaveNet(config)
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    count = len(config.instruments)
    if config.pitched:
        tensors |= Envelope(
            level=np.full((count, ZONES, GRID), held_db, np.float32),
            hold=np.full((count, ZONES, 2), hold_slope, np.float32),
            release=np.full((count, ZONES), -400.0, np.float32),
            dynamics=np.tile(20 * (VELOCITIES - np.float32(0.7)), (count, 1)),
        ).to_tensors()
    write_model(path, ModelHeader("wavenet", path.stem, config.to_json()), tensors)
    return path
