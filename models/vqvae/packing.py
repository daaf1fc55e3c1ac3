"""The coder of a model file, and its streams on a processor."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from .coders import Coder, Decoder, Encoder
from .config import CodesConfig, VQVAEConfig
from .shaped import packing as shaped
from .shaped import streaming as shaped_streams
from .shaped.config import ShapedConfig
from .shaped.packing import ShapedPacked
from .waveform import packing as waveform
from .waveform import streaming as waveform_streams
from .waveform.packing import Packed


def pack(config: CodesConfig, tensors: Mapping[str, NDArray[Any]]) -> Coder:
    """Pack tensors named as in `layers.folded`. [control] RtAudioGenError if they do not fit."""
    if isinstance(config, ShapedConfig):
        return shaped.pack(config, tensors)
    assert isinstance(config, VQVAEConfig)
    return waveform.pack(config, tensors)


def coders(coder: Coder, voices: int, device: str) -> tuple[Encoder, Decoder]:
    """Begin streams: one of sound, and `voices` of points. [control]

    The shaped coder always runs on the CPU, where it takes a hundredth of a core. RtAudioGenError
    if there is no such processor, ProcessorLostError if it cannot.
    """
    if device != "cpu":
        from ..compiled.device_call import torch_device  # imports torch

        there = torch_device(device)
        if isinstance(coder, Packed):
            from .waveform.device_coders import DeviceDecoder, DeviceEncoder

            return DeviceEncoder(coder, there), DeviceDecoder(coder, voices, there)
    if isinstance(coder, ShapedPacked):
        return shaped_streams.encoder_of(coder), shaped_streams.decoder_of(coder, voices)
    assert isinstance(coder, Packed)
    return waveform_streams.encoder_of(coder), waveform_streams.decoder_of(coder, voices)
