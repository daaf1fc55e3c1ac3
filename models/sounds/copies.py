"""Groups of recordings that are copies of each other, told by their sound.

Copies at another level, in another format, resampled, trimmed or coded with losses are found;
other takes of the same thing are not copies. The loudest moments of every sound are compared: their
spectra name the pairs that are worth a look, their waveforms those where all that both sounds have
in common is compared. Sums and transforms are cheap, so thousands of sounds take seconds.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 16_000  # Hz, of what is compared: more treble says little more
WHITENING = 0.95  # of the frame before is taken away, so that treble counts as bass does
MOMENT, AROUND = 2048, 1024  # frames of a loud moment, and of what may lie before and after it
MOMENTS_EVERY, MOST_MOMENTS = 2048, 4  # frames; of one sound
BANDS = 512
ALIKE = 0.9  # cosine of two spectra that are worth a look
MATCHING = 0.5  # correlation of two moments, before fractions of a frame are considered
SAME = 0.92  # correlation of all that two copies have in common
LAGS = np.arange(-3, 4)  # frames around the found shift, between which there is the right one
BETWEEN = np.sinc(np.linspace(-1, 1, 17)[:, None] - LAGS)
AUDIBLE = 0.03  # of a moment's level
ROWS, PAIRS = 512, 256  # at once

Signal = NDArray[np.float32]  # (frames,)


def copy_groups(
    signals: Sequence[Signal], sample_rate: int, native_rates: Sequence[int] = ()
) -> list[int]:
    """Return for each sound the index of the first one that it is a copy of: its own if of none.

    `native_rates` in Hz are those that the files had: sounds of a lower rate than others are
    compared by what both can hold.
    """
    rate = min(RATE, sample_rate)
    groups = list(range(len(signals)))
    _join(groups, _Moments([_comparable(s, sample_rate, rate) for s in signals]), None)
    low = {index for index, native in enumerate(native_rates) if native < 0.9 * rate}
    if low and len(low) < len(signals):
        rate = min(native_rates[index] for index in low)
        _join(groups, _Moments([_comparable(s, sample_rate, rate) for s in signals]), low)
    return [_first(groups, index) for index in range(len(groups))]


def _first(groups: list[int], index: int) -> int:
    while groups[index] != index:
        groups[index] = groups[groups[index]]
        index = groups[index]
    return index


def _join(groups: list[int], moments: "_Moments", among: set[int] | None) -> None:
    """Unite the groups of all copies; with `among`, only pairs with one of these are looked at."""
    for one, other, lag in moments.matches():
        if among is not None and one not in among and other not in among:
            continue
        first, second = sorted((_first(groups, one), _first(groups, other)))
        if first != second and _same(moments.signals[one], moments.signals[other], lag):
            groups[second] = first


def _comparable(signal: Signal, sample_rate: int, rate: int) -> Signal:
    if sample_rate > rate:
        signal = soxr.resample(signal, sample_rate, rate, "MQ")
    whitened: Signal = np.append(signal[:1], signal[1:] - np.float32(WHITENING) * signal[:-1])
    return whitened


class _Moments:
    """The loudest moments of sounds."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = signals
        found = [(index, place) for index, s in enumerate(signals) for place in _loudest(s)]
        self._owners = np.array([owner for owner, _ in found], np.intp)
        self._places = np.array([place for _, place in found], np.intp)

    def matches(self) -> Iterator[tuple[int, int, int]]:
        """Yield pairs of sounds and how many frames the second begins after the first one does."""
        looks = self._spectra()
        for start in range(0, len(looks), ROWS):
            rows, columns = np.nonzero(looks[start : start + ROWS] @ looks[start:].T >= ALIKE)
            pairs = np.stack([rows, columns], axis=1) + start
            pairs = pairs[self._owners[pairs[:, 0]] < self._owners[pairs[:, 1]]]
            for first in range(0, len(pairs), PAIRS):
                yield from self._matching(pairs[first : first + PAIRS])

    def _matching(self, pairs: NDArray[np.intp]) -> Iterator[tuple[int, int, int]]:
        used, where = np.unique(pairs, return_inverse=True)
        where = where.reshape(pairs.shape)
        around = np.stack([self._cut(moment, AROUND) for moment in used])
        moments = around[:, AROUND : AROUND + MOMENT]
        wide, narrow = np.fft.rfft(around), np.fft.rfft(moments, around.shape[1])
        product = wide[where[:, 0]] * np.conj(narrow[where[:, 1]])
        matches = np.abs(np.fft.irfft(product)[:, : 2 * AROUND + 1])
        power = np.cumsum(np.pad(np.square(around), ((0, 0), (1, 0))), axis=1, dtype=np.float64)
        energy = power[:, MOMENT:] - power[:, :-MOMENT]
        level = np.sqrt(energy[where[:, 0]] * energy[where[:, 1], AROUND][:, None])
        floor = AUDIBLE * level.max(axis=1, keepdims=True)  # less is the error of the transform
        scores = matches / np.maximum(np.maximum(level, floor), 1e-12)
        for (one, other), best, score in zip(pairs, scores.argmax(1), scores.max(1), strict=True):
            if score >= MATCHING:
                lag = self._places[one] + best - AROUND - self._places[other]
                yield int(self._owners[one]), int(self._owners[other]), int(lag)

    def _cut(self, moment: int, more: int) -> Signal:
        """Return a moment and `more` frames before and after it, zeros outside of the sound."""
        signal, place = self.signals[self._owners[moment]], int(self._places[moment])
        piece = np.zeros(MOMENT + 2 * more, np.float32)
        first = place - more
        part = signal[max(first, 0) : place + MOMENT + more]
        piece[max(-first, 0) :][: len(part)] = part
        return piece

    def _spectra(self) -> NDArray[np.float32]:
        """Return (moments, BANDS), the root of the power, each of length 1."""
        window = np.hanning(MOMENT).astype(np.float32)
        rows = np.zeros((len(self._owners), BANDS), np.float32)
        for moment in range(len(rows)):
            power = np.square(np.abs(np.fft.rfft(self._cut(moment, 0) * window))[1:])
            rows[moment] = np.sqrt(power.reshape(BANDS, -1).sum(axis=1))
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-20)
        return rows


def _loudest(signal: Signal) -> list[int]:
    """Return where the loudest moments of a sound begin, the loudest first."""
    if len(signal) <= MOMENT:
        return [0]
    power = np.cumsum(np.pad(np.square(signal, dtype=np.float64), (1, 0)))
    energy = power[MOMENT:] - power[:-MOMENT]
    places: list[int] = []
    for _ in range(min(MOST_MOMENTS, 1 + len(signal) // MOMENTS_EVERY)):
        place = int(energy.argmax())
        if energy[place] <= 0:
            break
        places.append(place)
        energy[max(place - AROUND, 0) : place + AROUND] = 0
    return places


def _same(one: Signal, other: Signal, lag: int) -> bool:
    """Compare all that two sounds have in common when the second begins `lag` frames after."""
    shorter, longer = (one, other) if len(one) < len(other) else (other, one)
    lag = lag if shorter is other else -lag  # of the shorter one's beginning in the longer one
    padded = np.pad(longer, len(shorter) + len(LAGS))
    first = lag + len(shorter) + len(LAGS)
    if not 0 <= first + LAGS[0] <= len(padded) - len(shorter) - len(LAGS):
        return False
    products = [
        float(padded[first + k : first + k + len(shorter)] @ shorter) for k in LAGS.tolist()
    ]
    part = padded[first : first + len(shorter)]
    level = np.sqrt(max(float(part @ part) * float(shorter @ shorter), 1e-20))
    return bool(np.abs(BETWEEN @ products).max() >= SAME * level)
