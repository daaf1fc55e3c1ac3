"""The compiled form against the network that was trained. [control]"""

from collections.abc import Sequence

import numpy as np
import torch

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_header, read_tensors

from .config import WaveGANConfig
from .descriptor import read_config
from .network import Generator as Network
from .packing import Floats, Packed, pack, rounded
from .renderer import Renderer

LATENTS = 3  # of each class
TOLERANCE = 1e-5  # of the waveform, whose full scale is 1


def check(generator: Generator) -> Sequence[Finding]:
    """Raw hits of a generator's model file, against the network with the same rounded weights."""
    path = generator.descriptor.path
    assert path is not None
    config = read_config(path, read_header(path))
    tensors = read_tensors(path)
    return compare(pack(config, tensors), network(config, rounded(config, tensors)))


def network(config: WaveGANConfig, tensors: dict[str, Floats]) -> Network:
    """The parallel form of a model's tensors."""
    result = Network(config).eval()
    result.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
    return result


@torch.inference_mode()
def compare(packed: Packed, network: Network) -> Sequence[Finding]:
    """A packed model and the network that holds the same rounded weights."""
    classes = max(1, len(packed.config.classes))
    random, renderer = np.random.default_rng(0), Renderer(packed)
    kinds = np.repeat(np.arange(classes), LATENTS)
    latents = random.uniform(-1.0, 1.0, (len(kinds), packed.config.latent)).astype(np.float32)
    expected = network(torch.from_numpy(latents), torch.from_numpy(kinds)).numpy()
    mixtures = np.eye(classes, dtype=np.float32)[kinds]
    error = max(
        float(np.abs(renderer.render(latent, mixture) - hit).max())
        for latent, mixture, hit in zip(latents, mixtures, expected, strict=True)
    )
    detail = f"{len(kinds)} hits, largest difference {error:.1e}, limit {TOLERANCE:.0e}"
    return [Finding("a hit equals the network's", error < TOLERANCE, detail)]
