"""Interface of both coders for playing: a packed model, and its streaming encoder and decoder."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv.layers import Floats
from .config import CodesConfig

State = dict[str, NDArray[Any]]


class Encoder(Protocol):
    """A stream of sound to code frames; each depends on sound up to its look-ahead."""

    @property
    def state(self) -> State:
        """Return the arrays by name; copy them to save. [render] ProcessorLostError."""

    def restore(self, state: State) -> None:
        """Continue from copies of `state`; ValueError if another's. [render] ProcessorLostError."""

    def reset(self) -> None:
        """Return to the state before the first sound. [render] ProcessorLostError."""

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """Encode the next hop of sound (hop,) to codes (stages,). [render] ProcessorLostError."""

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """Encode the next hop of sound (hop,) to a point (point,). [render] ProcessorLostError."""


class Decoder(Protocol):
    """Streams of points to sound; a voice's bits do not depend on the other voices."""

    @property
    def state(self) -> State:
        """Return the arrays by name, voices first; copy to save. [render] ProcessorLostError."""

    def restore(self, state: State) -> None:
        """Continue from copies of `state`; ValueError if another's. [render] ProcessorLostError."""

    def reset_voice(self, voice: int) -> None:
        """Return a voice to the state before its first sound. [render] ProcessorLostError."""

    def decode_due(
        self, due: NDArray[np.bool_], latents: Floats, bias: Floats, out: Floats
    ) -> None:
        """Decode the voices that are due, (V, point) to (V, hop); others stay. [render]

        ProcessorLostError. `bias` is `Coder.fill_bias` of the label that they are to sound like.
        """

    def expect(self, voice: int, point: Floats, bias: Floats) -> None:
        """Begin to decode the point (point,) that a voice will probably have next. [render]

        To be wrong costs time, and changes no bit.
        """

    def go_on(self, voice: int, position: int) -> None:
        """Go on with it: `position` frames of the voice's present hop were played. [render]"""


class Coder(Protocol):
    """A model's weights, packed. A code frame becomes a point; points can be mixed."""

    @property
    def config(self) -> CodesConfig:
        """Return the configuration."""

    @property
    def labels(self) -> Floats:
        """Return the labels' embeddings, (labels, E)."""

    @property
    def bias(self) -> Floats:
        """Return the biases of the decoder's layers without a label, (B,)."""

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """Write the point (point,) of the first stages of a code frame (≥ stages used,). [render]

        Integers of any kind; the first call with a kind compiles. [control]
        """

    def fill_bias(self, embedding: Floats, out: Floats) -> None:
        """Write the decoder's biases (B,) for a label at `embedding` (E,). [render]"""

    def shift(self, point: Floats, semitones: float) -> None:
        """Raise a point's pitch by semitones, if the coder knows pitch. [render]"""

    def sing(self, point: Floats, key: float) -> None:
        """Give a point the pitch of a MIDI key, if the coder knows pitch. [render]"""


def label_bias(coder: Coder, embedding: Floats) -> Floats:
    """Return the decoder's biases for a label at `embedding` (E,). [control]"""
    out = np.empty_like(coder.bias)
    coder.fill_bias(embedding, out)
    return out
