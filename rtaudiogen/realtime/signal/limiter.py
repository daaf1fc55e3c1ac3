"""The limiter of what is rendered: it sees peaks coming, so its gain glides and nothing ticks.

The bus is delayed by `delay_frames`, 1.5 ms. In that time the gain that a peak needs is found (also
between frames, by the filter of BS.1770), held until the peak has passed, released slowly, and
smoothed by a Hann window that is shorter than the delay: so it has arrived when the peak does. A
signal below the ceiling passes bit for bit.
"""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...generator import Audio, State
from ...loudness.true_peak import PHASES, TAPS
from .safety import CEILING

LOOK_AHEAD_SECONDS = 0.0015
RELEASE_DB_PER_SECOND = 20.0  # so a small correction is over soon, a large one not felt as a jump
BETWEEN_FRAMES = TAPS // 2 + 1  # later than a peak, what lies around it is known
GREATEST_RISE = float(np.abs(PHASES).sum(axis=0).max())  # of a true peak above its frames


def look_ahead_frames(sample_rate: int) -> int:
    """Return by how much a limiter delays. [any]"""
    return max(round(LOOK_AHEAD_SECONDS * sample_rate), BETWEEN_FRAMES + 2)


class Limiter:
    """Holds a stereo bus at the ceiling, `delay_frames` later."""

    def __init__(self, sample_rate: int) -> None:
        self.delay_frames = look_ahead_frames(sample_rate)
        self._release = 10.0 ** (RELEASE_DB_PER_SECOND / 20.0 / sample_rate)
        smooth = self.delay_frames - BETWEEN_FRAMES
        window = np.hanning(smooth + 2)[1:-1]
        self._window = window / window.sum()
        self._line = np.zeros((self.delay_frames, 2), np.float32)
        self._near = np.zeros((TAPS, 2), np.float32)  # the newest frames, newest last
        self._needed = np.ones(self.delay_frames + 1)  # gains that the frames on their way need
        self._released = np.ones(smooth)
        # places in the three rows; frames until all of them are 1 again; frames since a high one
        self._at = np.zeros(5, np.int64)
        self._gain = np.ones(2)  # released; applied

    @property
    def gain(self) -> float:
        """The present gain, 1 when nothing is held back. [control] may read it."""
        return float(self._gain[1])

    def process(self, bus: Audio, ceiling: float = float(CEILING)) -> None:
        """Replace `bus` (frames, 2) by what came `delay_frames` before, limited. [render]"""
        _limit(
            bus, self._line, self._near, self._needed, self._released, self._window, PHASES,
            self._at, self._gain, self._release, ceiling,
        )  # fmt: skip

    def save_state(self) -> State:
        """Return copies. [render]"""
        return {name: array.copy() for name, array in self._rows().items()}

    def load_state(self, state: State) -> None:
        """Continue from `save_state`. [render]"""
        for name, array in self._rows().items():
            array[:] = state[name]

    def _rows(self) -> State:
        return {
            "line": self._line,
            "near": self._near,
            "needed": self._needed,
            "released": self._released,
            "at": self._at,
            "gain": self._gain,
        }


@cached_njit(nogil=True, error_model="numpy")
def _limit(
    bus: NDArray[np.float32],
    line: NDArray[np.float32],
    near: NDArray[np.float32],
    needed: NDArray[np.float64],
    released: NDArray[np.float64],
    window: NDArray[np.float64],
    phases: NDArray[np.float32],
    at: NDArray[np.int64],
    gains: NDArray[np.float64],
    release: float,
    ceiling: float,
) -> None:
    delayed, kept, smooth, busy, low = at[0], at[1], at[2], at[3], at[4]
    release_gain, gain = gains[0], 1.0
    limit = np.float32(ceiling)
    for n in range(bus.shape[0]):
        left, right = bus[n, 0], bus[n, 1]
        peak = float(max(abs(left), abs(right)))
        for k in range(TAPS - 1):
            near[k, 0], near[k, 1] = near[k + 1, 0], near[k + 1, 1]
        near[TAPS - 1, 0], near[TAPS - 1, 1] = left, right
        low = 0 if peak * GREATEST_RISE > ceiling else low + 1
        if low < TAPS:
            peak = max(peak, _between(near, phases))
        gain = 1.0
        if peak > ceiling or busy > 0:
            needed[kept] = min(1.0, ceiling / peak) if peak > 0.0 else 1.0
            held = needed[0]
            for k in range(1, len(needed)):
                held = min(held, needed[k])
            release_gain = min(held, release_gain * release)
            released[smooth] = release_gain
            gain = 0.0
            for k in range(len(window)):
                place = smooth - k
                gain += window[k] * released[place if place >= 0 else place + len(released)]
            kept = kept + 1 if kept + 1 < len(needed) else 0
            smooth = smooth + 1 if smooth + 1 < len(released) else 0
            busy = len(needed) + len(released) if release_gain < 1.0 else busy - 1
            gain = gain if busy > 0 else 1.0
        for side in range(2):
            value = line[delayed, side]
            if gain < 1.0:
                value = min(max(np.float32(value * gain), -limit), limit)
            bus[n, side] = value
        line[delayed, 0], line[delayed, 1] = left, right
        delayed = delayed + 1 if delayed + 1 < len(line) else 0
    at[0], at[1], at[2], at[3], at[4] = delayed, kept, smooth, busy, min(low, TAPS)
    gains[0], gains[1] = release_gain, gain


@cached_njit(nogil=True, error_model="numpy")
def _between(near: NDArray[np.float32], phases: NDArray[np.float32]) -> float:
    """Return the highest magnitude between the two middle frames of `near` (TAPS, 2)."""
    highest = 0.0
    for side in range(2):
        for phase in range(phases.shape[1]):
            total = np.float32(0.0)
            for k in range(TAPS):
                total += phases[k, phase] * near[k, side]
            highest = max(highest, float(abs(total)))
    return highest
