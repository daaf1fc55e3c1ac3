"""A VQ-VAE as a codec: sound to codes and back, in pieces of any length. Everything is [control].

Sound is decoded as label 0's, whatever there is, unless it is to sound like another's.
"""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor

from .descriptor import FILES
from .packing import Packed, label_bias, pack
from .streaming import StreamingDecoder, StreamingEncoder


class VQVAECodec:
    """One stream each way, `rtaudiogen.generator.Codec`."""

    def __init__(self, packed: Packed) -> None:
        """Allocate, compile and begin."""
        config = packed.config
        self.sample_rate, self.hop = config.sample_rate, config.hop
        self.stages, self.codes = config.stages, config.codes
        self._packed = packed
        self._encoder, self._decoder = StreamingEncoder(packed), StreamingDecoder(packed, 1)
        self.sound_like(0)
        self._latent = np.zeros(config.latent, np.float32)
        self._waiting = np.zeros(0, np.float32)  # less than a hop

    def sound_like(self, label: int) -> None:
        """Decode as this one of the model's labels from now on."""
        self._bias = label_bias(self._packed, self._packed.labels[label])

    def reset(self) -> None:
        """Begin a new stream, both ways."""
        self._encoder.reset()
        self._decoder.reset_voice(0)
        self._waiting = np.zeros(0, np.float32)

    def encode(self, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
        """(frames,) to the (code frames, stages) that are complete; the rest waits."""
        signal = np.concatenate([self._waiting, signal], dtype=np.float32)
        complete = len(signal) // self.hop
        codes = np.zeros((complete, self.stages), np.uint16)
        for frame, chosen in zip(
            signal[: complete * self.hop].reshape(-1, self.hop), codes, strict=True
        ):
            self._encoder.encode(frame, chosen)
        self._waiting = signal[complete * self.hop :].copy()
        return codes

    def decode(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """(code frames, stages used ≤ stages), the first ones, to (code frames · hop,).

        RtAudioGenError for codes that the model does not have.
        """
        if codes.ndim != 2 or not 1 <= codes.shape[1] <= self.stages:
            raise RtAudioGenError(
                f"codes should be (code frames, 1 … {self.stages} stages), not {codes.shape}"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < self.codes:
            raise RtAudioGenError(f"codes should be from 0 to {self.codes - 1}, not {codes.max()}")
        sound = np.zeros((len(codes), self.hop), np.float32)
        for frame, out in zip(np.ascontiguousarray(codes, np.uint16), sound, strict=True):
            self._packed.latent_of(frame, len(frame), self._latent)
            self._decoder.decode(0, self._latent, self._bias, out)
        return sound.ravel()


def create(descriptor: Descriptor) -> VQVAECodec:
    """The codec of a model file. RtAudioGenError, one line, if the file is damaged."""
    return VQVAECodec(pack(*FILES.opened(descriptor)))
