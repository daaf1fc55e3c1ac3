"""The last steps before the device: fade of everything, guard, meters, the device's channels."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.realtime import layout

NATURAL_PER_20_DB = 2.302585  # ln(10): a factor of ten
_METER_SECONDS = 0.3


@njit(inline="always", error_model="numpy")
def mute(slots: NDArray[np.int64], bus: NDArray[np.float32], start: int, frames: int) -> None:
    """Move the fade of everything towards where the MUTED slot wants it. [audio]"""
    full = slots[layout.FADE_FRAMES]
    level = slots[layout.MUTE_LEVEL]
    wanted = 0 if slots[layout.MUTED] != 0 else full
    if level == full and wanted == full:
        return
    for i in range(start, start + frames):
        level = max(level - 1, 0) if wanted == 0 else min(level + 1, full)
        gain = np.float32(level) / np.float32(full)
        for channel in range(bus.shape[1]):
            bus[i, channel] *= gain
    slots[layout.MUTE_LEVEL] = level


@njit(inline="always", error_model="numpy")
def guard(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Hold every sample within ±1, NaN at 0, count both, and feed the meters. [audio]"""
    seconds = frames / slots[layout.SAMPLE_RATE]
    fall = max(0.0, 1.0 - NATURAL_PER_20_DB * seconds)
    share = min(1.0, seconds / _METER_SECONDS)
    for channel in range(bus.shape[1]):
        peak = 0.0
        energy = 0.0
        for i in range(start, start + frames):
            value = bus[i, channel]
            if not abs(value) <= np.float32(1):
                value = _held(slots, value)
                bus[i, channel] = value
            peak = max(peak, abs(value))
            energy += value * value
        previous = reals[layout.MEAN_SQUARE + channel]
        reals[layout.MEAN_SQUARE + channel] = previous + share * (energy / frames - previous)
        reals[layout.PEAK + channel] = max(peak, reals[layout.PEAK + channel] * fall)


@njit(inline="always", error_model="numpy")
def _held(slots: NDArray[np.int64], value: np.float32) -> np.float32:
    if value != value:
        slots[layout.NOT_FINITE] += 1
        return np.float32(0)
    slots[layout.CLIPPED] += 1
    return np.float32(1) if value > 0 else np.float32(-1)


@njit(inline="always", error_model="numpy")
def to_device(
    bus: NDArray[np.float32], start: int, frames: int, out: NDArray[np.float32], done: int
) -> None:
    """Copy to the device's channels: mono from the mean, mono to the first two, others silent."""
    channels = bus.shape[1]
    for i in range(frames):
        for channel in range(out.shape[1]):
            value = np.float32(0)
            if channel < channels:
                value = bus[start + i, channel]
            elif channels == 1 and channel == 1:
                value = bus[start + i, 0]
            out[done + i, channel] = value
        if out.shape[1] == 1 and channels > 1:
            out[done + i, 0] = np.float32(0.5) * (bus[start + i, 0] + bus[start + i, 1])
