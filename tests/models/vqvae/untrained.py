"""Model files with random weights, which need no training."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.vqvae import comparing
from rtaudiogen.models.vqvae.config import CodesConfig, VQVAEConfig
from rtaudiogen.models.vqvae.layers import folded
from rtaudiogen.models.vqvae.learning.training import network_of
from rtaudiogen.models.vqvae.prior import packing as prior_packing
from rtaudiogen.models.vqvae.shaped.config import ShapedConfig
from rtaudiogen.models.vqvae.shaped.network import ShapedVQVAE
from rtaudiogen.models.vqvae.waveform.network import VQVAE
from rtaudiogen.models.vqvae.waveform.shapes import layers

SMALL = VQVAEConfig(
    strides=(2, 4), encoder_channels=16, decoder_channels=16, widest=32, latent=16, stages=3,
    codes=32, code_dimensions=4, labels=("any", "low", "high"), embedding=4,
)  # fmt: skip

SHAPED = ShapedConfig(
    encoder_width=16, decoder_widths=(32, 16, 16), latent=16, stages=3, codes=128, embedding=4,
    labels=("any", "low", "high"), long_bands=20, short_bands=8, harmonic_bands=12, noise_bands=8,
    transform=512,
)  # fmt: skip
INVENTIVE = replace(SMALL, prior_layers=1, prior_width=32, prior_embedding=16)
MATERIAL_FRAMES = 60
REGIONS = ((0, 20, 60, 1), (20, 45, 72, 2), (45, 60, 67, 1))  # first, end, key, label


def untrained_tensors(config: CodesConfig = SMALL) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a model file, from torch's own initial values."""
    torch.manual_seed(0)
    network = network_of(config)
    if isinstance(network, ShapedVQVAE):
        torch.nn.init.normal_(network.quantizer.books.vectors)
    return {name: value.detach().numpy().copy() for name, value in folded(network).items()}


def rounded_network(config: VQVAEConfig, tensors: dict[str, NDArray[np.float32]]) -> VQVAE:
    """Return the parallel network with the rounded weights that the coders compute with."""
    network = comparing.rounded_network(VQVAE(config), layers(config), tensors)
    for module in network.modules():  # as if it had been trained
        if hasattr(module, "steps"):
            module.steps.fill_(1e6)
    return network


def untrained_prior(config: CodesConfig) -> dict[str, NDArray[np.float32]]:
    """Return the prior's tensors, or none if the configuration has no prior."""
    if not config.prior_layers:
        return {}
    tensors = prior_packing.random_tensors(config, np.random.default_rng(0))
    return {prior_packing.PREFIX + name: value for name, value in tensors.items()}


def random_codes(config: CodesConfig, frames: int = MATERIAL_FRAMES) -> NDArray[np.uint16]:
    """Return random codes, (frames, stages)."""
    random = np.random.default_rng(5)
    return random.integers(0, config.books, (frames, config.stages)).astype(np.uint16)


def write_untrained(
    path: Path,
    config: CodesConfig = SMALL,
    regions: Sequence[tuple[int, int, int, int]] = (),
) -> Path:
    """Write a model file of that configuration; regions add material of MATERIAL_FRAMES."""
    header = ModelHeader("vqvae", path.stem, config.to_json())
    tensors: dict[str, NDArray[np.generic]] = {
        **untrained_tensors(config), **untrained_prior(config)
    }  # fmt: skip
    if regions:
        tensors["material.codes"] = random_codes(config)
        tensors["material.regions"] = np.array(regions, np.int32)
    write_model(path, header, tensors)
    return path
