"""Last steps before the device: fade of the whole output, master gain, guard, meters, channels.

The renderer has a limiter of its own, before the ring; this one limits what hits add behind it. It
must not delay them, so it looks ahead within the present block only: its gain glides to a peak over
the frames that the block has before it.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit
from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.signal.safety import ABSURD, CEILING

NATURAL_PER_20_DB = 2.302585  # ln(10): a factor of ten
_METER_SECONDS = 0.3
_ATTACK_FRAMES = 64  # of the longest glide of the limiter's gain to a peak
_RELEASE_SECONDS = 0.1  # time constant of the limiter's release
_NEARLY_ONE = 1.0 - 1e-5
MASTER_SECONDS = 0.005  # time constant of the master gain, which arrives within some four
_ARRIVED = 1e-6  # an inaudible distance from the target


@njit(inline="always", error_model="numpy")
def mute(slots: NDArray[np.int64], bus: NDArray[np.float32], start: int, frames: int) -> None:
    """Move the fade of the whole output towards the state of the MUTED slot. [audio]"""
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
def master(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Multiply the output by the master gain, which glides towards MASTER_GAIN. [audio]"""
    wanted = reals[layout.MASTER_GAIN]
    level = reals[layout.MASTER_LEVEL]
    if level == 1.0 and wanted == 1.0:
        return
    rate = 1.0 / (MASTER_SECONDS * slots[layout.SAMPLE_RATE])
    for i in range(start, start + frames):
        level += (wanted - level) * rate
        if abs(wanted - level) < _ARRIVED:
            level = wanted
        gain = np.float32(level)
        for channel in range(bus.shape[1]):
            bus[i, channel] *= gain
    reals[layout.MASTER_LEVEL] = level


@njit(inline="always", error_model="numpy")
def guard(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Limit the output to the ceiling, replace invalid values by 0, and feed the meters. [audio]"""
    if _clean(slots, bus, start, frames) > CEILING or reals[layout.LIMITER_GAIN] < 1.0:
        _limit(slots, reals, bus, start, frames)
    seconds = frames / slots[layout.SAMPLE_RATE]
    fall = max(0.0, 1.0 - NATURAL_PER_20_DB * seconds)
    share = min(1.0, seconds / _METER_SECONDS)
    for channel in range(bus.shape[1]):
        peak = 0.0
        energy = 0.0
        for i in range(start, start + frames):
            value = bus[i, channel]
            peak = max(peak, abs(value))
            energy += value * value
        previous = reals[layout.MEAN_SQUARE + channel]
        reals[layout.MEAN_SQUARE + channel] = previous + share * (energy / frames - previous)
        reals[layout.PEAK + channel] = max(peak, reals[layout.PEAK + channel] * fall)


@njit(inline="always", error_model="numpy")
def _clean(slots: NDArray[np.int64], bus: NDArray[np.float32], start: int, frames: int) -> Any:
    """Replace values that are not finite or absurdly large by 0; return the peak of the rest."""
    peak = np.float32(0)
    for i in range(start, start + frames):
        for channel in range(bus.shape[1]):
            size = abs(bus[i, channel])
            if not size < ABSURD:  # True for NaN, too
                slots[layout.NOT_FINITE] += 1
                bus[i, channel] = np.float32(0)
            else:
                peak = max(peak, size)
    return peak


@njit(inline="always", error_model="numpy")
def _limit(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Limit with linear attack, no delay, exponential release, and one gain for all channels."""
    release = 1.0 / (_RELEASE_SECONDS * slots[layout.SAMPLE_RATE])
    gain = reals[layout.LIMITER_GAIN]
    for i in range(start, start + frames):
        gain += (1.0 - gain) * release
        if gain > _NEARLY_ONE:
            gain = 1.0
        gain = _towards_peaks(gain, bus, i, min(i + _ATTACK_FRAMES, start + frames))
        if gain < 1.0:
            slots[layout.LIMITED] += 1
            for channel in range(bus.shape[1]):
                value = np.float32(bus[i, channel] * gain)
                bus[i, channel] = min(max(value, -CEILING), CEILING)  # rounding may pass it
    reals[layout.LIMITER_GAIN] = gain


@njit(inline="always", error_model="numpy")
def _towards_peaks(gain: float, bus: NDArray[np.float32], now: int, end: int) -> Any:
    """Return a gain that has gone as far down as it must to be there at every peak before `end`."""
    fallen = gain
    for i in range(now, end):
        peak = np.float32(0)
        for channel in range(bus.shape[1]):
            peak = max(peak, abs(bus[i, channel]))
        if peak * gain > CEILING:
            needed = CEILING / np.float64(peak)
            fallen = min(fallen, gain + (needed - gain) / (i - now + 1))
    return fallen


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


class Master:
    """Master gain and limiter for rendering without a device: the bits of the callback.
    [control]
    """

    def __init__(self, sample_rate: int, factor: float) -> None:
        """Set the amplitude factor `factor` from the first frame on."""
        self._slots = np.zeros(layout.SLOTS, np.int64)
        self._reals = self._slots.view(np.float64)
        self._slots[layout.SAMPLE_RATE] = sample_rate
        self._reals[[layout.MASTER_GAIN, layout.MASTER_LEVEL]] = factor
        self._reals[layout.LIMITER_GAIN] = 1.0

    def process(self, bus: NDArray[np.float32]) -> None:
        """Bring `bus` (frames, channels) to its level, in place."""
        if self._reals[layout.MASTER_GAIN] != 1.0:
            _master_alone(self._slots, self._reals, bus)


@cached_njit(error_model="numpy", nogil=True)
def _master_alone(
    slots: NDArray[np.int64], reals: NDArray[np.float64], bus: NDArray[np.float32]
) -> None:
    master(slots, reals, bus, 0, bus.shape[0])
    guard(slots, reals, bus, 0, bus.shape[0])
