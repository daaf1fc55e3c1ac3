"""A feedback delay network (Jot & Chaigne 1991): the contract of an effect in one file.

Four allpasses in series spread each side of the input (Schroeder 1962). Eight delay lines feed each
other through a Hadamard matrix, which keeps their energy; each line's gain lets a sound die away by
60 dB in the time of the knob, however long the line is, and a lowpass in it lets treble die faster.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import no_events
from rtaudiogen.generator import Audio, Descriptor, Events, State
from rtaudiogen.kernel_cache import cached_njit

LINES = 8
LINE_MS = np.array([31.3, 37.9, 43.1, 49.7, 58.3, 67.1, 76.9, 89.3])  # at a size of 100 %
LARGEST = 2.0
SPREAD_MS = np.array([[4.77, 3.59, 12.73, 9.31], [4.91, 3.73, 12.41, 9.61]])  # left, right
SPREAD_GAIN = 0.65
GLIDE_SECONDS = 0.15  # of the lines' lengths
TURNS_HZ = np.array([0.31, 0.37, 0.43, 0.53, 0.61, 0.71, 0.79, 0.89])  # of the modulation
DEEPEST_MS = 0.35
DAMPED_HZ = 8000.0
LEFT = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
RIGHT = np.array([1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0])  # orthogonal to LEFT
LINE = np.dtype([("length", "f8"), ("low", "f8"), ("cosine", "f8"), ("sine", "f8")])


class Space:
    """A stereo reverb with eight delay lines."""

    delay_frames = 0
    input_delay_frames = 0

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        longest = LINE_MS.max() * LARGEST + 2.0 * DEEPEST_MS
        self._memory = np.zeros((LINES, round(longest * sample_rate / 1000.0) + 8), np.float32)
        self._spread = np.rint(SPREAD_MS * sample_rate / 1000.0).astype(np.int64)
        self._spreading = np.zeros((*SPREAD_MS.shape, self._spread.max() + 1), np.float32)
        self._lines = np.zeros(LINES, LINE)
        self._frame = np.zeros(1, np.int64)
        ranges = [(p.minimum, p.maximum) for p in descriptor.parameters]
        self._lowest, self._highest = np.array(ranges, np.float32).T
        self._block = self._heard = np.zeros((0, 2), np.float32)

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Compile, and allocate for blocks of `max_frames`. [control]"""
        self._block = np.zeros((max_frames, 2), np.float32)
        self.reset(0)
        self.render(np.zeros((1, 2), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Silence; nothing here is random. [render]"""
        for array in (self._memory, self._spreading, self._lines, self._frame):
            array[:] = np.zeros((), array.dtype)
        self._lines["cosine"] = 1.0
        self._heard = self._block[:0]

    def hear(self, block: Audio) -> None:
        """Take the input of the next `render`, (frames, 2). [render]"""
        self._heard = self._block[: len(block)]
        self._heard[:] = block

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 2) with the input in its room. [render]"""
        values = np.clip(parameters, self._lowest, self._highest)
        _render(
            out, self._heard, values, self._lines, self._memory, self._spread,
            self._spreading, self._frame, float(self.sample_rate),
        )  # fmt: skip
        self._heard = self._block[:0]

    def voice_levels(self) -> NDArray[np.float32]:
        """Return (1,): an effect has no voices. [render]"""
        return np.zeros(1, np.float32)

    def save_state(self) -> State:
        """Return copies. [render]"""
        return {
            "memory": self._memory.copy(),
            "spreading": self._spreading.copy(),
            "lines": self._lines.copy(),
            "frame": self._frame.copy(),
        }

    def load_state(self, state: State) -> None:
        """Continue from `save_state`. [render]"""
        self._memory[:], self._spreading[:] = state["memory"], state["spreading"]
        self._lines[:], self._frame[:] = state["lines"], state["frame"]


@cached_njit(nogil=True)
def _render(  # type: ignore[no-untyped-def]  # numba's own types
    out, heard, parameters, lines, memory, spread, spreading, frame, rate
):
    size, decay, damping, modulation, mix = parameters
    gains, poles, goals = np.zeros(LINES), np.zeros(LINES), np.zeros(LINES)
    for i in range(LINES):
        goals[i] = LINE_MS[i] * size / 100.0 * rate / 1000.0
        if lines[i].length == 0.0:  # at the very beginning
            lines[i].length = goals[i]
        gains[i] = 10.0 ** (-3.0 * goals[i] / (decay * rate))
        poles[i] = _pole(gains[i], 1.0 - damping / 100.0, rate)
    depth = modulation / 100.0 * DEEPEST_MS * rate / 1000.0
    glide = 1.0 - math.exp(-1.0 / (GLIDE_SECONDS * rate))
    dry, wet = math.cos(mix / 100.0 * math.pi / 2.0), math.sin(mix / 100.0 * math.pi / 2.0)
    level = 0.5 * math.sqrt(1.0 - gains.mean() ** 2)  # as loud at any decay
    heads = np.zeros(LINES)
    for n in range(out.shape[0]):
        left = right = 0.0
        if n < heard.shape[0]:
            left, right = _finite(heard[n, 0]), _finite(heard[n, 1])
        fed_left = _diffuse(left, spread[0], spreading[0], frame[0])
        fed_right = _diffuse(right, spread[1], spreading[1], frame[0])
        wet_left = wet_right = 0.0
        for i in range(LINES):
            line = lines[i]
            _turn(line, TURNS_HZ[i] / rate)
            line.length += glide * (goals[i] - line.length)
            value = _read(memory[i], frame[0] - line.length - depth * (1.0 + line.sine))
            line.low += (1.0 - poles[i]) * (value - line.low)
            heads[i] = gains[i] * line.low
            wet_left += LEFT[i] * line.low
            wet_right += RIGHT[i] * line.low
        _mingle(heads)
        place = frame[0] % memory.shape[1]
        for i in range(LINES):
            memory[i, place] = heads[i] + (fed_left if i % 2 == 0 else fed_right)
        out[n, 0] = dry * left + wet * level * wet_left
        out[n, 1] = dry * right + wet * level * wet_right
        frame[0] += 1


@cached_njit(nogil=True)
def _pole(gain, ratio, rate):  # type: ignore[no-untyped-def]  # numba's own types
    """Return the pole of a lowpass with which DAMPED_HZ dies away in `ratio` of the time.

    Each pass of the line loses `gain`; there it is to lose `gain` ** (1 / ratio).
    """
    lost = max(gain ** (1.0 / ratio - 1.0), 1e-4) ** 2
    if lost >= 1.0 - 1e-9:
        return 0.0
    turn = math.cos(2.0 * math.pi * min(DAMPED_HZ, 0.4 * rate) / rate)
    half = (1.0 - lost * turn) / (1.0 - lost)
    return half - math.sqrt(half * half - 1.0)


@cached_njit(nogil=True)
def _diffuse(value, lengths, memory, frame):  # type: ignore[no-untyped-def]  # numba's own types
    for i in range(lengths.shape[0]):
        place = frame % lengths[i]
        delayed = memory[i, place]
        fed = value - SPREAD_GAIN * delayed
        memory[i, place] = fed
        value = delayed + SPREAD_GAIN * fed
    return value


@cached_njit(nogil=True)
def _turn(line, turns):  # type: ignore[no-untyped-def]  # numba's own types
    """Turn the line's phasor by a small angle; the step keeps its length (Gordon & Smith 1985)."""
    step = 2.0 * math.sin(math.pi * turns)
    line.cosine -= step * line.sine
    line.sine += step * line.cosine


@cached_njit(nogil=True)
def _read(memory, position):  # type: ignore[no-untyped-def]  # numba's own types
    """Return the value between two frames, on a cubic through four of them (Lagrange)."""
    whole = math.floor(position)
    x = position - whole
    length = memory.shape[0]
    first = int(whole) - 1
    a, b = memory[first % length], memory[(first + 1) % length]
    c, d = memory[(first + 2) % length], memory[(first + 3) % length]
    return (
        -a * x * (x - 1.0) * (x - 2.0) / 6.0
        + b * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
        - c * (x + 1.0) * x * (x - 2.0) / 2.0
        + d * (x + 1.0) * x * (x - 1.0) / 6.0
    )


@cached_njit(nogil=True)
def _mingle(values):  # type: ignore[no-untyped-def]  # numba's own types
    """Multiply by the Hadamard matrix of order LINES, which keeps the energy."""
    half = 1
    while half < LINES:
        for begin in range(0, LINES, 2 * half):
            for i in range(begin, begin + half):
                values[i], values[i + half] = (
                    values[i] + values[i + half],
                    values[i] - values[i + half],
                )
        half *= 2
    for i in range(LINES):
        values[i] *= 1.0 / math.sqrt(LINES)


@cached_njit(nogil=True)
def _finite(value):  # type: ignore[no-untyped-def]  # numba's own types
    return value if abs(value) < 1e4 else 0.0
