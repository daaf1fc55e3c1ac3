"""Encoder and decoder on a device, as in `streaming`; all voices that are due in one call.

The search for codes stays here: equal latents give equal codes on every processor.
"""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compiled.conv.device import DeviceLayers
from ...compiled.conv.layers import Floats, Layer
from ...compiled.conv.memory import Weights
from ...compiled.device_call import Compute, DeviceCall, Shapes, Tensors, lost
from ..coders import State
from ..lookup import search_of
from .lookup import quantize
from .packing import Packed
from .shapes import layers


class _Coder:
    """Layers in a recorded call, and the state of its streams."""

    def __init__(
        self, layers: dict[str, Layer], weights: Weights, streams: int, frames: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        with lost(device):
            in_order = list(layers.values())
            self._layers = DeviceLayers(in_order, weights, streams, frames, device)

    def _record(self, compute: Compute, inputs: Shapes, outputs: Shapes) -> None:
        """Record `compute`; it must not refer to this object: a cycle would keep the memory."""
        self._call = DeviceCall(compute, inputs, outputs, self._layers.history.device)
        for stream in range(self._layers.streams):
            self._reset(stream)

    def _reset(self, stream: int) -> None:
        with self._call.in_order():
            self._layers.reset(stream)

    @property
    def state(self) -> State:
        """Return copies by name, voices first. [render] ProcessorLostError."""
        with self._call.in_order():
            return self._layers.state()._asdict()

    def restore(self, state: State) -> None:
        """Continue bit for bit from such copies; ValueError if it is another's. [render]

        ProcessorLostError.
        """
        with self._call.in_order():
            self._layers.restore(state)


class DeviceEncoder(_Coder):
    """`streaming.StreamingEncoder` on a device."""

    def __init__(self, packed: Packed, device: torch.device) -> None:
        """Upload, record and begin. [control] ProcessorLostError if the device cannot."""
        config, self.packed = packed.config, packed
        weights = packed.networks.encoder
        super().__init__(layers(config).encoder, weights, 1, config.hop, device)
        with lost(device):
            bias = torch.from_numpy(weights.bias).to(device)
        self._record(
            partial(_encode, self._layers, bias),
            {"sound": ((1, config.hop, 1), np.float32)},
            {"latent": ((1, 1, config.latent), np.float32)},
        )
        self._search = search_of(packed.books)
        self._latent = np.zeros(config.latent, np.float32)

    def reset(self) -> None:
        """Return to the state before the first sound. [render] ProcessorLostError."""
        self._reset(0)

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """Encode the next hop of sound (hop,) to codes (stages,). [render] ProcessorLostError."""
        self.encode_latent(frame, self._latent)
        quantize(self.packed.books, self.packed.sphere, self._search, self._latent, codes)

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """Encode the next hop of sound (hop,) to (latent,). [render] ProcessorLostError."""
        self._call.inputs["sound"][0, :, 0] = frame
        self._call()
        out[:] = self._call.outputs["latent"][0, 0]


class DeviceDecoder(_Coder):
    """`streaming.StreamingDecoder` on a device; a call costs the same for one voice and for all."""

    def __init__(self, packed: Packed, voices: int, device: torch.device) -> None:
        """Upload, record and begin. [control] ProcessorLostError if the device cannot."""
        config = packed.config
        super().__init__(layers(config).decoder, packed.networks.decoder, voices, 1, device)
        inputs = {
            "due": ((voices,), np.bool_),
            "latents": ((voices, 1, config.latent), np.float32),
            "bias": (packed.bias.shape, np.float32),
        }
        outputs = {"sound": ((voices, config.hop, 1), np.float32)}
        self._record(partial(_decode, self._layers), inputs, outputs)

    def reset_voice(self, voice: int) -> None:
        """Return a voice to the state before its first sound. [render] ProcessorLostError."""
        self._reset(voice)

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Decode the voices that are due, (V, latent) to (V, hop); others stay. [render]

        ProcessorLostError.
        """
        if not due.any():
            return
        call = self._call
        call.inputs["due"][:] = due
        call.inputs["latents"][:, 0] = latents
        call.inputs["bias"][:] = bias
        call()
        out[due] = call.outputs["sound"][due, :, 0]

    def expect(self, voice: int, point: Floats, bias: Floats) -> None:
        """Do nothing: a call for all voices cannot be cut into slices. [render]"""

    def go_on(self, voice: int, position: int) -> None:
        """Do nothing, as `expect`. [render]"""


def _encode(layers: DeviceLayers, bias: Tensor, inputs: Tensors, outputs: Tensors) -> None:
    outputs["latent"].copy_(layers.advance(inputs["sound"], bias))


def _decode(layers: DeviceLayers, inputs: Tensors, outputs: Tensors) -> None:
    sound = layers.advance(inputs["latents"], inputs["bias"], inputs["due"])
    outputs["sound"].copy_(sound)
