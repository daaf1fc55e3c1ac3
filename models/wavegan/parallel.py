"""Comparison of the renderers, compiled or on a device, with the trained network. [control]"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_header, read_tensors

from ..measuring.parallel import close
from .config import WaveGANConfig
from .descriptor import read_config
from .generator import WaveGANGenerator
from .network import Generator as Network
from .packing import Floats, rounded
from .renderer import AnyRenderer

LATENTS = 3  # of each class
TOLERANCE = 1e-5  # of the waveform, whose full scale is 1


def check(generator: Generator) -> Sequence[Finding]:
    """Compare raw hits of a prepared generator with the network of its file with rounded
    weights.
    """
    path = generator.descriptor.path
    assert path is not None
    config = read_config(path, read_header(path))
    now, ahead = cast(WaveGANGenerator, generator).renderers
    trained = network(config, rounded(config, read_tensors(path)))
    return [compare(now, trained), _same(now, ahead)]


def network(config: WaveGANConfig, tensors: dict[str, Floats]) -> Network:
    """Return the torch network with a model's tensors."""
    result = Network(config).eval()
    result.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
    return result


@torch.inference_mode()
def compare(renderer: AnyRenderer, network: Network) -> Finding:
    """Compare a renderer with the network that holds the same rounded weights."""
    latents, kinds = _asked(renderer.config)
    expected = network(torch.from_numpy(latents), torch.from_numpy(kinds)).numpy()
    name = f"a hit equals the network's, {len(kinds)} hits"
    return close(name, _rendered(renderer, latents, kinds), expected, TOLERANCE, scale=1.0)


def _same(now: AnyRenderer, ahead: AnyRenderer) -> Finding:
    asked = _asked(now.config)
    different = (_rendered(now, *asked) != _rendered(ahead, *asked)).any(axis=1)
    detail = f"{np.count_nonzero(different)} of {len(different)} hits differ in a bit"
    return Finding("a hit made ahead equals it", not different.any(), detail)


def _asked(config: WaveGANConfig) -> tuple[Floats, NDArray[np.int64]]:
    """Return latents (hits, latent) and their classes (hits,)."""
    kinds = np.repeat(np.arange(max(1, len(config.classes))), LATENTS)
    random = np.random.default_rng(0)
    return random.uniform(-1.0, 1.0, (len(kinds), config.latent)).astype(np.float32), kinds


def _rendered(renderer: AnyRenderer, latents: Floats, kinds: NDArray[np.int64]) -> Floats:
    """Return rendered hits (hits, frames)."""
    mixtures = np.eye(max(1, len(renderer.config.classes)), dtype=np.float32)[kinds]
    pairs = zip(latents, mixtures, strict=True)
    return np.stack([renderer.render(latent, mixture).copy() for latent, mixture in pairs])
