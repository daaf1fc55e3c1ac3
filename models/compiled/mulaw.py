"""μ-law companding in 256 codes or fewer (ITU-T G.711's curve, continuous form, μ = 255)."""

import numpy as np
from numpy.typing import NDArray

LEVELS = 256  # codes
SILENCE = 128  # the code of amplitude 0
MU = LEVELS - 1


def encode(signal: NDArray[np.float32], levels: int = LEVELS) -> NDArray[np.uint8]:
    """Return the codes, one of `levels`, of a signal in [-1, 1]; 0 becomes `levels` // 2."""
    clipped = np.clip(signal, -1.0, 1.0)
    companded = np.sign(clipped) * np.log1p(MU * np.abs(clipped)) / np.log1p(MU)
    codes: NDArray[np.uint8] = np.floor((companded + 1) / 2 * (levels - 1) + 0.5).astype(np.uint8)
    return codes


def decode(codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return the amplitudes of codes."""
    amplitudes: NDArray[np.float32] = TABLE[codes]
    return amplitudes


def table(levels: int) -> NDArray[np.float32]:
    """Return the amplitudes of so many codes; an odd number of them is symmetric around 0."""
    companded = 2 * np.arange(levels) / (levels - 1) - 1
    amplitude: NDArray[np.float64] = np.sign(companded) * ((1 + MU) ** np.abs(companded) - 1) / MU
    amplitude[levels // 2] = 0.0  # exact silence; of 256, its neighbour 127 keeps -1/255 of a step
    return amplitude.astype(np.float32)


TABLE = table(LEVELS)
