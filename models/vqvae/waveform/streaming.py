"""Encoder and decoder one code frame at a time: compiled, cached state, explicit and copyable."""

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.chain import delay_frames
from ...compiled.conv.kernels import run
from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import restore, scratch_of, state_of
from ...compiled.conv.slices import SlicedRun
from ..ahead import SLICES, NextHop
from ..coders import State
from .lookup import quantize, search_of
from .packing import Packed, decoder_layers, encoder_layers


class StreamingEncoder:
    """A stream of sound frames to code frames."""

    def __init__(self, packed: Packed) -> None:
        """Allocate, compile and begin. [control]"""
        self.packed, hop = packed, packed.config.hop
        self._layers = tuple(layer for _, layer in encoder_layers(packed.config))
        self._state, self._scratch = state_of(self._layers, 1), scratch_of(self._layers, hop)
        self._search = search_of(packed.books)
        self._latent = np.zeros(packed.config.latent, np.float32)
        self.encode(np.zeros(hop, np.float32), np.zeros(packed.config.stages, np.uint16))
        self.reset()

    @property
    def delay_frames(self) -> int:
        """Return the frames between the first frame of a code frame and its codes."""
        return delay_frames(self._layers)

    @property
    def state(self) -> State:
        """Return the live arrays by name; copy them to save. [render]"""
        return self._state._asdict()

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self._state, state)

    def reset(self) -> None:
        """Return to the state before the first sound. [render]"""
        for array in self._state:
            array[...] = 0

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """Encode the next hop of sound (hop,) to one code of each stage (stages,). [render]"""
        self.encode_latent(frame, self._latent)
        quantize(self.packed.books, self._search, self._latent, codes)

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """Encode the next hop of sound (hop,) to its unquantised latent (latent,). [render]"""
        run(*self.packed.encoder, self._state, self._scratch, 0, frame, out)


class StreamingDecoder:
    """Streams of latent frames to sound; a voice's bits do not depend on the other voices."""

    def __init__(self, packed: Packed, voices: int) -> None:
        """Allocate, compile and begin. [control]"""
        self.packed = packed
        layers = [layer for _, layer in decoder_layers(packed.config)]
        self._state, self._scratch = state_of(layers, voices), scratch_of(layers, 1)
        copied = state_of(layers, voices)
        self._next = [
            NextHop(
                SlicedRun(layers, packed.decoder, copied, voice, 1, SLICES), voice, self._state,
                copied,
            )
            for voice in range(voices)
        ]  # fmt: skip
        self.delay_frames = delay_frames(layers)
        latent = np.zeros(packed.config.latent, np.float32)
        self._warm_up(latent, np.zeros(packed.config.hop, np.float32))

    def _warm_up(self, latent: Floats, hop: Floats) -> None:
        """Compile both ways of decoding."""
        bias = self.packed.decoder.bias
        self.decode(0, latent, bias, hop)
        self.expect(0, latent, bias)
        self.decode(0, latent, bias, hop)
        self.reset_voice(0)

    @property
    def state(self) -> State:
        """Return the live arrays by name, voices first; copy them to save. [render]"""
        return self._state._asdict()

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self._state, state)
        for ahead in self._next:
            ahead.forget()

    def reset_voice(self, voice: int) -> None:
        """Return a voice to the state before its first sound. [render]"""
        self._next[voice].forget()
        for array in self._state:
            array[voice] = 0

    def decode(self, voice: int, latent: Floats, bias: Floats, out: Floats) -> None:
        """Decode a voice's next code frame (latent,) to (hop,), C-contiguous float32. [render]

        `bias` is `packing.label_bias` of the label that it is to sound like.
        """
        if self._next[voice].take(latent, bias, out):
            return
        weights = self.packed.decoder
        run(weights.layers, weights.lanes, bias, self._state, self._scratch, voice, latent, out)

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Decode the voices that are due, (V, latent) to (V, hop); others stay. [render]"""
        for voice in np.flatnonzero(due).tolist():
            self.decode(voice, latents[voice], bias, out[voice])

    def expect(self, voice: int, point: Floats, bias: Floats) -> None:
        """Implement `Decoder.expect`."""
        self._next[voice].expect(point, bias)

    def go_on(self, voice: int, position: int) -> None:
        """Implement `Decoder.go_on`."""
        self._next[voice].go_on(position)
