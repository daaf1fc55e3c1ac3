"""The delay between a dry and a wet recording, found by correlation."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

MOST_SECONDS = 1.0  # of delay, either way
HEARD_SECONDS = 20.0  # of the loudest part, in which the delay is searched
LEAST_LIKENESS = 0.05  # of the correlation's peak
SHARE = 0.7  # of the peak that counts as its beginning
RISE_SECONDS = 0.001  # before the peak in which its beginning may lie

Signal = NDArray[np.float32]  # (frames,)


class Delay(NamedTuple):
    """The delay of the wet, and its resemblance to the dry at that delay."""

    frames: int  # below 0: it is early
    likeness: float  # -1 … 1, the normalised correlation; below 0: the wet is inverted


def delay_between(
    dry: Signal, wet: Signal, sample_rate: int, seconds: float = HEARD_SECONDS
) -> Delay:
    """Return the delay of the wet, from the loudest seconds of two signals that begin together.

    Both are differentiated, so that high frequencies, which tell the time best, weigh more. A
    filter smears the correlation towards later frames, but a network must not be asked for what it
    has not heard yet: the first frame near the peak's height counts.
    """
    frames = min(len(dry), len(wet))
    first, last = _loudest(wet[:frames], round(seconds * sample_rate))
    ours, theirs = (np.diff(s[first:last].astype(np.float64)) for s in (dry, wet))
    height = np.sqrt(np.sum(ours**2) * np.sum(theirs**2))
    if height == 0:
        return Delay(0, 0.0)
    found = correlate(theirs, ours, "full", "fft") / height
    zero, most = len(ours) - 1, min(round(MOST_SECONDS * sample_rate), len(ours) - 1)
    near = found[zero - most : zero + most + 1]
    peak = int(np.argmax(np.abs(near)))
    before = max(0, peak - round(RISE_SECONDS * sample_rate))
    rising = near[before : peak + 1] * np.sign(near[peak])
    begin = before + int(np.argmax(rising >= SHARE * abs(near[peak])))
    return Delay(begin - most, float(near[peak]))


def _loudest(signal: Signal, frames: int) -> tuple[int, int]:
    """Return the first and the last frame of the loudest part of a length."""
    if len(signal) <= frames:
        return 0, len(signal)
    power = np.cumsum(signal.astype(np.float64) ** 2)
    first = int(np.argmax(power[frames:] - power[:-frames]))
    return first, first + frames
