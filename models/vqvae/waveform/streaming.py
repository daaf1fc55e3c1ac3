"""Encoder and decoder of the waveform coder, compiled."""

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import run
from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import scratch_of, state_of
from ...compiled.conv.slices import SlicedRun
from ..ahead import SLICES
from ..lookup import search_of
from ..streaming import StreamingDecoder, StreamingEncoder
from .lookup import quantize
from .packing import Packed
from .shapes import layers


def encoder_of(packed: Packed) -> StreamingEncoder:
    """Allocate, compile and begin. [control]"""
    inward = list(layers(packed.config).encoder.values())
    state, scratch = state_of(inward, 1), scratch_of(inward, packed.config.hop)
    search = search_of(packed.books)

    def hear(frame: Floats, point: Floats) -> None:
        run(*packed.networks.encoder, state, scratch, 0, frame, point)

    def codes_of(point: Floats, codes: NDArray[np.uint16]) -> None:
        quantize(packed.books, packed.sphere, search, point, codes)

    return StreamingEncoder(packed, state._asdict(), hear, codes_of)


def decoder_of(packed: Packed, voices: int) -> StreamingDecoder:
    """Allocate, compile and begin. [control]"""
    outward, weights = list(layers(packed.config).decoder.values()), packed.networks.decoder
    state, copied = state_of(outward, voices), state_of(outward, voices)
    scratch = scratch_of(outward, 1)

    def decode(voice: int, point: Floats, bias: Floats, out: Floats) -> None:
        run(weights.layers, weights.lanes, bias, state, scratch, voice, point, out)

    ahead = [SlicedRun(outward, weights, copied, voice, 1, SLICES) for voice in range(voices)]
    return StreamingDecoder(packed, state._asdict(), decode, copied._asdict(), ahead)
