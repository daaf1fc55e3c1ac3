"""Encoder and decoder one code frame at a time: compiled, cached state, explicit and copyable."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv import memory as conv_memory
from ...compiled.conv.kernels import run
from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import state_of
from ...compiled.conv.slices import SlicedRun
from ...playing.named_state import restore
from ..ahead import SLICES, NextHop
from ..coders import State
from .hearing import Hearing
from .lookup import quantize, search_of
from .packing import ShapedPacked
from .pitch import code_of
from .shapes import decoder_layers, encoder_layers
from .shaping import Shaped, Shapes, fill_input, scratch_of, shape, shaped_of, shapes_of

FILTERS_COST = 1.0  # of the filters, when that of the layers is 1


class StreamingEncoder:
    """A stream of sound frames to code frames, `coders.Encoder`."""

    def __init__(self, packed: ShapedPacked) -> None:
        """Allocate, compile and begin. [control]"""
        config = packed.config
        self.packed = packed
        layers = [layer for _, layer in encoder_layers(config)]
        self._hearing = Hearing(config)
        self._state, self._scratch = state_of(layers, 1), conv_memory.scratch_of(layers, 2)
        self._features = np.zeros(2 * config.features, np.float32)
        self._search = search_of(packed.books)
        self._point = np.zeros(config.point, np.float32)
        self.encode(np.zeros(config.hop, np.float32), np.zeros(config.stages, np.uint16))
        self.reset()

    @property
    def state(self) -> State:
        """The live arrays by name; copy them to save. [render]"""
        return {**self._hearing.state, **self._state._asdict()}

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self.state, state, "the shaped coder")

    def reset(self) -> None:
        """Return to the state before the first sound. [render]"""
        for array in self.state.values():
            array[...] = 0

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """The next hop of sound (hop,) to one code of each stage (stages,). [render]"""
        pitch = self._hear(frame, self._point)
        codes[0] = code_of(pitch)
        quantize(self.packed.books, self._search, self._point, codes[1:])

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """The next hop of sound (hop,) to what is to be quantised (latent + 2,). [render]"""
        self._hear(frame, out)
        out[self.packed.config.latent :] = self._features[-2:]

    def _hear(self, frame: Floats, out: Floats) -> float:
        pitch = self._hearing.hear(frame, self._features)
        run(*self.packed.encoder, self._state, self._scratch, 0, self._features, out)
        return pitch


class StreamingDecoder:
    """Streams of points to sound, `coders.Decoder`; a voice's bits do not depend on the others."""

    def __init__(self, packed: ShapedPacked, voices: int) -> None:
        """Allocate, compile and begin. [control]"""
        config = packed.config
        self.packed = packed
        layers = [layer for _, layer in decoder_layers(config)]
        self._state, self._scratch = state_of(layers, voices), conv_memory.scratch_of(layers, 1)
        self._shapes, self._shaped = shapes_of(config), shaped_of(config, voices)
        self._shaping = scratch_of(config)
        self._input = np.zeros(config.latent + 3, np.float32)
        self._bands = np.zeros(4 * config.bands, np.float32)
        shaped, state = shaped_of(config, voices), state_of(layers, voices)
        self._next = [
            NextHop(
                _SlicedDecoder(packed, self._shapes, shaped, state, voice), voice,
                [*self._shaped, *self._state], [*shaped, *state],
            )
            for voice in range(voices)
        ]  # fmt: skip
        self._warm_up(np.zeros(config.point, np.float32), np.zeros(config.hop, np.float32))

    def _warm_up(self, point: Floats, hop: Floats) -> None:
        """Compile both ways of decoding."""
        self.decode(0, point, self.packed.bias, hop)
        self.expect(0, point, self.packed.bias)
        self.decode(0, point, self.packed.bias, hop)
        self.reset_voice(0)

    @property
    def state(self) -> State:
        """The live arrays by name, voices first; copy them to save. [render]"""
        arrays: dict[str, NDArray[Any]] = {**self._shaped._asdict(), **self._state._asdict()}
        return arrays

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self.state, state, "the shaped coder")
        for ahead in self._next:
            ahead.forget()

    def reset_voice(self, voice: int) -> None:
        """Return a voice to the state before its first sound. [render]"""
        self._next[voice].forget()
        for array in self.state.values():
            array[voice] = 0

    def decode(self, voice: int, point: Floats, bias: Floats, out: Floats) -> None:
        """A voice's next point (latent + 2,) to sound (hop,), C-contiguous float32. [render]

        `bias` is the decoder's, of the label that it is to sound like.
        """
        if self._next[voice].take(point, bias, out):
            return
        weights = self.packed.decoder
        fill_input(self._shaped, voice, point, self._input)
        run(
            weights.layers, weights.lanes, bias, self._state, self._scratch, voice, self._input,
            self._bands,
        )  # fmt: skip
        shape(self._shapes, self._shaped, self._shaping, voice, point, self._bands, out)

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Decode the voices that are due, (V, latent + 2) to (V, hop). [render]"""
        for voice in np.flatnonzero(due).tolist():
            self.decode(voice, latents[voice], bias, out[voice])

    def expect(self, voice: int, point: Floats, bias: Floats) -> None:
        """Implement `Decoder.expect`."""
        self._next[voice].expect(point, bias)

    def go_on(self, voice: int, position: int) -> None:
        """Implement `Decoder.go_on`."""
        self._next[voice].go_on(position)


class _SlicedDecoder:
    """A voice's decoder in slices, `ahead.SlicedDecoder`: the layers, then the filters."""

    def __init__(
        self, packed: ShapedPacked, shapes: Shapes, shaped: Shaped, state: conv_memory.State,
        voice: int,
    ) -> None:  # fmt: skip
        """Decode with the voice's state in `shaped` and `state`. [control]"""
        config = packed.config
        layers = [layer for _, layer in decoder_layers(config)]
        self._run = SlicedRun(layers, packed.decoder, state, voice, 1, SLICES)
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
