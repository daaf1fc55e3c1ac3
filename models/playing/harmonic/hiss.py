"""Noise whose bands follow the tables: random spectra, windowed and overlapped. [render]"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from .oscillators import normal
from .state import Scratch

_fast: Any = cached_njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


@_fast
def add_window(
    scratch: Scratch, stream: np.uint64, hop: int, early: NDArray[np.float32],
    late: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add the first half of the `hop`-th window to `early` (frames,), and put the rest in `late`.

    Its bands are those in `scratch.bands_db`.
    """
    frames = early.shape[0]
    late[:] = np.float32(0.0)
    for bin in range(frames - 1):
        level = scratch.bands_db[scratch.band[bin + 1]]
        gain = 10.0 ** (level / 20.0)
        one, other = normal(stream, hop * frames + bin)
        re, im = np.float32(gain * one), np.float32(gain * other)
        cosine, sine = scratch.basis[0, bin], scratch.basis[1, bin]
        for t in range(frames):
            early[t] += re * cosine[t] - im * sine[t]
        for t in range(frames):
            late[t] += re * cosine[frames + t] - im * sine[frames + t]


@_fast
def emphasised_db(scratch: Scratch) -> float:
    """Return the RMS in dB that pre-emphasis leaves of noise in `scratch.bands_db`."""
    power = 1e-13
    for b in range(scratch.bands_db.shape[0]):
        power += scratch.emphasis[b] * 10.0 ** (scratch.bands_db[b] / 10.0)
    return float(10.0 * np.log10(power))
