"""Sample formats of files: float, or rounded to 16 or 24 bits with dither.

Dither is triangular noise of ±1 step (TPDF), added before rounding, so that the error is noise that
does not depend on the sound (Lipshitz, Wannamaker and Vanderkooy, Quantization and Dither, J. Audio
Eng. Soc. 40, 1992). A value that needs no rounding is kept: silence stays silent, and a sound of 16
bits keeps its bits.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

DITHER_SEED = 0x5EED  # a fixed seed makes equal files of equal sound


class SampleFormat(StrEnum):
    """Format of a stored value."""

    FLOAT32 = "float32"
    PCM24 = "pcm24"
    PCM16 = "pcm16"

    @property
    def bits(self) -> int:
        """Bits of one value."""
        return {SampleFormat.FLOAT32: 32, SampleFormat.PCM24: 24, SampleFormat.PCM16: 16}[self]

    @property
    def sample_bytes(self) -> int:
        """Bytes of one value."""
        return self.bits // 8


class Quantizer:
    """Rounds and clips to whole numbers of `bits`; NaN becomes 0. [writer]

    The result does not depend on how a signal is cut into blocks.
    """

    def __init__(self, bits: int, dither: bool) -> None:
        self.clipped = 0  # values beyond full scale so far
        self._scale = 1 << (bits - 1)
        self._random = np.random.Generator(np.random.PCG64(DITHER_SEED)) if dither else None

    def __call__(self, block: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return (frames, channels) of whole numbers for as many values of -1 … 1."""
        scaled = np.nan_to_num(block.astype(np.float64) * self._scale)
        self.clipped += int(np.count_nonzero(np.abs(scaled) > self._scale))
        rounded = np.rint(scaled)
        if self._random is not None:
            draws = self._random.random((*block.shape, 2))
            dithered = np.rint(scaled + (draws[..., 0] - draws[..., 1]))
            rounded = np.where(rounded == scaled, rounded, dithered)
        return np.clip(rounded, -self._scale, self._scale - 1).astype(np.int32)


class Encoder:
    """Turns blocks into the bytes of a WAV file's data chunk. [writer]"""

    def __init__(self, stored: SampleFormat, dither: bool) -> None:
        self._bytes = stored.sample_bytes
        self._quantizer = None
        if stored is not SampleFormat.FLOAT32:
            self._quantizer = Quantizer(stored.bits, dither)

    @property
    def clipped(self) -> int:
        """Values so far beyond full scale, which the format cannot store."""
        return self._quantizer.clipped if self._quantizer is not None else 0

    def __call__(self, block: NDArray[np.float32]) -> bytes:
        """Return (frames, channels) little-endian, interleaved."""
        if self._quantizer is None:
            return block.astype("<f4").tobytes()
        values = self._quantizer(block).astype("<i4")
        return values.view(np.uint8).reshape(*values.shape, 4)[..., : self._bytes].tobytes()
