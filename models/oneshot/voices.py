"""Sounding hits: mixed frame by frame, ended by their length, a choke or their group. [render]"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio
from rtaudiogen.kernel_cache import cached_njit

from .pad_parameters import FARTHEST_PITCH
from .recipes import RECIPE

HELD = -1  # in VOICE["left"]: no fade
VOICE = np.dtype(
    [
        ("playing", np.int64),
        ("position", np.int64),  # frames of its hit that have sounded
        ("frames", np.int64),  # of its hit
        ("gain_left", np.float32),
        ("gain_right", np.float32),
        ("own_left", np.float32),  # gains without its channel's volume and pan
        ("own_right", np.float32),
        ("volume", np.float32),  # of its channel when it was struck
        ("pan", np.float32),
        ("group", np.int64),  # 0: none
        ("left", np.int64),  # remaining frames of its fade; HELD without one
        ("fade", np.int64),  # frames of its whole fade
        ("peak", np.float32),  # of what sounded last
        ("recipe", RECIPE),
    ]
)


def let_go(voice: Any, frames: int) -> None:
    """Fade to exact silence in so many frames; a running fade can only become shorter.

    A hit that has not begun to sound never does, as in a live host.
    """
    frames = max(1, frames)
    if not voice["playing"]:
        return
    if voice["position"] == 0:
        voice["playing"] = 0
    elif voice["left"] == HELD:
        voice["left"] = voice["fade"] = frames
    elif voice["left"] > frames:
        share = np.float32(voice["left"] / voice["fade"])
        voice["gain_left"] *= share
        voice["gain_right"] *= share
        voice["left"] = voice["fade"] = frames


def playable(voices: NDArray[Any], classes: int) -> bool:
    """Return True if a saved state's voices can be those of a model with so many classes."""
    recipes = voices["recipe"]
    kinds = np.stack([recipes["kind"], recipes["partner_kind"]])
    return bool(
        ((kinds >= 0) & (kinds < classes)).all()
        and (np.abs(recipes["pitch"]) <= FARTHEST_PITCH).all()
        and (voices["position"] >= 0).all()
        and (voices["left"] >= HELD).all()
    )


@cached_njit(nogil=True, error_model="numpy")
def mix(out: Audio, start: int, end: int, voices: NDArray[Any], hits: NDArray[np.float32]) -> None:
    """Add the voices' next frames to out[start:end], (frames, 2); `hits` (voices, longest)."""
    for index in range(len(voices)):
        voice = voices[index]
        if voice.playing == 0:
            continue
        count = max(0, min(end - start, voice.frames - voice.position))
        if voice.left != HELD:
            count = min(count, voice.left)
        peak = np.float32(0.0)
        for n in range(count):
            value = hits[index, voice.position + n]
            if voice.left != HELD:
                value *= np.float32(voice.left - n) / np.float32(voice.fade)
            left, right = value * voice.gain_left, value * voice.gain_right
            out[start + n, 0] += left
            out[start + n, 1] += right
            peak = max(peak, abs(left), abs(right))
        voice.peak = peak
        voice.position += count
        if voice.left != HELD:
            voice.left -= count
        if voice.left == 0 or voice.position >= voice.frames:
            voice.playing = 0
