"""A recorded texture is taken apart: steady tones, as lines with slow courses, and the rest.

A network of this size draws tones as narrow noise. So a bank of oscillators is given them, as it is
given the partials of notes. [control]
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ..notes.corpus import Corpus, Texture
from ..notes.courses import POINTS_PER_SECOND
from .tones import MOST_LINES, Lines

WINDOW_SECONDS = 0.34  # of the spectra in which tones are sought
STEADY_POINTS = 21  # over which their power is averaged: a second
AROUND_HZ, EVERY_BINS = 120.0, 8  # on both sides of a bin, where its background is measured
ABOVE_DB = 8.0  # of a tone's power, re the median of its background
LOWEST_HZ, HIGHEST_HZ = 30.0, 9000.0
APART_HZ = 5.0  # at least, between two lines; a wavering tone has several
NEAR_HZ = 1000.0  # width over which the level near a tone is averaged
LEAST_SHARE = 0.1  # of an instrument's power; weaker tones stay with the rest
WIDTH_HZ = 3.5  # standard deviation of what a line takes from the spectrum
SWEEPS = 5  # in each, lines take from what the last one left
IMAGES = 3  # on both sides, of a course whose points are joined by straight lines

Spectrum = NDArray[np.float64]


def separated(corpus: Corpus, sample_rate: int) -> tuple[Corpus, list[Lines]]:
    """Return textures without their tones, and the tones of those to be learnt, in their order."""
    tonal = {
        index
        for index in range(len(corpus.instruments))
        if _share([s.signal for s in corpus.training if s.instrument == index], sample_rate)
        >= LEAST_SHARE
    }

    def each(sounds: Sequence[Any]) -> list[tuple[Texture, Lines]]:
        return [
            parted(sound, sample_rate)
            if sound.instrument in tonal
            else (sound, no_lines(len(sound.signal), sample_rate))
            for sound in sounds
        ]

    training, held_out = each(corpus.training), each(corpus.held_out)
    rests = replace(
        corpus, training=[rest for rest, _ in training], held_out=[rest for rest, _ in held_out]
    )
    return rests, [lines for _, lines in training]


def parted(sound: Texture, rate: int) -> tuple[Texture, Lines]:
    """Return a texture without its tones, and them."""
    lines, rest = apart(sound.signal, steady(sound.signal, rate)[0], rate)
    return Texture(sound.instrument, rest), lines


def _share(signals: Sequence[NDArray[np.float32]], rate: int) -> float:
    """Return the tones' share of the power of several recordings."""
    powers = [float(np.sum(np.square(signal, dtype=np.float64))) for signal in signals]
    tones = [steady(signal, rate)[1] for signal in signals]
    return float(np.dot(powers, tones)) / max(sum(powers), 1e-12)


def no_lines(frames: int, rate: int) -> Lines:
    """Return the tones of a recording without any."""
    return Lines(np.zeros(0), np.zeros((_points(frames, rate), 0), np.complex128))


def steady(signal: NDArray[np.float32], rate: int) -> tuple[NDArray[np.float64], float]:
    """Return the frequencies (K,) in Hz of steady tones, and their share of the power.

    If there are too many, those are chosen that are strong, and strong for what is near them.
    """
    frames = 2 * round(WINDOW_SECONDS / 2 * rate)
    bins = min(int(HIGHEST_HZ * frames / rate), frames // 2)
    power = _powers(signal, frames, rate)[:, :bins]
    averaged = uniform_filter1d(power, STEADY_POINTS, axis=0, mode="nearest")
    background = _background(averaged, round(AROUND_HZ * frames / rate))
    tonal = np.where(averaged > 10 ** (ABOVE_DB / 10) * background, power, 0.0).mean(axis=0)
    hertz = np.arange(bins) * rate / frames
    mean = power.mean(axis=0)
    near = uniform_filter1d(mean, round(NEAR_HZ * frames / rate), mode="nearest")
    urgent = np.where(hertz < LOWEST_HZ, 0.0, tonal / np.sqrt(np.maximum(near, 1e-12)))
    chosen = _peaks(urgent, round(APART_HZ * frames / rate + 0.5))
    return hertz[chosen], float(tonal.sum() / max(mean.sum(), 1e-12))


def _powers(signal: NDArray[np.float32], frames: int, rate: int) -> Spectrum:
    window = np.hanning(frames).astype(np.float32)
    padded = np.pad(signal, frames // 2)
    starts = np.arange(_points(len(signal), rate)) * rate // POINTS_PER_SECOND
    pieces = np.lib.stride_tricks.sliding_window_view(padded, frames)[starts]
    return np.asarray(np.abs(np.fft.rfft(pieces * window, axis=1)) ** 2, np.float64)


def _points(frames: int, rate: int) -> int:
    return frames * POINTS_PER_SECOND // rate + 1


def _background(power: Spectrum, half: int) -> Spectrum:
    """Return the median of the powers (points, bins) in the `half` bins on both sides."""
    padded = np.pad(power, ((0, 0), (half, half)), mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
    medians = np.median(around[:, ::EVERY_BINS], axis=2)
    known, bins = np.arange(medians.shape[1]) * EVERY_BINS, np.arange(power.shape[1])
    return np.stack([np.interp(bins, known, row) for row in medians])


def _peaks(urgent: NDArray[np.float64], apart: int) -> NDArray[np.int64]:
    """Return the most urgent bins, `apart` from each other, in rising order."""
    left = urgent.copy()
    chosen: list[int] = []
    while len(chosen) < MOST_LINES:
        best = int(left.argmax())
        if left[best] <= 0.0:
            break
        chosen.append(best)
        left[max(best - apart + 1, 0) : best + apart] = 0.0
    return np.sort(np.array(chosen, np.int64))


def apart(
    signal: NDArray[np.float32], hertz: NDArray[np.float64], rate: int
) -> tuple[Lines, NDArray[np.float32]]:
    """Return the tones near `hertz` (K,), and the signal without them.

    Everything is done in the spectrum of the whole signal, where a line is what lies around its
    frequency, up to half of POINTS_PER_SECOND. Where lines are near each other, they share. The
    bank joins a course's points by straight lines, which leaves images; they are taken away, too.
    """
    points = _points(len(signal), rate)
    width = -(-(points + POINTS_PER_SECOND) // POINTS_PER_SECOND) * POINTS_PER_SECOND
    frames = width * rate // POINTS_PER_SECOND
    left = np.fft.rfft(np.pad(signal.astype(np.float64), (0, frames - len(signal))))
    centres = np.rint(hertz * frames / rate).astype(int)
    near = np.arange(width) - width // 2
    images = near + width * np.arange(-IMAGES, IMAGES + 1)[:, None]
    joined = np.sinc(images / width) ** 2
    taken = np.exp(-0.5 * (near * rate / frames / WIDTH_HZ) ** 2)
    wanted = np.zeros(len(left))
    for centre in centres:
        wanted[_inside(centre + near, left)] += taken
    courses = np.zeros((len(centres), width), np.complex128)
    for _ in range(SWEEPS):
        found = [
            left[at] * taken / np.maximum(wanted[at], 1.0)
            for at in (_inside(centre + near, left) for centre in centres)
        ]
        courses += np.reshape(found, courses.shape)
        for centre, own in zip(centres, found, strict=True):
            np.subtract.at(left, _inside(centre + images, left), own * joined)
    course = np.fft.ifft(np.fft.ifftshift(courses, axes=1), axis=1).T * (2 * width / frames)
    rest = np.fft.irfft(left, frames)[: len(signal)].astype(np.float32)
    return Lines(centres * rate / frames, course[:points]), rest


def _inside(places: NDArray[np.int64], spectrum: NDArray[np.complex128]) -> NDArray[np.int64]:
    return np.clip(places, 0, len(spectrum) - 1)
