"""The two halves of the network as a generator uses them, on whatever it computes on."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv_layers import Floats
from .packing import Packed
from .streaming import State, StreamingDecoder, StreamingEncoder


class Encoder(Protocol):
    """A stream of sound frames to code frames."""

    @property
    def state(self) -> State:
        """Arrays by name; copy them to save. [render] ProcessorLostError."""

    def restore(self, state: State) -> None:
        """Continue from copies of `state`; ValueError if another's. [render] ProcessorLostError."""

    def reset(self) -> None:
        """As if nothing had been heard before. [render] ProcessorLostError."""

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """The next hop of sound (hop,) to codes (stages,). [render] ProcessorLostError."""

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """The next hop of sound (hop,) to its latent (latent,). [render] ProcessorLostError."""


class Decoder(Protocol):
    """Streams of latent frames to sound; a voice's bits do not depend on the other voices."""

    @property
    def state(self) -> State:
        """Arrays by name, voices first; copy them to save. [render] ProcessorLostError."""

    def restore(self, state: State) -> None:
        """Continue from copies of `state`; ValueError if another's. [render] ProcessorLostError."""

    def reset_voice(self, voice: int) -> None:
        """As if nothing had sounded before. [render] ProcessorLostError."""

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Of the voices that are due, (V, latent) to (V, hop); others stay. [render]

        ProcessorLostError. `bias` is `packing.label_bias` of the label that they are to sound like.
        """


def coders(packed: Packed, voices: int, device: str) -> tuple[Encoder, Decoder]:
    """On a processor, by its name: compiled on the CPU, torch's elsewhere. [control]

    RtAudioGenError if there is no such processor, ProcessorLostError if it cannot.
    """
    if device == "cpu":
        return StreamingEncoder(packed), StreamingDecoder(packed, voices)
    from ..compiled.device_call import torch_device
    from .device_coders import DeviceDecoder, DeviceEncoder

    there = torch_device(device)
    return DeviceEncoder(packed, there), DeviceDecoder(packed, voices, there)
