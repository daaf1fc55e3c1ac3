"""Model files with random weights, which need no training."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.packing import random_tensors

CLASSES = ("kick", "snare", "tom", "hat_closed", "hat_open")
SMALL = WaveGANConfig(frames=8192, width=16, latent=20, classes=CLASSES)
SPECIAL = {
    "classes": SMALL,
    "no classes": replace(SMALL, classes=()),
    "a filter": replace(SMALL, filter_taps=33),
    "a filter of even length": replace(SMALL, filter_taps=512),
    "an odd latent": replace(SMALL, latent=7),
    "32768 frames": replace(SMALL, frames=32768),
    "no multiple of 64": replace(SMALL, width=48),
}  # sizes for which the compiled forms take other ways
FADE_SECONDS = 0.05  # of what the network gives: a drum and no steady noise


def write_untrained(path: Path, config: WaveGANConfig = SMALL) -> Path:
    """Write a model file of that configuration."""
    header = ModelHeader("wavegan", path.stem, config.to_json())
    tensors = random_tensors(config, np.random.default_rng(0))
    write_model(path, header, {name: value.astype(np.float16) for name, value in tensors.items()})
    return path
