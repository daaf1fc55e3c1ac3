"""Packing of a model file's tensors for the coder in its configuration."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from .coders import Coder
from .config import CodesConfig, VQVAEConfig
from .shaped import packing as shaped
from .shaped.config import ShapedConfig
from .waveform import packing as waveform


def pack(config: CodesConfig, tensors: Mapping[str, NDArray[Any]]) -> Coder:
    """Pack tensors named as in `layers.folded`. [control] RtAudioGenError if they do not fit."""
    if isinstance(config, ShapedConfig):
        return shaped.pack(config, tensors)
    assert isinstance(config, VQVAEConfig)
    return waveform.pack(config, tensors)
