"""Finishing of a network's output to a hit that begins at once and ends in silence.

In this order: infinite and missing numbers, DC, and sound before the onset and after the end are
removed. A hit has ended where it is silent for a while, because a network may begin another sound
after that. A hit that the network's own end cuts off fades out. Then pitch, level, direction,
start, decay and fades are applied. After the level is set, every step only takes away.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from .pad_parameters import FARTHEST_PITCH

Signal = NDArray[np.float32]  # (frames,)

DC_HZ = 15.0  # lower frequencies are not sound
ATTACK_DB, ONSET_DB, END_DB = -20.0, -36.0, -66.0  # below the peak
REACH_SECONDS = 0.001  # from the onset to the attack at most, for low latency
PAUSE_SECONDS = 0.05  # of silence; longer than between the strokes of a clap
LEAD_SECONDS = 0.0005  # kept before the onset, and faded in
CUT_SECONDS = 0.0015  # of the fade-in if the attack itself is not played
SHORTEST_SECONDS = 0.2  # shorter hits would save nothing and be hard to see in the meters
FADE_OUT_SECONDS = 0.005
TAIL_SECONDS = 0.3  # of the fade of a hit that the network's end cuts
CUT_OFF_SECONDS = 0.01  # before that end: what sounds there is cut
PEAK = 10 ** (-1 / 20)  # amplitude that no hit exceeds
LOUDNESS = 10 ** (-9 / 20)  # RMS of the loudest LOUDNESS_SECONDS, which limits steady tones
LOUDNESS_SECONDS = 0.05
SILENCE = 10 ** (-60 / 20)  # peak below which a network's output is not made louder
DECAY_DB = 60.0  # fall of a shortened hit
UNDECAYED = 0.75  # above this decay the fall shrinks to 0 at 1
ZEROS = 24  # zero crossings of the resampling sinc on each side
POINTS = 512  # of its table between two zero crossings
CUTOFF = 0.95  # of the lower Nyquist frequency
STOPBAND_DB = 86.0


class Shape(NamedTuple):
    """A performer's changes of a hit."""

    pitch: float = 0.0  # semitones
    decay: float = 1.0  # share of the length
    start_ms: float = 0.0
    reverse: bool = False


PLAIN = Shape()


def longest_frames(frames: int) -> int:
    """Return the most frames that a hit of a network's `frames` can have."""
    return math.ceil(frames * math.exp2(FARTHEST_PITCH / 12)) + 1


def finished(raw: Signal, sample_rate: int, shape: Shape = PLAIN) -> Signal:
    """Return a hit in its own memory, (frames,), from a network's output, (frames,). [any]

    Its peak is at most -1 dBFS, it is finite and never empty; the compiled parts run without the
    GIL.
    """
    signal = np.empty(len(raw), np.float32)
    peak = _without_dc(raw, math.exp(-2.0 * math.pi * DC_HZ / sample_rate), signal)
    attack, onset, end_level = (peak * 10 ** (db / 20) for db in (ATTACK_DB, ONSET_DB, END_DB))
    reach, pause = (round(seconds * sample_rate) for seconds in (REACH_SECONDS, PAUSE_SECONDS))
    first, end = _extent(signal, attack, onset, end_level, reach, pause)
    first = max(0, first - round(LEAD_SECONDS * sample_rate))
    if end > len(signal) - round(CUT_OFF_SECONDS * sample_rate):
        _fade(signal[first:end], 0.0, 0, min(end - first, round(TAIL_SECONDS * sample_rate)))
    end = min(len(signal), max(end, first + round(SHORTEST_SECONDS * sample_rate)))
    signal = pitched(signal[first:end], shape.pitch)
    _set_level(signal, round(LOUDNESS_SECONDS * sample_rate))
    if shape.reverse:
        signal = signal[::-1]
    fade_out = round(FADE_OUT_SECONDS * sample_rate)
    skipped = round(shape.start_ms * sample_rate / 1000)
    signal = signal[min(skipped, max(0, len(signal) - fade_out)) :]
    signal = np.ascontiguousarray(signal[: max(fade_out, math.ceil(shape.decay * len(signal)))])
    fall = DECAY_DB * min(1.0, (1.0 - shape.decay) / (1.0 - UNDECAYED))
    fade_in = CUT_SECONDS if skipped or shape.reverse else LEAD_SECONDS
    _fade(signal, fall, round(fade_in * sample_rate), fade_out)
    return signal


def pitched(signal: Signal, semitones: float) -> Signal:
    """Return a signal resampled to sound higher and shorter, or lower and longer, unaliased.
    [any]
    """
    if semitones == 0 or not len(signal):
        return signal
    speed = 2.0 ** (semitones / 12)
    out = np.empty(max(1, math.ceil(len(signal) / speed)), np.float32)
    _resample(signal, speed, TABLE, out)
    return out


def _table() -> Signal:
    """Return one half of a Kaiser-windowed sinc, POINTS to a zero crossing, with one more 0 at its
    end.
    """
    x = np.arange(ZEROS * POINTS + 2) / POINTS
    beta = 0.1102 * (STOPBAND_DB - 8.7)  # Kaiser 1974
    window = np.i0(beta * np.sqrt(np.clip(1.0 - (x / ZEROS) ** 2, 0.0, None))) / np.i0(beta)
    return (np.sinc(x) * window * (x < ZEROS)).astype(np.float32)


TABLE = _table()


@cached_njit(nogil=True, error_model="numpy")
def _resample(signal: Signal, speed: float, table: Signal, out: Signal) -> None:
    """Set out[n] = the signal at n · speed, below the lower of the two Nyquist frequencies."""
    scale = CUTOFF * min(1.0, 1.0 / speed)  # zero crossings of the sinc per frame
    reach = ZEROS / scale
    step = np.float32(scale * POINTS)
    for n in range(len(out)):
        centre = n * speed
        first = max(0, math.ceil(centre - reach))
        last = min(len(signal) - 1, math.floor(centre + reach))
        total = np.float32(0.0)
        for k in range(first, last + 1):
            place = abs(np.float32(k - centre)) * step
            index = min(int(place), len(table) - 2)
            part = place - np.float32(index)
            weight = table[index] + part * (table[index + 1] - table[index])
            total += weight * signal[k]
        out[n] = total * np.float32(scale)


@cached_njit(nogil=True, error_model="numpy")
def _without_dc(raw: Signal, pole: float, out: Signal) -> float:
    """Set `out` = raw through a high-pass of first order, finite; return its peak."""
    before, state, peak = 0.0, 0.0, 0.0
    for n in range(len(raw)):
        value = float(raw[n])
        if not abs(value) <= 8.0:  # a valid output is below its filter's gain
            value = 0.0
        state = value - before + pole * state
        before = value
        out[n] = state
        peak = max(peak, abs(state))
    return peak


@cached_njit(nogil=True, error_model="numpy")
def _extent(
    signal: Signal, attack: float, onset: float, end: float, reach: int, pause: int
) -> tuple[int, int]:
    """Return the hit's first frame, as loud as an onset, and the frame after its end.

    The first frame as loud as an attack lies within `reach` of the onset; sound after a `pause` of
    frames quieter than `end` is left out.
    """
    strong = 0
    while strong < len(signal) - 1 and abs(signal[strong]) < attack:
        strong += 1
    first = max(0, strong - reach)
    while first < strong and abs(signal[first]) < onset:
        first += 1
    last = n = strong
    while n < len(signal) and n - last <= pause:
        if abs(signal[n]) >= end:
            last = n
        n += 1
    return first, min(last + 1, len(signal))


@cached_njit(nogil=True, error_model="numpy")
def _set_level(signal: Signal, window: int) -> None:
    """Bring to PEAK, or less if LOUDNESS would be exceeded; silence stays silence."""
    peak, energy, loudest = np.float32(0.0), 0.0, 0.0
    for n in range(len(signal)):
        peak = max(peak, abs(signal[n]))
        energy += float(signal[n]) ** 2
        if n >= window:
            energy -= float(signal[n - window]) ** 2
        loudest = max(loudest, energy)
    gain = 0.0
    if peak > SILENCE:
        gain = min(PEAK / float(peak), LOUDNESS / math.sqrt(loudest / window))
    for n in range(len(signal)):
        signal[n] *= np.float32(gain)


@cached_njit(nogil=True, error_model="numpy")
def _fade(signal: Signal, fall: float, fade_in: int, fade_out: int) -> None:
    """Fade in and out by half a cosine, and by `fall` dB in total in between."""
    frames = len(signal)
    step, envelope = 10.0 ** (-fall / 20.0 / frames), 1.0
    for n in range(frames):
        gain = envelope
        envelope *= step
        if n < fade_in:
            gain *= 0.5 - 0.5 * math.cos(math.pi * (n + 1) / (fade_in + 1))
        left = frames - n
        if left <= fade_out:
            gain *= 0.5 - 0.5 * math.cos(math.pi * left / (fade_out + 1))
        signal[n] *= np.float32(gain)
