"""A coder's streams one code frame at a time: explicit and copyable state, hops decoded ahead."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv.layers import Floats
from ..compiled.state import restore
from .ahead import NextHop, SlicedDecoder
from .coders import Coder, State


class StreamingEncoder:
    """A stream of sound frames to code frames, `coders.Encoder`."""

    def __init__(
        self, coder: Coder, state: State, hear: Callable[[Floats, Floats], None],
        quantize: Callable[[Floats, NDArray[np.uint16]], None],
    ) -> None:  # fmt: skip
        """Compile and begin. [control]

        `hear` writes the point of the next hop and advances the arrays in `state`; `quantize`
        writes the codes of that point.
        """
        self.state, self.encode_latent, self._quantize = state, hear, quantize
        self._point = np.zeros(coder.config.point, np.float32)
        hop, stages = coder.config.hop, coder.config.stages
        self.encode(np.zeros(hop, np.float32), np.zeros(stages, np.uint16))
        self.reset()

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self.state, state, "the encoder")

    def reset(self) -> None:
        """Return to the state before the first sound. [render]"""
        for array in self.state.values():
            array[...] = 0

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """Encode the next hop of sound (hop,) to one code of each stage (stages,). [render]"""
        self.encode_latent(frame, self._point)
        self._quantize(self._point, codes)


class StreamingDecoder:
    """Streams of points to sound, `coders.Decoder`; a voice's bits do not depend on the others."""

    def __init__(
        self, coder: Coder, state: State, decode: Callable[[int, Floats, Floats, Floats], None],
        copied: State, ahead: Sequence[SlicedDecoder],
    ) -> None:  # fmt: skip
        """Compile and begin. [control]

        `decode` is that of this class, and advances the arrays in `state`, voices first; each
        voice's decoder in `ahead` advances those in `copied`.
        """
        self.state, self._decode = state, decode
        live, copies = list(state.values()), list(copied.values())
        self._next = [NextHop(sliced, voice, live, copies) for voice, sliced in enumerate(ahead)]
        point, hop = np.zeros(coder.config.point, np.float32), np.zeros_like(ahead[0].out)
        self.decode(0, point, coder.bias, hop)
        self.expect(0, point, coder.bias)
        self.decode(0, point, coder.bias, hop)  # what was decoded ahead
        self.reset_voice(0)

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another's. [render]"""
        restore(self.state, state, "the decoder")
        for ahead in self._next:
            ahead.forget()

    def reset_voice(self, voice: int) -> None:
        """Return a voice to the state before its first sound. [render]"""
        self._next[voice].forget()
        for array in self.state.values():
            array[voice] = 0

    def decode(self, voice: int, point: Floats, bias: Floats, out: Floats) -> None:
        """Decode a voice's next point (point,) to (hop,), C-contiguous float32. [render]

        `bias` is `Coder.fill_bias` of the label that it is to sound like.
        """
        if not self._next[voice].take(point, bias, out):
            self._decode(voice, point, bias, out)

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Decode the voices that are due, (V, point) to (V, hop); others stay. [render]"""
        for voice in np.flatnonzero(due).tolist():
            self.decode(voice, latents[voice], bias, out[voice])

    def expect(self, voice: int, point: Floats, bias: Floats) -> None:
        """Implement `Decoder.expect`."""
        self._next[voice].expect(point, bias)

    def go_on(self, voice: int, position: int) -> None:
        """Implement `Decoder.go_on`."""
        self._next[voice].go_on(position)
