"""Gains that move without zipper noise: a new value is reached in a short straight line."""

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv_kernels import whole_call

RAMP_SECONDS = 0.005  # about two of the host's quanta: a moving parameter makes one polygon
GAIN = np.dtype(
    [
        ("value", np.float32),
        ("target", np.float32),
        ("step", np.float32),  # a frame
        ("left", np.int64),  # frames until the target
    ]
)


def aim(gain: np.void, value: float, frames: int) -> None:
    """Let a gain reach `value` in that many frames; 0: now. [render]"""
    if frames == 0:
        gain["value"] = gain["target"] = value
        gain["left"] = 0
    elif np.float32(value) != gain["target"]:
        gain["target"], gain["left"] = value, frames
        gain["step"] = (gain["target"] - gain["value"]) / np.float32(frames)


@whole_call
def mix(
    gains: NDArray[np.void],
    wet: NDArray[np.float32],
    dry: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Add the stream to the notes in `out` (frames,), then set the level. [render]

    `gains` (2,): the share of `wet` (frames,) in its mixture with `dry`, and the level of all.
    """
    one = np.float32(1.0)
    for n in range(len(out)):
        for k in range(2):
            if gains[k]["left"] > 0:
                gains[k]["left"] -= 1
                gains[k]["value"] += gains[k]["step"]
                if gains[k]["left"] == 0:
                    gains[k]["value"] = gains[k]["target"]
        share, level = gains[0]["value"], gains[1]["value"]
        out[n] = (out[n] + share * wet[n] + (one - share) * dry[n]) * level
