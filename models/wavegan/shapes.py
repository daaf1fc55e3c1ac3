"""Shapes of a WaveGAN's tensors, computed from its configuration."""

from itertools import pairwise

from .config import KERNEL, WaveGANConfig


def shapes(config: WaveGANConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tensors that playing needs, by the names of `network.Generator`."""
    features = config.widths[0] * config.first_frames
    wanted: dict[str, tuple[int, ...]] = {
        "first.weight": (features, config.latent),
        "first.bias": (features,),
        "classes.weight": (max(1, len(config.classes)), features),
    }
    for level, (inputs, outputs) in enumerate(pairwise((*config.widths, 1))):
        wanted[f"levels.{level}.weight"] = (inputs, outputs, KERNEL)
        wanted[f"levels.{level}.bias"] = (outputs,)
    if config.filter_taps:
        wanted["filter.weight"] = (config.filter_taps,)
    return wanted
