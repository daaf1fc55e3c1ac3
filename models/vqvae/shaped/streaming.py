"""Encoder and decoder of the shaped coder, compiled."""

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv import memory as conv_memory
from ...compiled.conv.kernels import run
from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import state_of
from ...compiled.conv.slices import SlicedRun
from ..ahead import SLICES
from ..lookup import search_of
from ..streaming import StreamingDecoder, StreamingEncoder
from .hearing import Hearing
from .lookup import quantize
from .packing import ShapedPacked
from .pitch import code_of
from .shapes import layers
from .shaping import Shaped, Shapes, fill_input, scratch_of, shape, shaped_of, shapes_of

FILTERS_COST = 1.0  # of the filters, when that of the layers is 1


def encoder_of(packed: ShapedPacked) -> StreamingEncoder:
    """Allocate, compile and begin. [control]"""
    config = packed.config
    inward, hearing = list(layers(config).encoder.values()), Hearing(config)
    state, scratch = state_of(inward, 1), conv_memory.scratch_of(inward, 2)
    features = np.zeros(2 * config.features, np.float32)
    search = search_of(packed.books)

    def hear(frame: Floats, point: Floats) -> None:
        hearing.hear(frame, features)
        run(*packed.networks.encoder, state, scratch, 0, features, point)
        point[config.latent :] = features[-2:]

    def codes_of(point: Floats, codes: NDArray[np.uint16]) -> None:
        codes[0] = code_of(hearing.pitch)
        quantize(packed.books, search, point, codes[1:])

    return StreamingEncoder(packed, {**hearing.state, **state._asdict()}, hear, codes_of)


def decoder_of(packed: ShapedPacked, voices: int) -> StreamingDecoder:
    """Allocate, compile and begin. [control]"""
    config, weights = packed.config, packed.networks.decoder
    outward, shapes = list(layers(config).decoder.values()), shapes_of(config)
    scratch, shaping = conv_memory.scratch_of(outward, 1), scratch_of(config)
    inputs = np.zeros(config.latent + 3, np.float32)
    bands = np.zeros(4 * config.bands, np.float32)
    shaped, state = shaped_of(config, voices), state_of(outward, voices)
    copied, copy = shaped_of(config, voices), state_of(outward, voices)

    def decode(voice: int, point: Floats, bias: Floats, out: Floats) -> None:
        fill_input(shaped, voice, point, inputs)
        run(weights.layers, weights.lanes, bias, state, scratch, voice, inputs, bands)
        shape(shapes, shaped, shaping, voice, point, bands, out)

    return StreamingDecoder(
        packed, {**shaped._asdict(), **state._asdict()}, decode,
        {**copied._asdict(), **copy._asdict()},
        [_SlicedDecoder(packed, shapes, copied, copy, voice) for voice in range(voices)],
    )  # fmt: skip


class _SlicedDecoder:
    """A voice's decoder in slices, `ahead.SlicedDecoder`: the layers, then the filters."""

    def __init__(
        self, packed: ShapedPacked, shapes: Shapes, shaped: Shaped, state: conv_memory.State,
        voice: int,
    ) -> None:  # fmt: skip
        """Decode with the voice's state in `shaped` and `state`. [control]"""
        config = packed.config
        outward = list(layers(config).decoder.values())
        self._run = SlicedRun(outward, packed.networks.decoder, state, voice, 1, SLICES)
        self._shapes, self._shaped, self._voice = shapes, shaped, voice
        self._shaping = scratch_of(config)
        self._point = np.zeros(config.point, np.float32)
        self._input = np.zeros(config.latent + 3, np.float32)
        self.out = np.zeros(config.hop, np.float32)
        self.slices = [*self._run.slices, self._shape]
        self.costs = [*self._run.costs, FILTERS_COST * sum(self._run.costs)]

    def begin(self, point: Floats, bias: Floats) -> None:
        """Implement `SlicedDecoder.begin`."""
        self._point[:] = point
        fill_input(self._shaped, self._voice, point, self._input)
        self._run.begin(self._input, bias)

    def _shape(self) -> None:
        shape(
            self._shapes, self._shaped, self._shaping, self._voice, self._point, self._run.out,
            self.out,
        )  # fmt: skip
