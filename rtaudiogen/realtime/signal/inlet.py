"""Input of an effect's slot: the live input, and what other slots send there. Everything is
[render].
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio
from rtaudiogen.kernel_cache import cached_njit

HALF_POWER = math.sqrt(0.5)  # a mono sound that was panned to the centre comes with its own level


Heard = tuple[Audio, Audio]  # the same input for an effect that hears 1 channel, and 2


class Inlet:
    """Sums up one quantum of `frames` frames at the host's rate.

    Other slots add to `bus` (frames, 2) before `take`. The live input is switched under a ramp of
    one quantum.
    """

    def __init__(self, frames: int) -> None:
        """Prepare, and compile. [control]"""
        self.bus = np.zeros((frames, 2), np.float32)
        self._heard = np.zeros((frames, 1), np.float32), np.zeros((frames, 2), np.float32)
        self._share = 1.0  # of the live input, at the last frame
        self.take(np.zeros((frames, 1), np.float32), True)

    def take(self, live: Audio, hears_live: bool) -> Heard:
        """Return the input of this quantum, and empty the bus; `live` (frames, 1) is the live
        input.
        """
        share = float(hears_live)
        _gather(live, self.bus, self._share, share, *self._heard)
        self._share = share
        return self._heard

    def save_state(self) -> float:
        """Return the live input's share at the last frame; between quanta the bus is empty."""
        return self._share

    def load_state(self, share: float) -> None:
        """Restore what `save_state` returned."""
        self._share = share


@cached_njit(nogil=True)
def _gather(
    live: NDArray[np.float32],
    bus: NDArray[np.float32],
    before: float,
    after: float,
    mono: NDArray[np.float32],
    stereo: NDArray[np.float32],
) -> None:
    frames = bus.shape[0]
    step = (after - before) / frames
    for n in range(frames):
        direct = live[n, 0] * np.float32(before + step * (n + 1))
        mono[n, 0] = direct + np.float32(HALF_POWER) * (bus[n, 0] + bus[n, 1])
        stereo[n, 0], stereo[n, 1] = direct + bus[n, 0], direct + bus[n, 1]
        bus[n, 0] = bus[n, 1] = 0.0
