"""Measures of played notes and textures: pitch, level, long holds, speed. Everything is
[control].
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Generator

from ..playing.codes.rendered import BLOCK, play_note, play_texture
from ..sounds.notes.corpus import Corpus
from ..sounds.notes.notes import Note
from .texture_metrics import compared

NOTE_SECONDS = 1.0  # length of a measured note
STEADY = (0.15, 0.9)  # the part of it, in seconds, that is compared
HELD_SECONDS, FROM_SECONDS, UNTIL_SECONDS = 2.5, 0.5, 2.0  # a held key's level is compared
HELD_KEYS = range(40, 85)  # E2 … C6
_AROUND = 0.1  # seconds on both sides, over which such a level is measured
IN_TUNE_CENTS = 25.0
_UPSAMPLED = 4  # for the pitch estimator, whose lag is a whole number of frames


def judge_notes(
    generator: Generator,
    instruments: Sequence[str],
    corpus: Corpus,
    pitch_step: int,
    hold_seconds: float,
) -> dict[str, Any]:
    """Return pitch and level of every instrument, and the number of voices in real time.

    `pitch_step` in semitones from E2 to C6; `hold_seconds` 0 leaves out the long hold.
    """
    judged: dict[str, Any] = {}
    for index, name in enumerate(instruments):
        recorded = [
            sound
            for sound in (*corpus.training, *corpus.held_out)
            if isinstance(sound, Note) and sound.instrument == index
        ]
        judged[name] = judge_instrument(generator, index, recorded, pitch_step)
        judged[name] |= worst_drop(generator, index)
        if hold_seconds:
            judged[name]["hold_rise_db"] = hold_rise(generator, index, hold_seconds)
    return {"instruments": judged, "voices_in_real_time": voices_in_real_time(generator)}


def judge_textures(
    generator: Generator, instruments: Sequence[str], corpus: Corpus, seconds: float
) -> dict[str, Any]:
    """Return how every texture compares with its recordings; see `texture_metrics`."""
    judged: dict[str, Any] = {}
    for index, name in enumerate(instruments):
        recorded = [sound.signal for sound in corpus.training if sound.instrument == index]
        sound = play_texture(generator, index, seconds)
        judged[name] = compared(sound, np.concatenate(recorded), generator.sample_rate)
    return judged


def judge_instrument(
    generator: Generator, instrument: int, recorded: Sequence[Note], pitch_step: int
) -> dict[str, Any]:
    """Return pitch and level of notes from E2 to C6."""
    rate = generator.sample_rate
    velocities = sorted({note.velocity for note in recorded})
    velocity = velocities[len(velocities) // 2]
    first, last = (int(edge * rate) for edge in STEADY)
    sounds = _played(generator, instrument, velocity, pitch_step)
    levels = [
        _level_db(sound[first:last]) - _level_db(note.signal[first:last])
        for key, sound in sounds.items()
        for note in recorded
        if round(note.pitch) == key and note.velocity == velocity
    ]
    return _pitches(sounds, rate) | {
        "median_level_error_db": rounded(float(np.median(levels)), 1),
        "largest_level_error_db": rounded(float(np.abs(levels).max()), 1),
    }


def judge_pitches(
    generator: Generator, instrument: int, velocity: float, pitch_step: int
) -> dict[str, Any]:
    """Measure the pitch of notes from E2 to C6."""
    sounds = _played(generator, instrument, velocity, pitch_step)
    return _pitches(sounds, generator.sample_rate)


def _played(
    generator: Generator, instrument: int, velocity: float, pitch_step: int
) -> dict[int, NDArray[np.float32]]:
    return {
        key: play_note(generator, instrument, key, velocity, NOTE_SECONDS)
        for key in range(HELD_KEYS[0], HELD_KEYS[-1] + 1, pitch_step)
    }


def _pitches(sounds: Mapping[int, NDArray[np.float32]], rate: int) -> dict[str, Any]:
    first, last = (int(edge * rate) for edge in STEADY)
    off = np.abs(
        [100 * (measured_pitch(sound[first:last], rate) - key) for key, sound in sounds.items()]
    )
    return {
        "median_pitch_error_cents": rounded(float(np.median(off)), 1),
        "largest_pitch_error_cents": rounded(float(off.max()), 1),
        "in_tune": rounded(float((off < IN_TUNE_CENTS).mean())),
    }


def measured_pitch(signal: NDArray[np.float32], sample_rate: int) -> float:
    """Return the MIDI note number by an estimator that is independent of the network.

    pYIN (Mauch & Dixon 2014) finds the note between C2 and C7, in steps of 10 cents; plain YIN (de
    Cheveigné & Kawahara 2002) around it, four times upsampled, finds the cents.
    """
    import librosa

    coarse, voiced, _ = librosa.pyin(
        signal, sr=sample_rate, fmin=65.0, fmax=2100.0, frame_length=2048, hop_length=1024
    )
    if not voiced.any():
        return 0.0
    near = float(np.median(coarse[voiced]))
    rate = sample_rate * _UPSAMPLED
    exact = librosa.yin(
        soxr.resample(signal, sample_rate, rate), sr=rate, frame_length=8192,
        fmin=near * 2 ** (-1 / 12), fmax=near * 2 ** (1 / 12),
    )  # fmt: skip
    return float(np.median(librosa.hz_to_midi(exact)))


def hold_rise(generator: Generator, instrument: int, seconds: float) -> float:
    """Return by how many dB the loudest second of a long hold exceeds the first two; ≤ 0: never."""
    sound = play_note(generator, instrument, 60.0, 0.7, seconds)
    rate = generator.sample_rate
    levels = [_level_db(part) for part in sound[: int(seconds) * rate].reshape(-1, rate)]
    return rounded(max(levels[2:]) - max(levels[:2]), 1)


def worst_drop(
    generator: Generator, instrument: int, keys: Sequence[int] = HELD_KEYS
) -> dict[str, Any]:
    """Return which of the keys loses most from 0.5 to 2 s of being held, and how much, in dB."""
    drops = {key: _drop(play_note(generator, instrument, key, 0.75, HELD_SECONDS),
                        generator.sample_rate) for key in keys}  # fmt: skip
    worst = max(drops, key=lambda key: drops[key])
    return {"worst_drop_db": rounded(drops[worst], 1), "worst_drop_key": worst}


def _drop(sound: NDArray[np.float32], rate: int) -> float:
    before, after = (
        _level_db(sound[int((time - _AROUND) * rate) : int((time + _AROUND) * rate)])
        for time in (FROM_SECONDS, UNTIL_SECONDS)
    )
    return before - after


def voices_in_real_time(generator: Generator, seconds: float = 2.0) -> float:
    """Return seconds of sound of one voice rendered per second, while all voices sound."""
    parameters = generator.descriptor.defaults()
    generator.reset(1)
    out = np.zeros((BLOCK, 1), np.float32)
    voices = generator.descriptor.voices
    for voice in range(voices):
        start = event(0, EventKind.NOTE_ON, voice, 60.0 + 4 * voice, 0.8)
        generator.render(out[:1], parameters, start)
    return rounded(voices * _speed(generator, out, parameters, seconds))


def texture_speed(generator: Generator, seconds: float = 2.0) -> float:
    """Return seconds of sound per second."""
    generator.reset(1)
    out = np.zeros((BLOCK, generator.descriptor.channels), np.float32)
    return rounded(_speed(generator, out, generator.descriptor.defaults(), seconds))


def _speed(
    generator: Generator, out: NDArray[np.float32], parameters: NDArray[np.float32], seconds: float
) -> float:
    blocks = int(seconds * generator.sample_rate / BLOCK)
    started = time.process_time()
    for _ in range(blocks):
        generator.render(out, parameters, no_events())
    return blocks * BLOCK / generator.sample_rate / (time.process_time() - started)


def _level_db(signal: NDArray[np.float32]) -> float:
    power = float(np.mean(np.square(signal, dtype=np.float64))) if len(signal) else 0.0
    return float(10 * np.log10(max(power, 1e-12)))


def rounded(value: float, digits: int = 2) -> float:
    """Return a plain number of so many digits behind the point."""
    return round(float(value), digits)
