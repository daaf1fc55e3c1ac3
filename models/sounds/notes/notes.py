"""Measurements of a recorded note, frame by frame: phase, level, onset and release.

The phase is the recording's own: the note is heterodyned at its measured frequency and smoothed
over about three periods, so that the network learns to follow an oscillator exactly.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from scipy.ndimage import uniform_filter1d
from scipy.signal import fftconvolve, resample

ONSET_PART = 10 ** (-50 / 20)  # of the peak: threshold of the onset
PRE_ROLL_SECONDS = 0.001
LEVEL_SECONDS, LEVEL_PERIODS = 0.010, 3.0
FADE_SECONDS = 0.06  # a fall this close to the end of the file is an editor's fade, no release
_PHASE_PERIODS = 4.0  # of a Hann window, about three periods wide; nulls at every harmonic
_WEAK = 0.02  # of the strongest fundamental; below it the phase runs on at the mean frequency


@dataclass(frozen=True)
class Note:
    """A recorded note from its onset on; all arrays are (frames,)."""

    instrument: int
    pitch: float  # MIDI note number as measured
    velocity: float  # 0 … 1
    signal: NDArray[np.float32]
    phase: NDArray[np.float32]  # of the fundamental, radians, wrapped
    level_db: NDArray[np.float32]  # RMS re full scale
    release_frame: int  # release of the key; `len(signal)` if it was held to the end
    filled: bool = False  # resampled from a note of another pitch

    @property
    def held(self) -> bool:
        """Return True if the key was held to the end of the recording."""
        return self.release_frame >= len(self.signal)


def trim_to_onset(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return the signal without the silence in front."""
    magnitude = np.abs(signal)
    first = int(np.argmax(magnitude > ONSET_PART * magnitude.max()))
    return signal[max(first - int(PRE_ROLL_SECONDS * sample_rate), 0) :]


def measure_phase(
    signal: NDArray[np.float32], pitch: float, sample_rate: int
) -> tuple[NDArray[np.float32], float]:
    """Return the phase of the fundamental near `pitch`, and the measured pitch (within half a
    semitone).

    It is tracked in the strongest of the first harmonics, in most cases the fundamental itself.
    """
    frequency = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    time = np.arange(len(signal)) / sample_rate
    harmonic = _clearest_harmonic(signal, frequency, sample_rate)
    for _ in range(2):
        smoothed = _heterodyned(signal, harmonic * frequency, frequency, sample_rate)
        magnitude = np.abs(smoothed)
        strong = magnitude > _WEAK * magnitude.max()
        drift = np.unwrap(np.angle(smoothed[strong])) / harmonic
        slope = np.polyfit(time[strong], drift, 1, w=magnitude[strong])[0] / (2 * np.pi)
        carrier = 2 * np.pi * frequency * time
        if abs(slope) > 0.03 * frequency:
            break  # not this note's own: keep the label
        frequency += slope
    phase = carrier + np.interp(time, time[strong], drift)
    if harmonic > 1:  # its phase leaves the fundamental's open by parts of a turn
        fundamental = _heterodyned(signal, frequency, frequency, sample_rate)
        aligned = fundamental * np.exp(1j * (2 * np.pi * frequency * time - phase))
        turn = 2 * np.pi / harmonic
        phase = phase + turn * np.round(np.angle(aligned.sum()) / turn)
    wrapped = np.angle(np.exp(1j * phase))
    return wrapped.astype(np.float32), float(69.0 + 12.0 * np.log2(frequency / 440.0))


def _clearest_harmonic(signal: NDArray[np.float32], frequency: float, sample_rate: int) -> int:
    """Return the strongest of the first four; higher ones must be stronger, for they are
    stretched.
    """
    harmonics = [k for k in (1, 2, 3, 4) if k * frequency < 0.45 * sample_rate]
    powers = [
        np.mean(np.abs(_heterodyned(signal, k * frequency, frequency, sample_rate)) ** 2) / k**2
        for k in harmonics
    ]
    return harmonics[int(np.argmax(powers))]


def _heterodyned(
    signal: NDArray[np.float32], frequency: float, bandwidth: float, sample_rate: int
) -> NDArray[np.complex128]:
    """Return the band around `frequency` (Hz) moved to 0 Hz, without other multiples of
    `bandwidth`.
    """
    window = np.hanning(int(_PHASE_PERIODS * sample_rate / bandwidth) | 1)
    carrier = np.exp(-2j * np.pi * frequency / sample_rate * np.arange(len(signal)))
    smoothed: NDArray[np.complex128] = fftconvolve(
        signal * carrier, window / window.sum(), mode="same"
    )
    return smoothed


def measure_level(
    signal: NDArray[np.float32], pitch: float, sample_rate: int
) -> NDArray[np.float32]:
    """Return RMS in dB re full scale over three periods, at least 10 ms, around every frame."""
    frames = level_frames(pitch, sample_rate)
    power = uniform_filter1d(np.square(signal, dtype=np.float64), frames, mode="constant")
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float32)


def level_frames(pitch: float, sample_rate: int) -> int:
    """Return the number of frames over which the level of a note is measured."""
    frequency = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    return int(max(LEVEL_PERIODS / frequency, LEVEL_SECONDS) * sample_rate)


def find_release(level_db: NDArray[np.float32], sample_rate: int, hold_seconds: float = 0.0) -> int:
    """Return the frame from which the level falls much faster than before, or the length.

    With `hold_seconds`, the release can only be at that time.
    """
    frames = len(level_db)
    span = sample_rate // 4 if hold_seconds else sample_rate // 10
    last = frames - int(FADE_SECONDS * sample_rate) - span
    known = int(hold_seconds * sample_rate)
    candidates = range(known, known + 1) if known else range(span, last, sample_rate // 100)
    found, steepest = frames, -15.0 if known else -60.0  # dB per second
    for frame in candidates:
        if not span <= frame < last or level_db[frame] < -60.0:
            continue
        before = _slope(level_db[frame - span : frame], sample_rate)
        after = _slope(level_db[frame : frame + span], sample_rate)
        bend = after - float(np.clip(before, -60.0, 0.0))
        if bend < steepest:
            found, steepest = frame, bend
    return found


def _slope(level_db: NDArray[np.float32], sample_rate: int) -> float:
    """Return dB per second of a straight line through `level_db`."""
    time = np.arange(len(level_db)) / sample_rate
    time -= time.mean()
    return float(time @ level_db / (time @ time))


def detuned(note: Note, semitones: float) -> Note:
    """Return the note played slightly faster or slower."""
    ratio = 2.0 ** (semitones / 12.0)
    frames = next_fast_len(int(len(note.signal) / ratio))
    ratio = len(note.signal) / frames
    position = np.minimum(np.arange(frames) * ratio, len(note.signal) - 1)
    known = np.arange(len(note.signal))
    turning = np.exp(1j * note.phase)
    phase = np.angle(
        np.interp(position, known, turning.real) + 1j * np.interp(position, known, turning.imag)
    )
    return replace(
        note,
        pitch=note.pitch + 12.0 * float(np.log2(ratio)),
        signal=resample(note.signal, frames).astype(np.float32),
        phase=phase.astype(np.float32),
        level_db=np.interp(position, known, note.level_db).astype(np.float32),
        release_frame=round(note.release_frame / ratio),
    )
