"""Model files with random weights: all of the machinery, none of the training."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.network import VQVAE, folded, unfold
from rtaudiogen.models.vqvae.packing import rounded

SMALL = VQVAEConfig(
    strides=(2, 4), encoder_channels=16, decoder_channels=16, widest=32, latent=16, stages=3,
    codes=32, code_dimensions=4, labels=("any", "low", "high"), embedding=4,
)  # fmt: skip


def untrained_tensors(config: VQVAEConfig = SMALL) -> dict[str, NDArray[np.float32]]:
    """What a model file holds, from torch's own initial values."""
    torch.manual_seed(0)
    network = VQVAE(config)
    return {name: value.detach().numpy().copy() for name, value in folded(network).items()}


def rounded_network(config: VQVAEConfig, tensors: dict[str, NDArray[np.float32]]) -> VQVAE:
    """The parallel network that holds the weights which are really computed with."""
    network = VQVAE(config).eval()
    values = {name: torch.from_numpy(value) for name, value in rounded(config, tensors).items()}
    unfold(network, values)
    for module in network.modules():  # as if it had been trained
        if hasattr(module, "steps"):
            module.steps.fill_(1e6)
    return network


def write_untrained(path: Path, config: VQVAEConfig = SMALL) -> Path:
    """A model file of that configuration."""
    header = ModelHeader("vqvae", path.stem, config.to_json())
    write_model(path, header, untrained_tensors(config))
    return path
