"""Interface of both coders for playing: a packed model, and its streaming encoder and decoder."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv_layers import Floats
from .config import CodesConfig

State = dict[str, NDArray[Any]]


class Encoder(Protocol):
    """A stream of sound frames to code frames, which know of sound up to their look-ahead ago."""

    @property
    def state(self) -> State:
        """Arrays by name; copy them to save. [render] ProcessorLostError."""

    def restore(self, state: State) -> None:
        """Continue from copies of `state`; ValueError if another's. [render] ProcessorLostError."""

    def reset(self) -> None:
        """Return to the state before the first sound. [render] ProcessorLostError."""

    def encode(self, frame: Floats, codes: NDArray[np.uint16]) -> None:
        """The next hop of sound (hop,) to codes (stages,). [render] ProcessorLostError."""

    def encode_latent(self, frame: Floats, out: Floats) -> None:
        """The next hop of sound (hop,) to its point (point,). [render] ProcessorLostError."""


class Decoder(Protocol):
    """Streams of points to sound; a voice's bits do not depend on the other voices."""

    @property
    def state(self) -> State:
        """Arrays by name, voices first; copy them to save. [render] ProcessorLostError."""

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


class Coder(Protocol):
    """A model's weights, packed. A code frame becomes a point; points can be mixed."""

    @property
    def config(self) -> CodesConfig:
        """The configuration."""

    @property
    def labels(self) -> Floats:
        """(labels, E) their embeddings."""

    @property
    def bias(self) -> Floats:
        """(B,) of the decoder's layers, without a label."""

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """The point (point,) of the first stages of a code frame (≥ stages used,). [render]

        Integers of any kind; the first call with a kind compiles. [control]
        """

    def fill_bias(self, embedding: Floats, out: Floats) -> None:
        """The decoder's biases (B,) for a label at `embedding` (E,). [render]"""

    def shift(self, point: Floats, semitones: float) -> None:
        """Let a point sound higher, where the pitch is known. [render]"""

    def sing(self, point: Floats, key: float) -> None:
        """Give a point the pitch of a MIDI key, where it has one that is known. [render]"""

    def coders(self, voices: int, device: str) -> tuple[Encoder, Decoder]:
        """Begin streams: one of sound, and `voices` of points. [control]

        RtAudioGenError if there is no such processor, ProcessorLostError if it cannot.
        """


def label_bias(coder: Coder, embedding: Floats) -> Floats:
    """Return the decoder's biases for a label at `embedding` (E,). [control]"""
    out = np.empty_like(coder.bias)
    coder.fill_bias(embedding, out)
    return out
