"""Groups of recordings that are copies of each other, recognised by their sound.

Copies at another level, in another format, resampled, trimmed or coded with losses are found; other
takes of the same thing are not copies. The loudest moments of all sounds are compared: their
spectra select candidate pairs, and their waveforms select the pairs whose whole common part is
compared. Sums and transforms are cheap, so thousands of sounds take seconds.
"""

from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from .loud_moments import Moments
from .same_waveform import is_copy

RATE = 16_000  # Hz, for comparisons: more treble adds little information
WHITENING = 0.95  # share of the previous frame that is subtracted, so treble counts as much as bass
TOPS = (6400.0, 5000.0, 3400.0, 1700.0, 850.0)  # Hz, where bands end that some sounds lack more of
LOWEST_MEASURED = 3400.0  # Hz; a sound without treble above this is not taken for a low-passed copy
PASSED = 0.9  # of half the rate: the band that resampling leaves unchanged
NOTHING = 1e-3  # of a sound's energy

Signal = NDArray[np.float32]  # (frames,)


def copy_groups(
    signals: Sequence[Signal], sample_rate: int, native_rates: Sequence[int] = ()
) -> list[int]:
    """Return for each sound the index of the first one that it is a copy of, or its own.

    `native_rates` in Hz are those of the files. Sounds are compared in the band that both have, by
    these rates and by the ends of their spectra.
    """
    rate = min(RATE, sample_rate)
    compared = [_comparable(signal, sample_rate, rate) for signal in signals]
    rates = native_rates or [sample_rate] * len(signals)
    tops = [_top(signal, rate, native) for signal, native in zip(compared, rates, strict=True)]
    groups = list(range(len(signals)))
    for top in sorted(set(tops), reverse=True):
        places = [place for place, own in enumerate(tops) if own >= top]
        part = 2 * top / rate
        banded = [_banded(compared[place], part) for place in places]
        wanted = np.array([tops[place] == top for place in places])
        _join(groups, places, banded, wanted, part)
    return [_first(groups, index) for index in range(len(groups))]


def _join(
    groups: list[int],
    places: Sequence[int],
    signals: Sequence[Signal],
    wanted: NDArray[np.bool_],
    part: float,
) -> None:
    """Unite the groups of copies among `signals`; the `wanted` ones have no wider band."""
    for one, other, lag in Moments(signals).matches(wanted):
        ends = _first(groups, places[one]), _first(groups, places[other])
        if ends[0] != ends[1] and is_copy(signals[one], signals[other], lag, part):
            groups[max(ends)] = min(ends)


def _first(groups: list[int], index: int) -> int:
    while groups[index] != index:
        groups[index] = groups[groups[index]]
        index = groups[index]
    return index


def _comparable(signal: Signal, sample_rate: int, rate: int) -> Signal:
    """Return a sound without surrounding silence, at `rate`, with whitened spectrum."""
    signal = np.trim_zeros(signal)
    if sample_rate > rate:
        signal = soxr.resample(signal, sample_rate, rate, "MQ")
    if not len(signal):
        return np.zeros(1, np.float32)
    whitened: Signal = np.append(np.float32(0), signal[1:] - np.float32(WHITENING) * signal[:-1])
    return whitened


def _top(signal: Signal, rate: int, native_rate: int) -> float:
    """Return the upper end in Hz of a sound's band, one of a few values."""
    size = _size(signal)
    power = np.square(np.abs(np.fft.rfft(signal, size)), dtype=np.float64)[::-1].cumsum()
    above = int(np.searchsorted(power, NOTHING * power[-1]))
    measured = rate / 2 - above * rate / size
    limit = min(max(measured, LOWEST_MEASURED), PASSED * native_rate / 2)
    tops = [PASSED * rate / 2, *TOPS]
    return next((top for top in tops if top <= limit), tops[-1])


def _banded(signal: Signal, part: float) -> Signal:
    """Return a sound with nothing above `part` of its band."""
    size = _size(signal)
    spectrum = np.fft.rfft(signal, size)
    spectrum[round(part * len(spectrum)) :] = 0
    return np.fft.irfft(spectrum, size)[: len(signal)].astype(np.float32)


def _size(signal: Signal) -> int:
    """Return a fast transform size with enough silence after the sound."""
    frames = len(signal) + 512
    step = 1 << max(frames.bit_length() - 4, 0)
    return -(-frames // step) * step
