"""True peak, the highest level including between the frames, by ITU-R BS.1770-4, annex 2."""

import numpy as np
from numpy.typing import NDArray

# Four phases of the Recommendation's interpolating filter of 48 taps; two are the others reversed.
_FIRST = (
    0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875,
    0.1373291015625, 0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250,
    0.0148925781250, -0.0083007812500,
)  # fmt: skip
_SECOND = (
    -0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500,
    0.4650878906250, 0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625,
    0.0330810546875, -0.0189208984375,
)  # fmt: skip
TAPS = len(_FIRST)
PHASES = np.array([_FIRST, _SECOND, _SECOND[::-1], _FIRST[::-1]], np.float32)[:, ::-1].T.copy()


class TruePeak:
    """A stream's true peak, four times oversampled; blocks may be of any size. [one thread]"""

    def __init__(self) -> None:
        self._past = np.zeros((1, TAPS - 1), np.float32)  # (channels, frames) of the previous block

    def measure(self, frames: NDArray[np.float32]) -> float:
        """Return the largest magnitude in (frames, channels), linear, 1 is full scale; 0 for none.

        Peaks between two blocks count for the later one. Another number of channels starts again. A
        value that is not finite gives infinity, and counts as silence for later frames.
        """
        lanes = frames.T
        if not lanes.size:
            return 0.0
        if not np.isfinite(lanes).all():
            self.measure(np.nan_to_num(frames, posinf=0.0, neginf=0.0))
            return float("inf")
        if len(lanes) != len(self._past):
            self._past = np.zeros((len(lanes), TAPS - 1), np.float32)
        signal = np.concatenate((self._past, lanes), axis=1)
        self._past = signal[:, -(TAPS - 1) :]
        windows = np.lib.stride_tricks.sliding_window_view(signal, TAPS, axis=1)
        between = float(np.abs(windows @ PHASES).max())
        return max(between, float(np.abs(lanes).max()))
