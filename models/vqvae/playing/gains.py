"""Gains that move without zipper noise: each new value is reached in a short straight line."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio

from ...compiled.conv.kernels import whole_call
from ...playing.placing import glide

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
    """Let a gain reach `value` in that many frames, or now if 0. [render]"""
    if frames == 0:
        gain["value"] = gain["target"] = value
        gain["left"] = 0
    elif np.float32(value) != gain["target"]:
        gain["target"], gain["left"] = value, frames
        gain["step"] = (gain["target"] - gain["value"]) / np.float32(frames)


@whole_call
def mix(
    gains: NDArray[np.void],
    stream: NDArray[np.void],
    share: float,
    wet: NDArray[np.float32],
    dry: NDArray[np.float32],
    out: Audio,
) -> None:
    """Add the stream to the notes in `out` (frames, 1 or 2), then set the level. [render]

    `gains` (2,): the share of `wet` (frames,) in its mixture with `dry`, and the level of all;
    `stream` (1,) has the fields of PLACE, and `share` is how far they glide in a frame.
    """
    one, place = np.float32(1.0), stream[0]
    for n in range(len(out)):
        for k in range(2):
            if gains[k]["left"] > 0:
                gains[k]["left"] -= 1
                gains[k]["value"] += gains[k]["step"]
                if gains[k]["left"] == 0:
                    gains[k]["value"] = gains[k]["target"]
        wetness, level = gains[0]["value"], gains[1]["value"]
        glide(place, share)
        for side in range(out.shape[1]):
            factor = place.right if side else place.left
            if out.shape[1] == 1:
                factor = 1.0
            here = np.float32(place.gain * factor)
            more = wetness * wet[n] * here
            out[n, side] = (out[n, side] + more + (one - wetness) * dry[n] * here) * level
