"""Pulses and noise through filters that change every step, in compiled code. [render]

`synthesis` one code frame at a time. What a filter lets ring on beyond a step waits in `tail`.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats
from ...compiled.random_numbers import uniform
from .bands import (
    MIDDLE_PITCH,
    fade,
)
from .config import STEPS, ShapedConfig
from .excitation import pulses
from .filters import Filters, fill_filters, filters_of
from .fourier import Turns, transform, turns_of
from .pitch import HIGHEST, LOWEST

LOUDNESS = math.sqrt(12.0)  # factor that gives uniform numbers power 1
NOISE = np.uint64(0x5EED)  # seed of the noise; each voice has a stream of its own
NEXT_VOICE = np.uint64(0xD1342543DE82EF95)
LOWEST_PLAYED, HIGHEST_PLAYED = 20.0, 2500.0  # Hz, the range to which requested pitches are clipped


class Shapes(NamedTuple):
    """The constants."""

    filters: Filters
    fade: Floats  # (2 · step,)
    turns: Turns
    sample_rate: float


class Shaped(NamedTuple):
    """State of V voices' future sound, except the layers'."""

    phase: NDArray[np.float64]  # (V,) of the pulses, in periods
    spoken: Floats  # (V, 2) voiced, and octaves, at the end of the last code frame
    filters: Floats  # (V, 2, 2, bins) of the last step: of pulses and of noise, complex
    frames: NDArray[np.int64]  # (V,) code frames so far
    tail: Floats  # (V, transform) sound to come


class ShapingScratch(NamedTuple):
    """Memory for one code frame; its contents mean nothing between calls."""

    pulses: Floats  # (hop,)
    noise: Floats  # (hop,)
    filters: Floats  # (2, 2, bins) of a step
    sums: Floats  # (2, 2, bins) spectra of two steps' sound
    work: Floats  # (4, transform) pulses, noise: real and imaginary; the first is the sums', too


def shapes_of(config: ShapedConfig) -> Shapes:
    """Return the constants. [control]"""
    return Shapes(
        filters_of(config), fade(config), turns_of(config.transform), float(config.sample_rate),
    )  # fmt: skip


def shaped_of(config: ShapedConfig, voices: int) -> Shaped:
    """Return voices that begin. [control]"""
    return Shaped(
        np.zeros(voices), np.zeros((voices, 2), np.float32),
        np.zeros((voices, 2, 2, config.transform // 2 + 1), np.float32),
        np.zeros(voices, np.int64),
        np.zeros((voices, config.transform), np.float32),
    )  # fmt: skip


def scratch_of(config: ShapedConfig) -> ShapingScratch:
    """Return memory for a call. [control]"""
    bins = config.transform // 2 + 1
    return ShapingScratch(
        np.zeros(config.hop, np.float32), np.zeros(config.hop, np.float32),
        np.zeros((2, 2, bins), np.float32), np.zeros((2, 2, bins), np.float32),
        np.zeros((4, config.transform), np.float32),
    )  # fmt: skip


@whole_call
def fill_input(
    shaped: Shaped, voice: int, point: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Compute the input of the decoder's layers (latent + 3,) from a point (latent + 2,)."""
    latent = len(point) - 2
    for k in range(latent):
        out[k] = point[k]
    voiced = point[latent] >= 0.5
    out[latent] = 1.0 if voiced else 0.0
    out[latent + 1] = 0.0
    if voiced:  # only pitches that the network has learnt
        low, high = math.log2(LOWEST / MIDDLE_PITCH), math.log2(HIGHEST / MIDDLE_PITCH)
        out[latent + 1] = min(max(point[latent + 1] / point[latent], low), high)
    out[latent + 2] = 1.0 if shaped.spoken[voice, 0] >= 0.5 else 0.0


@whole_call
def shape(
    shapes: Shapes,
    shaped: Shaped,
    scratch: ShapingScratch,
    voice: int,
    point: NDArray[np.float32],
    bands: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Turn a code frame's point (latent + 2,) and bands (steps · bands,) into sound (hop,)."""
    _excite(shapes, shaped, scratch, voice, point)
    step, size = len(out) // STEPS, len(bands) // STEPS
    before, work = shaped.filters[voice], scratch.work
    if shaped.frames[voice] == 0:
        fill_filters(shapes.filters, bands[:size], before)
    for s in range(0, STEPS, 2):  # two steps' sound are one transform's two parts
        for later in range(2):
            now = s + later
            fill_filters(shapes.filters, bands[now * size : (now + 1) * size], scratch.filters)
            _transform_step(shapes, scratch, now * step, step)
            _filter(work, before, scratch.filters, scratch.sums[later])
            _copy(scratch.filters, before)
        _join(scratch.sums, work)
        transform(shapes.turns, work[1], work[0])
        for later in range(2):
            first = (s + later) * step
            _overlap(shaped.tail[voice], work[later], out[first : first + step])
    shaped.frames[voice] += 1


def noise_of(voice: int, frames: int) -> Floats:
    """Return the first frames of a voice's noise. [control]"""
    out = np.zeros(frames, np.float32)
    _fill_noise(voice, 0, out)
    return out


@whole_call
def _fill_noise(voice: int, first: int, out: NDArray[np.float32]) -> None:
    """Write white noise of power 1, from its frame `first` on."""
    stream = NOISE + np.uint64(voice) * NEXT_VOICE
    for k in range(len(out)):
        out[k] = np.float32((uniform(stream, first + k) - 0.5) * LOUDNESS)


@part
def _excite(
    shapes: Shapes, shaped: Shaped, scratch: ShapingScratch, voice: int, point: NDArray[np.float32]
) -> None:
    """Write pulses and noise of a code frame."""
    spoken, latent, hop = shaped.spoken[voice], len(point) - 2, len(scratch.noise)
    begin, end = _hertz(spoken[0], spoken[1]), _hertz(point[latent], point[latent + 1])
    phase = shaped.phase[voice]
    shaped.phase[voice] = pulses(begin, end, phase, shapes.sample_rate, scratch.pulses)
    spoken[0], spoken[1] = point[latent], point[latent + 1]
    _fill_noise(voice, shaped.frames[voice] * hop, scratch.noise)


@part
def _hertz(voiced: float, octaves: float) -> float:
    """Return a pitch, 0 if unvoiced; `octaves` counts in proportion to `voiced`."""
    if not voiced >= 0.5:
        return 0.0
    pitch: float = MIDDLE_PITCH * 2.0 ** min(max(octaves / voiced, -10.0), 10.0)
    return min(max(pitch, LOWEST_PLAYED), HIGHEST_PLAYED)


@part
def _transform_step(shapes: Shapes, scratch: ShapingScratch, first: int, step: int) -> None:
    """Transform a step of both excitations, fading out and fading in, as two parts of one
    transform.
    """
    work = scratch.work
    for row in range(4):
        for k in range(step, work.shape[1]):
            work[row, k] = 0.0
    for k in range(step):
        falling, rising = shapes.fade[step + k], shapes.fade[k]
        work[0, k] = scratch.pulses[first + k] * falling
        work[1, k] = scratch.pulses[first + k] * rising
        work[2, k] = scratch.noise[first + k] * falling
        work[3, k] = scratch.noise[first + k] * rising
    transform(shapes.turns, work[0], work[1])
    transform(shapes.turns, work[2], work[3])


@whole_call
def _filter(
    work: NDArray[np.float32],
    before: NDArray[np.float32],
    now: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Compute a step's spectrum (2, bins): the old filter fades out, the new one fades in."""
    size = work.shape[1]
    for k in range(out.shape[1]):
        other = (size - k) % size
        real = imaginary = np.float32(0.0)
        for which in range(2):
            a, b = work[2 * which, k], work[2 * which + 1, k]
            c, d = work[2 * which, other], work[2 * which + 1, other]
            out_real, out_imaginary = a + c, b - d  # of what fades out, times 2
            in_real, in_imaginary = b + d, c - a
            real += out_real * before[which, 0, k] - out_imaginary * before[which, 1, k]
            imaginary += out_real * before[which, 1, k] + out_imaginary * before[which, 0, k]
            real += in_real * now[which, 0, k] - in_imaginary * now[which, 1, k]
            imaginary += in_real * now[which, 1, k] + in_imaginary * now[which, 0, k]
        out[0, k], out[1, k] = np.float32(0.5) * real, np.float32(0.5) * imaginary
    out[1, 0] = out[1, out.shape[1] - 1] = 0.0


@part
def _join(sums: NDArray[np.float32], work: NDArray[np.float32]) -> None:
    """Write the spectrum of the first sound plus i times the second, / size, to two work rows."""
    size = work.shape[1]
    share = np.float32(1.0 / size)
    for k in range(sums.shape[2]):
        a, b, c, d = sums[0, 0, k], sums[0, 1, k], sums[1, 0, k], sums[1, 1, k]
        other = (size - k) % size
        work[0, other], work[1, other] = (a + d) * share, (c - b) * share
        work[0, k], work[1, k] = (a - d) * share, (b + c) * share


@part
def _copy(source: NDArray[np.float32], target: NDArray[np.float32]) -> None:
    """Copy (2, 2, bins)."""
    for which in range(2):
        for side in range(2):
            for k in range(source.shape[2]):
                target[which, side, k] = source[which, side, k]


@part
def _overlap(
    tail: NDArray[np.float32], more: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Add a step's sound to the tail, and write the tail's next step."""
    step, size = len(out), len(tail)
    for k in range(size):
        tail[k] += more[k]
    for k in range(step):
        out[k] = tail[k]
    for k in range(size - step):
        tail[k] = tail[k + step]
    for k in range(size - step, size):
        tail[k] = 0.0
