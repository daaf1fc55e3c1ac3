"""Volume and pan of a voice, applied without a click. [render]

A voice is a numba record that has the fields of PLACE. Pan keeps the power constant, as RP-036 of
the MIDI standard does, with both sides at 1 in the centre.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

GLIDE_SECONDS = 0.005  # time constant
NEAR = 1e-6  # a gain this close to its target has arrived
PLACE: list[tuple[str, type]] = [
    ("volume", np.float64),  # the target, an amplitude factor
    ("pan", np.float64),  # the target, -1 … 1
    ("left_goal", np.float64),  # the left factor of `pan`
    ("right_goal", np.float64),
    ("gain", np.float64),  # on its way to `volume`
    ("left", np.float64),  # on its way to `left_goal`
    ("right", np.float64),
]


def ask(voices: NDArray[Any], name: str, value: float, fresh: NDArray[np.bool_]) -> None:
    """Set the target "volume" or "pan" of records (V,), reached at once where `fresh` (V,)."""
    voices[name] = value
    if name == "pan":
        voices["left_goal"], voices["right_goal"] = sides(value)
    settle(voices, fresh)


def settle(voices: NDArray[Any], fresh: NDArray[np.bool_]) -> None:
    """Set `fresh` (V,) records (V,) to their targets at once."""
    for name, goal in (("gain", "volume"), ("left", "left_goal"), ("right", "right_goal")):
        voices[name][fresh] = voices[goal][fresh]


def rest(voices: NDArray[Any]) -> None:
    """Set records (V,) to full volume in the centre."""
    for name, *_ in PLACE:
        voices[name] = 0.0 if name == "pan" else 1.0


def levels_of(voices: NDArray[Any]) -> NDArray[np.float32]:
    """Return the recent peaks (V,) of records (V,) with `peak` and `playing`, 0 where one is free.

    [render]
    """
    audible = np.maximum(voices["peak"], 1e-9)
    return np.where(voices["playing"], audible, 0.0).astype(np.float32)


@cached_njit(nogil=True)
def sides(pan: float) -> tuple[float, float]:
    """Return the left and right factors of a pan, both 1 in the centre."""
    if pan == 0.0:
        return 1.0, 1.0
    angle = (pan + 1.0) * math.pi / 4.0
    left = math.cos(angle) if pan < 1.0 else 0.0  # cos(π/2) is not quite 0
    return math.sqrt(2.0) * left, math.sqrt(2.0) * math.sin(angle)


@cached_njit(nogil=True)
def glide(voice, share):  # type: ignore[no-untyped-def]  # numba records
    """Advance a record's gains by one frame: by `share` of the remaining difference."""
    voice.gain = _towards(voice.gain, voice.volume, share)
    voice.left = _towards(voice.left, voice.left_goal, share)
    voice.right = _towards(voice.right, voice.right_goal, share)


@cached_njit(nogil=True)
def add_placed(voice, y, share, fall, out, t):  # type: ignore[no-untyped-def]  # numba records
    """Add a frame of a voice, in its place, to row `t` of `out` (frames, 1 or 2). [render]

    Its gains glide by `share`, see `glide`; its peak falls by the factor `fall`.
    """
    glide(voice, share)
    y *= voice.gain
    voice.peak = max(abs(y), voice.peak * fall)
    if out.shape[1] == 1:
        out[t, 0] += np.float32(y)
    else:
        out[t, 0] += np.float32(y * voice.left)
        out[t, 1] += np.float32(y * voice.right)


@cached_njit(nogil=True)
def _towards(value: float, goal: float, share: float) -> float:
    left = goal - value
    return goal if abs(left) < NEAR else value + left * share
