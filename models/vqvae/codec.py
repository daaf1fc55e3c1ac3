"""A VQ-VAE as a codec: sound to codes and back, in pieces of any length. Everything is [control].

Sound is decoded as label 0's, whatever there is, unless it is to sound like another's.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor

from ..compiled.conv.layers import Floats
from .coders import Coder
from .descriptor import FILES
from .packing import coders, pack
from .prior.packing import tensors_in
from .prior.prediction import PriorPredictor


class VQVAECodec:
    """Codec with one stream each way; implements `rtaudiogen.generator.Codec`."""

    def __init__(self, packed: Coder, prior: Mapping[str, Floats] | None = None) -> None:
        """Allocate, compile and begin; `prior` are the tensors of one, without a prefix."""
        config = packed.config
        self.sample_rate, self.hop = config.sample_rate, config.hop
        self.look_ahead, self.knows_pitch = config.look_ahead, config.knows_pitch
        self.stages, self.least_stages = config.stages, config.least_stages
        self.codes, self.books = config.codes, config.books
        self._packed, self._prior = packed, prior
        self._encoder, self._decoder = coders(packed, 1, "cpu")
        self._bias = np.empty_like(packed.bias)
        self._due = np.ones(1, np.bool_)
        self._latents = np.zeros((1, config.point), np.float32)
        self.sound_like(0)
        self._begin_encoding()

    def _begin_encoding(self) -> None:
        """Start the encoder with a first hop that ends `look_ahead` frames into the sound."""
        before = self.hop - self.look_ahead if self.look_ahead else 0
        self._waiting = np.zeros(before, np.float32)  # less than a hop
        self._early = bool(before)  # the first codes are of what was before the sound

    def sound_like(self, label: int) -> None:
        """Decode as the given label of the model from now on."""
        self._packed.fill_bias(self._packed.labels[label], self._bias)

    def reset(self) -> None:
        """Begin a new stream, both ways."""
        self._encoder.reset()
        self._decoder.reset_voice(0)
        self._begin_encoding()

    def encode(self, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
        """Encode (frames,) to all complete code frames (code frames, stages); keep the rest.

        A code frame is complete when `look_ahead` frames after it are there.
        """
        signal = np.concatenate([self._waiting, signal], dtype=np.float32)
        complete = len(signal) // self.hop
        codes = np.zeros((complete, self.stages), np.uint16)
        for frame, chosen in zip(
            signal[: complete * self.hop].reshape(-1, self.hop), codes, strict=True
        ):
            self._encoder.encode(frame, chosen)
        self._waiting = signal[complete * self.hop :].copy()
        begun = int(self._early and complete > 0)
        self._early = self._early and not begun
        return codes[begun:]

    def decode(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Decode the first stages, (code frames, stages ≤ all), to (code frames · hop,).

        RtAudioGenError for codes that the model does not have.
        """
        if codes.ndim != 2 or not 1 <= codes.shape[1] <= self.stages:
            raise RtAudioGenError(
                f"codes should be (code frames, 1 … {self.stages} stages), not {codes.shape}"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < self.codes:
            raise RtAudioGenError(f"codes should be from 0 to {self.codes - 1}, not {codes.max()}")
        sound = np.zeros((len(codes), 1, self.hop), np.float32)
        for frame, out in zip(np.ascontiguousarray(codes, np.uint16), sound, strict=True):
            self._packed.latent_of(frame, len(frame), self._latents[0])
            self._decoder.decode_due(self._due, self._latents, self._bias, out)
        return sound.ravel()

    def predictor(self, stages: int) -> PriorPredictor | None:
        """Implement `rtaudiogen.generator.Codec`. RtAudioGenError for an impossible prior."""
        if not self._prior:
            return None
        return PriorPredictor(self._packed.config, self._prior, stages)


def create(descriptor: Descriptor) -> VQVAECodec:
    """Return the codec of a model file. RtAudioGenError, one line, if the file is damaged."""
    config, tensors = FILES.opened(descriptor)
    return VQVAECodec(pack(config, tensors), tensors_in(tensors))
