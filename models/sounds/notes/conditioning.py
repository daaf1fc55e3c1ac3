"""Conditioning of the network by a note, frame by frame; training and playing share it.

Channels, for K harmonics: sin kφ (k = 1 … K), cos kφ, then pitch, velocity, gate, level, three
decays since the onset and one since the release. Multiples at or above Nyquist are 0.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

PITCH_CENTRE, PITCH_SPAN = 60.0, 24.0  # MIDI note number → about -1 … 1
LEVEL_FLOOR_DB = -72.0  # RMS level; the level channel is 0 here and 1 at 0 dBFS
ONSET_SECONDS = (0.005, 0.05, 0.5)
RELEASE_SECONDS = 0.1


@cached_njit(nogil=True)
def fill_note(
    out: NDArray[np.float32],
    phase: float,
    pitch: float,
    velocity: float,
    level_db: float,
    since_onset: float,
    since_release: float,
    sample_rate: float,
) -> None:
    """Write one frame of conditioning to `out` (2K + 8,). [render]

    `phase` in radians; `pitch` as a MIDI note number, fractions allowed; `velocity` 0 … 1;
    `level_db` the note's RMS level in dBFS; times in seconds, `since_release` < 0 while held.
    """
    harmonics = (out.shape[0] - 8) // 2
    frequency = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    sine, cosine = math.sin(phase), math.cos(phase)
    s, c = sine, cosine
    for k in range(harmonics):
        audible = 1.0 if (k + 1) * frequency < 0.5 * sample_rate else 0.0
        out[k] = s * audible
        out[harmonics + k] = c * audible
        s, c = s * cosine + c * sine, c * cosine - s * sine
    held = since_release < 0.0
    tail = 2 * harmonics
    out[tail] = (pitch - PITCH_CENTRE) / PITCH_SPAN
    out[tail + 1] = velocity
    out[tail + 2] = 1.0 if held else 0.0
    out[tail + 3] = max(0.0, 1.0 - level_db / LEVEL_FLOOR_DB)
    for k in range(3):
        out[tail + 4 + k] = math.exp(-since_onset / ONSET_SECONDS[k])
    out[tail + 7] = 0.0 if held else math.exp(-since_release / RELEASE_SECONDS)


@cached_njit(nogil=True)
def condition(
    out: NDArray[np.float32],
    phase: NDArray[np.float32],
    level_db: NDArray[np.float32],
    pitch: float,
    velocity: float,
    start: int,
    release: int,
    sample_rate: float,
) -> None:
    """Write the conditioning (T, C) of T frames, starting `start` frames after the onset."""
    for t in range(out.shape[0]):
        frame = start + t
        since_release = (frame - release) / sample_rate if frame >= release else -1.0
        fill_note(
            out[t], phase[t], pitch, velocity, level_db[t], frame / sample_rate, since_release,
            sample_rate,
        )  # fmt: skip
