"""Input features of the encoder in compiled code: `features` step by step. [render]"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats
from .bands import CENTRE, FLOOR, MIDDLE_PITCH, SPREAD, Window, long_window, short_window
from .config import ShapedConfig
from .fourier import Turns, transform, turns_of
from .pitch import Pitch, PitchScratch, pitch_of, track

NOTHING = 1e-20  # amplitudes below it are 0: subnormal numbers are slow
LARGEST = 1e4  # larger amplitudes, and NaN, become 0


class Ears(NamedTuple):
    """The constants."""

    long: Window
    long_turns: Turns
    short: Window
    short_turns: Turns


class Heard(NamedTuple):
    """State of future features, except the pitch's."""

    recent: Floats  # (frames of the long window,) latest sound


class HearingScratch(NamedTuple):
    """Memory for one step; its contents mean nothing between steps."""

    sound: Floats  # (step,)
    real: Floats  # (longest transform,)
    imaginary: Floats  # (longest transform,)
    power: Floats  # (longest transform,) of one window, then of the other


class Hearing:
    """A stream of sound to features."""

    def __init__(self, config: ShapedConfig) -> None:
        """Allocate and begin. [control]"""
        long, short = long_window(config), short_window(config)
        self._ears = Ears(long, turns_of(long.transform), short, turns_of(short.transform))
        self._heard = Heard(np.zeros(len(long.shape), np.float32))
        self._pitch, self._pitch_scratch = pitch_of(config.sample_rate)
        self.pitch = 0.0  # Hz, of the latest step that was heard; 0: none
        size = max(long.transform, short.transform)
        self._scratch = HearingScratch(
            np.zeros(config.step, np.float32), *(np.zeros(size, np.float32) for _ in range(3))
        )

    @property
    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the live arrays by name; copy them to save. [render]"""
        pitch = {f"pitch_{name}": array for name, array in self._pitch._asdict().items()}
        return {**self._heard._asdict(), **pitch}

    def hear(self, sound: Floats, out: Floats) -> None:
        """Write features of the next steps, a row every two steps."""
        self.pitch = float(
            _hear(
                self._ears, self._heard, self._scratch, self._pitch, self._pitch_scratch, sound, out
            )
        )


@whole_call
def _hear(
    ears: Ears,
    heard: Heard,
    scratch: HearingScratch,
    pitch: Pitch,
    pitch_scratch: PitchScratch,
    sound: NDArray[np.float32],
    out: NDArray[np.float32],
) -> float:
    step = len(scratch.sound)
    long, short = ears.long.mel.shape[1], ears.short.mel.shape[1]
    width, told = long + 2 * short + 2, 0.0
    for row in range(len(sound) // (2 * step)):
        for half in range(2):
            first = (2 * row + half) * step
            for k in range(step):
                value = sound[first + k]
                usable = NOTHING < abs(value) < LARGEST
                scratch.sound[k] = value if usable else np.float32(0.0)
            _remember(heard, scratch)
            told = track(pitch, pitch_scratch, scratch.sound)
        features = out[row * width : (row + 1) * width]
        _long(ears, heard, scratch, features[:long])
        _short(ears, heard, scratch, step, features[long : long + 2 * short])
        features[width - 2] = 1.0 if told > 0 else 0.0
        features[width - 1] = math.log2(told / MIDDLE_PITCH) if told > 0 else 0.0
    return told


@part
def _remember(heard: Heard, scratch: HearingScratch) -> None:
    recent, step = heard.recent, len(scratch.sound)
    for k in range(len(recent) - step):
        recent[k] = recent[k + step]
    for k in range(step):
        recent[len(recent) - step + k] = scratch.sound[k]


@part
def _long(ears: Ears, heard: Heard, scratch: HearingScratch, out: NDArray[np.float32]) -> None:
    """Compute the features of the newest window."""
    size, frames = ears.long.transform, len(ears.long.shape)
    real, imaginary = scratch.real[:size], scratch.imaginary[:size]
    for k in range(size):
        real[k] = imaginary[k] = 0.0
    for k in range(frames):
        real[k] = heard.recent[k] * ears.long.shape[k]
    transform(ears.long_turns, real, imaginary)
    for k in range(size // 2 + 1):
        scratch.power[k] = real[k] * real[k] + imaginary[k] * imaginary[k]
    _bands(ears.long.mel, scratch.power, frames, out)


@part
def _short(
    ears: Ears, heard: Heard, scratch: HearingScratch, step: int, out: NDArray[np.float32]
) -> None:
    """Compute the windows ending two steps and one step before the newest frame, together."""
    size, frames = ears.short.transform, len(ears.short.shape)
    real, imaginary = scratch.real[:size], scratch.imaginary[:size]
    first = len(heard.recent) - frames - 2 * step
    for k in range(size):
        real[k] = imaginary[k] = 0.0
    for k in range(frames):
        real[k] = heard.recent[first + k] * ears.short.shape[k]
        imaginary[k] = heard.recent[first + step + k] * ears.short.shape[k]
    transform(ears.short_turns, real, imaginary)
    bands = ears.short.mel.shape[1]
    for which in range(2):
        for k in range(size // 2 + 1):
            other = (size - k) % size
            if which == 0:  # the even part is the first one's
                a, b = real[k] + real[other], imaginary[k] - imaginary[other]
            else:
                a, b = imaginary[k] + imaginary[other], real[k] - real[other]
            scratch.power[k] = np.float32(0.25) * (a * a + b * b)
        _bands(ears.short.mel, scratch.power, frames, out[which * bands : (which + 1) * bands])


@whole_call
def _bands(
    mel: NDArray[np.float32], power: NDArray[np.float32], frames: int, out: NDArray[np.float32]
) -> None:
    """Log powers in bands, as the network gets them."""
    for band in range(len(out)):
        out[band] = 0.0
    for k in range(mel.shape[0]):
        for band in range(len(out)):
            out[band] += mel[k, band] * power[k]
    for band in range(len(out)):
        out[band] = (math.log(out[band] / frames + FLOOR) - CENTRE) / SPREAD
