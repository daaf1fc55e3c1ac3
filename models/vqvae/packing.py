"""From a model file's tensors to the coder that its configuration names."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from .coders import Coder
from .config import CodesConfig, VQVAEConfig
from .shaped import packing as shaped
from .shaped.config import ShapedConfig
from .waveform import packing as waveform


def pack(config: CodesConfig, tensors: Mapping[str, NDArray[Any]]) -> Coder:
    """From the names of `layers.folded`. [control] RtAudioGenError if anything does not fit."""
    if isinstance(config, ShapedConfig):
        return shaped.pack(config, tensors)
    assert isinstance(config, VQVAEConfig)
    return waveform.pack(config, tensors)
