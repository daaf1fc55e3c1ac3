"""The noise of the room and the gear behind recordings, as power densities of bands. [control]"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal.windows import blackmanharris

from ..notes.notes import FADE_SECONDS
from ..notes.recordings import Recording
from .grid import BANDS, band_of_bins

LOOKED_AT_SECONDS = 0.32  # at the end of a recording
RUNG_OUT = 10 ** (-35 / 20)  # of its peak: recordings that end louder do not show the room
_QUANTILE = 0.2  # of the bins of a band: between the partials that still ring
_OF_MEAN = -np.log(1 - _QUANTILE)  # that quantile of an exponential distribution


def floor_of(recordings: Sequence[Recording], sample_rate: int) -> NDArray[np.float64]:
    """Return (BANDS,) power density of the recordings' quietest ends; 1: white noise of RMS 1."""
    frames = int(LOOKED_AT_SECONDS / 2 * sample_rate) * 2
    quiet = []
    for recording in recordings:
        end = len(recording.signal) - int(FADE_SECONDS * sample_rate)
        part = recording.signal[max(end - frames, 0) : end]
        loudest = float(np.abs(recording.signal).max(initial=0.0))
        if len(part) == frames and np.abs(part).max() < RUNG_OUT * loudest:
            quiet.append(_between_partials(part, sample_rate))
    return np.min(quiet, axis=0) if quiet else np.zeros(BANDS)


def _between_partials(part: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    window = blackmanharris(len(part))
    power = np.abs(np.fft.rfft(part * window)) ** 2 / (window**2).sum()
    band = band_of_bins(len(part), sample_rate)
    return np.array([np.quantile(power[band == b], _QUANTILE) / _OF_MEAN for b in range(BANDS)])
