"""Check of the values in floating-point sound files."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# 40 dB above full scale. Recorders that write floats keep intended peaks of 20 to 30 dB above it,
# which are levelled later; no sound lies beyond 40 dB.
LARGEST = 100.0
INTEGER_SCALES = (2.0**15, 2.0**23, 2.0**31)  # of 16, 24 and 32 bits
OFFSET_AUDIBLE, OFFSET_SHARE = 1e-3, 0.1  # -60 dB of full scale; of the deviation
FEW, MANY = 0.01, 0.2  # shares of a file's values beyond LARGEST


@dataclass
class Repairs:
    """Counts of values that were replaced by silence."""

    not_numbers: int = 0
    too_large: int = 0

    def repair(self, block: NDArray[np.float32]) -> None:
        """Set values that are not numbers or beyond LARGEST to 0, in place."""
        with np.errstate(invalid="ignore"):
            good = np.abs(block) <= LARGEST  # false for NaN, too
        if good.all():
            return
        not_numbers = int(np.count_nonzero(~np.isfinite(block)))
        self.not_numbers += not_numbers
        self.too_large += int(np.count_nonzero(~good)) - not_numbers
        block[~good] = 0.0

    def lines(self) -> list[str]:
        """Return lines about the repairs."""
        lines = []
        if self.not_numbers:
            kind = "no number" if self.not_numbers == 1 else "not numbers"
            lines.append(f"{_samples(self.not_numbers)} {kind} and became silence")
        if self.too_large:
            what = f"{_samples(self.too_large)} more than 40 dB above full scale"
            lines.append(f"{what} and became silence")
        return lines


def _samples(count: int) -> str:
    return "1 sample was" if count == 1 else f"{count} samples were"


class ScaleMeter:
    """Finds files whose floating-point values were written in the range of integers."""

    def __init__(self) -> None:
        self._values = self._large = self._fractions = 0
        self._peak = 0.0

    def measure(self, block: NDArray[np.float32]) -> None:
        """Take in the next values of the file."""
        values = block[np.isfinite(block)]
        magnitude = np.abs(values)
        self._values += values.size
        self._large += int(np.count_nonzero(magnitude > LARGEST))
        self._fractions += int(np.count_nonzero(values != np.rint(values)))
        self._peak = max(self._peak, float(magnitude.max(initial=0.0)))

    def scale(self) -> float:
        """Return the divisor for the values: 1 for a correct file."""
        share = self._large / max(self._values, 1)
        if share > (FEW if not self._fractions else MANY):
            return next((scale for scale in INTEGER_SCALES if self._peak <= scale), 1.0)
        return 1.0


def without_offset(signal: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return a whole sound (frames,) without its DC, and the DC; 0 if it is kept.

    Every finite stretch of sound has a small mean that is part of it. Only a mean that is large in
    relation to the sound, or that would count as a sound by itself, is an offset of the converter.
    """
    mean = float(signal.mean(dtype=np.float64)) if len(signal) else 0.0
    if abs(mean) < OFFSET_AUDIBLE or abs(mean) < OFFSET_SHARE * float(signal.std()):
        return signal, 0.0
    return signal - np.float32(mean), mean
