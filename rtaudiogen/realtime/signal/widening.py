"""A stereo image for mono sound: early reflections that the two sides hear with opposite signs.

The reflections are a sparse row of echoes of fixed, irregular delays and signs (velvet noise:
Karjalainen and Järveläinen, Reverberation Modeling Using Velvet Noise, 2007), denser at first and
weaker later, without the bass, which has no direction. What one side gains the other loses, so the
sum of both, all that a mono loudspeaker plays, is the sound as it was.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...generator import Audio, State

ECHOES = 16
FIRST_SECONDS, LAST_SECONDS = 0.0025, 0.032
LAST_DB = -12.0  # the last echo, below the first
BASS_HZ = 200.0  # below it nothing is spread
FULL_WIDTH = 0.7  # amplitude of the reflections at width 1
SEED = 13


def _echoes(sample_rate: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return delays in frames, and gains whose squares add up to 1."""
    chance = np.random.default_rng(SEED)
    share = (np.arange(ECHOES) + chance.uniform(0.0, 1.0, ECHOES)) / ECHOES
    seconds = FIRST_SECONDS * (LAST_SECONDS / FIRST_SECONDS) ** share
    gains = chance.choice([-1.0, 1.0], ECHOES) * 10 ** (LAST_DB * share / 20)
    gains /= np.sqrt(np.square(gains).sum())
    return np.rint(seconds * sample_rate).astype(np.int64), gains.astype(np.float32)


class Widener:
    """Widens one source, block after block of the same size."""

    def __init__(self, sample_rate: int, block_frames: int) -> None:
        self._delays, self._gains = _echoes(sample_rate)
        self._past = int(self._delays.max())  # frames that are kept
        self._line = np.zeros(self._past + block_frames, np.float32)
        self._bass = np.zeros(1)
        self._share = -math.expm1(-2.0 * math.pi * BASS_HZ / sample_rate)
        self._out = np.zeros((block_frames, 2), np.float32)

    def process(self, sound: Audio, before: float, after: float) -> Audio:
        """Return (frames, 2) of `sound` (frames, 1 or 2), or `sound` itself without width. [render]

        The width, 0 … 1, goes linearly from `before` to `after`. The next call overwrites it.
        """
        self._line[self._past :] = sound[:, 0]
        if sound.shape[1] == 2:
            self._line[self._past :] += sound[:, 1]
            self._line[self._past :] *= np.float32(0.5)
        wide = before > 0.0 or after > 0.0
        if wide:
            _widen(
                self._line, self._past, self._delays, self._gains, self._bass, self._share,
                FULL_WIDTH * before, FULL_WIDTH * after, sound, self._out,
            )  # fmt: skip
        self._line[: self._past] = self._line[-self._past :].copy()
        return self._out if wide else sound

    def save_state(self) -> State:
        """Return copies. [render]"""
        return {"line": self._line[: self._past].copy(), "bass": self._bass.copy()}

    def load_state(self, state: State) -> None:
        """Continue from `save_state`. [render]"""
        self._line[: self._past] = state["line"]
        self._bass[:] = state["bass"]


@cached_njit(nogil=True)
def _widen(
    line: NDArray[np.float32],
    past: int,
    delays: NDArray[np.int64],
    gains: NDArray[np.float32],
    bass: NDArray[np.float64],
    share: float,
    before: float,
    after: float,
    sound: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    frames, last = sound.shape[0], sound.shape[1] - 1
    step = (after - before) / frames
    low = bass[0]
    for n in range(frames):
        echo = np.float32(0.0)
        for k in range(len(delays)):
            echo += gains[k] * line[past + n - delays[k]]
        low += (echo - low) * share
        side = np.float32((echo - low) * (before + step * (n + 1)))
        out[n, 0] = sound[n, 0] + side
        out[n, 1] = sound[n, last] - side
    bass[0] = low if abs(low) > 1e-12 else 0.0
