"""Loudest moments of sounds, and pairs of sounds that share one: candidates for copies."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]  # (frames,)

MOMENT, AROUND = 2048, 1024  # frames of a loud moment, and of the signal before and after it
MOMENTS_EVERY, MOST_MOMENTS = 2048, 4  # frames; of one sound
QUIET = 1e-3  # of the energy of a sound's loudest moment: quieter moments are ignored
ALIKE = 0.85  # cosine of two spectra to be compared further; two noises of one colour have π / 4
MATCHING = 0.4  # correlation of two moments, before fractions of a frame are considered
PAIRS_OF_TWO = 3  # of moments, the likeliest ones of two sounds
NEARLY = 0.995  # of the best correlation
LOUDER_FIRST = 0.01  # of a cosine, for each louder moment of a sound
AUDIBLE = 0.03  # of a moment's level
ROWS, PAIRS = 1024, 256  # at once

Pairs = NDArray[np.intp]  # (pairs, 2), of moments


class Moments:
    """Loudest moments of many sounds."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self._signals = signals
        found = [(index, place) for index, s in enumerate(signals) for place in _loudest(s)]
        self._owners = np.array([owner for owner, _ in found], np.intp)
        self._places = np.array([place for _, place in found], np.intp)
        begins = np.searchsorted(self._owners, self._owners)
        self._ranks = np.arange(len(found)) - begins  # 0 is the loudest one of its sound

    def matches(self, wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
        """Yield pairs of sounds, and the frames by which the second starts after the first.

        At least one of the two is `wanted` (sounds,). The likelier lags of a pair come first.
        """
        looks = _spectra(self._cuts(np.arange(len(self._owners)), 0))
        rows = np.flatnonzero(wanted[self._owners])
        for start in range(0, len(rows), ROWS):
            for pairs in self._alike(looks, rows[start : start + ROWS], wanted):
                yield from self._matching(pairs)

    def _alike(
        self, looks: Signal, rows: NDArray[np.intp], wanted: NDArray[np.bool_]
    ) -> Iterator[Pairs]:
        """Yield the likeliest pairs of moments with one of `rows`, those of two sounds together."""
        likeness = looks[rows] @ looks.T
        first, second = np.nonzero(likeness >= ALIKE)
        one, other = self._owners[rows[first]], self._owners[second]
        chosen = np.flatnonzero((one < other) | ((one > other) & ~wanted[other]))
        first, second = first[chosen], second[chosen]
        one, other = one[chosen], other[chosen]
        later = LOUDER_FIRST * (self._ranks[rows[first]] + self._ranks[second])
        order = np.lexsort((later - likeness[first, second], other, one))
        pairs = np.stack([rows[first], second], axis=1)[order]
        new = np.ones(len(pairs), np.bool_)
        new[1:] = (np.diff(one[order]) != 0) | (np.diff(other[order]) != 0)
        begins = np.maximum.accumulate(np.where(new, np.arange(len(pairs)), 0))
        pairs = pairs[np.arange(len(pairs)) - begins < PAIRS_OF_TWO]
        for place in range(0, len(pairs), PAIRS):
            yield pairs[place : place + PAIRS]

    def _matching(self, pairs: Pairs) -> Iterator[tuple[int, int, int]]:
        scores, shifts = self._scores(pairs)
        lags = self._places[pairs[:, 0]] + shifts - AROUND - self._places[pairs[:, 1]]
        owners = self._owners[pairs]
        for place in np.lexsort((-scores, owners[:, 1], owners[:, 0])).tolist():
            if scores[place] >= MATCHING:
                yield int(owners[place, 0]), int(owners[place, 1]), int(lags[place])

    def _scores(self, pairs: Pairs) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return the correlation of each pair at its best shift, and that shift in frames."""
        used, where = np.unique(pairs, return_inverse=True)
        one, other = where.reshape(pairs.shape).T
        around = self._cuts(used, AROUND)
        wide = np.fft.rfft(around)
        narrow = np.fft.rfft(around[:, AROUND : AROUND + MOMENT], around.shape[1])
        product = wide[one] * np.conj(narrow[other])
        matches = np.abs(np.fft.irfft(product)[:, : 2 * AROUND + 1])
        power = np.cumsum(np.pad(np.square(around), ((0, 0), (1, 0))), axis=1, dtype=np.float64)
        energy = np.sqrt(np.maximum(power[:, MOMENT:] - power[:, :-MOMENT], 0))
        level = energy[one] * energy[other, AROUND][:, None]
        floor = AUDIBLE * level.max(axis=1, keepdims=True)  # below it: rounding errors
        scores = matches / np.maximum(np.maximum(level, floor), 1e-12)
        return scores.max(axis=1), _likeliest(scores)

    def _cuts(self, moments: NDArray[np.intp], more: int) -> Signal:
        """Return (moments, frames), with `more` frames before and after each, zeros outside."""
        pieces = np.zeros((len(moments), MOMENT + 2 * more), np.float32)
        for piece, moment in zip(pieces, moments.tolist(), strict=True):
            first = int(self._places[moment]) - more
            part = self._signals[self._owners[moment]][max(first, 0) : first + len(piece)]
            piece[max(-first, 0) :][: len(part)] = part
        return pieces


def _likeliest(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the best shift of each row; for a decaying tone, the one nearest to 0."""
    peaks = scores >= NEARLY * scores.max(axis=1, keepdims=True)
    peaks[:, 1:] &= scores[:, 1:] >= scores[:, :-1]
    peaks[:, :-1] &= scores[:, :-1] >= scores[:, 1:]
    distance = np.abs(np.arange(scores.shape[1]) - AROUND)
    nearest: NDArray[np.intp] = np.where(peaks, distance, scores.shape[1]).argmin(axis=1)
    return nearest


def _spectra(cuts: Signal) -> Signal:
    """Return magnitudes (moments, bands), normalised to length 1."""
    window = np.hanning(MOMENT).astype(np.float32)
    rows = np.empty((len(cuts), MOMENT // 2), np.float32)
    for start in range(0, len(cuts), PAIRS):
        part = slice(start, start + PAIRS)
        rows[part] = np.abs(np.fft.rfft(cuts[part] * window)[:, 1:])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-20)
    return rows


def _loudest(signal: Signal) -> list[int]:
    """Return the starts of the loudest moments of a sound, the loudest first."""
    if len(signal) <= MOMENT:
        return [0]
    power = np.cumsum(np.pad(np.square(signal, dtype=np.float64), (1, 0)))
    energy = power[MOMENT:] - power[:-MOMENT]
    places: list[int] = []
    floor = 0.0
    for _ in range(min(MOST_MOMENTS, 1 + len(signal) // MOMENTS_EVERY)):
        place = int(energy.argmax())
        if energy[place] <= floor:
            break
        floor = max(floor, QUIET * float(energy[place]))
        places.append(place)
        energy[max(place - AROUND, 0) : place + AROUND] = 0
    return places
