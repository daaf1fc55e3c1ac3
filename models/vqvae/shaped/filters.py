"""Filters of log magnitudes and least phase, in compiled code. [render]"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats
from .bands import BAND_CENTRE, BAND_SPREAD, LOUDEST, QUIETEST, least_phase
from .config import ShapedConfig


class Filters(NamedTuple):
    """Transforms from bands to filters, see `bands.least_phase`."""

    harmonic: Floats  # (bands, 2, bins)
    noise: Floats  # (bands, 2, bins)


def filters_of(config: ShapedConfig) -> Filters:
    """Return the constants. [control]"""
    bands = config.harmonic_bands, config.noise_bands
    return Filters(*(least_phase(count, config) for count in bands))


@whole_call
def fill_filters(filters: Filters, bands: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Compute both filters (2, 2, bins), real and imaginary, from the network's output."""
    size = filters.harmonic.shape[0]
    _fill_filter(filters.harmonic, bands[:size], out[0])
    _fill_filter(filters.noise, bands[size:], out[1])


@whole_call
def _fill_filter(
    table: NDArray[np.float32], bands: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    bins = out.shape[1]
    for k in range(bins):
        out[0, k] = out[1, k] = 0.0
    for band in range(len(bands)):
        log = np.float32(bands[band] * np.float32(BAND_SPREAD) + np.float32(BAND_CENTRE))
        for side in range(2):
            for k in range(bins):
                out[side, k] += log * table[band, side, k]
    for k in range(bins):
        magnitude = _exp(min(max(out[0, k], np.float32(QUIETEST)), np.float32(LOUDEST)))
        sine, cosine = _half_turn(out[1, k])
        out[0, k] = magnitude * (np.float32(1.0) - np.float32(2.0) * sine * sine)
        out[1, k] = magnitude * np.float32(2.0) * sine * cosine


@part
def _exp(x: Any) -> Any:
    """Return e^x of float32 up to 14, relative error 3e-4 there, 5e-6 up to 6: (e^(x/64))^64.

    A series, since LLVM makes vectors of it, but not of calls.
    """
    y = x * np.float32(1 / 64)
    power = np.float32(1.0) + y * (
        np.float32(1.0) + y * (np.float32(1 / 2) + y * (np.float32(1 / 6) + y * np.float32(1 / 24)))
    )
    for _ in range(6):
        power = power * power
    return power


@part
def _half_turn(phase: Any) -> tuple[Any, Any]:
    """Return sine and cosine of half a phase in float32, up to a common sign, error 4e-6."""
    turns = phase * np.float32(0.5 / math.pi)
    x = (turns - np.floor(turns + np.float32(0.5))) * np.float32(math.pi)  # within a right angle
    y = x * x
    sine = x * (
        np.float32(1.0) + y * (np.float32(-1 / 6) + y * (np.float32(1 / 120) + y * (
            np.float32(-1 / 5040) + y * np.float32(1 / 362880))))
    )  # fmt: skip
    cosine = np.float32(1.0) + y * (
        np.float32(-1 / 2)
        + y
        * (
            np.float32(1 / 24)
            + y
            * (np.float32(-1 / 720) + y * (np.float32(1 / 40320) + y * np.float32(-1 / 3628800)))
        )
    )
    return sine, cosine
