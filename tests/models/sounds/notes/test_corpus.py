"""The notes that a training reads from a folder."""

from pathlib import Path

import numpy as np
import soundfile

from rtaudiogen.models.sounds.notes.corpus import read_notes
from rtaudiogen.models.sounds.notes.envelope import level_db
from rtaudiogen.models.sounds.notes.envelope_measuring import envelope_of

RATE = 16000
LET_GO = 1.0


def write_bowed_notes(folder: Path, pitches: tuple[int, ...]) -> None:
    """Write notes of steady level, released after a second, that end within 0.3 s."""
    time = np.arange(int(1.4 * RATE)) / RATE
    level = np.minimum(time / 0.05, 1) * 10 ** (-np.maximum(time - LET_GO, 0) * 150 / 20)
    for pitch in pitches:
        turn = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time
        tone = level * sum(np.sin(k * turn + k) / k for k in (1, 2, 3))
        soundfile.write(folder / f"m{pitch:03d}_v090.wav", 0.3 * tone, RATE)


def test_a_note_resampled_by_far_is_held_as_long_as_its_source(tmp_path: Path) -> None:
    write_bowed_notes(tmp_path, (60, 61, 62))
    corpus = read_notes(tmp_path, RATE, (), 60, 72, LET_GO, lambda line: None)
    filled = [note for note in corpus.training if note.filled]
    assert {round(note.pitch) for note in filled} == set(range(63, 73))
    for note in filled:
        ratio = 2 ** ((62 - round(note.pitch)) / 12)
        assert abs(note.release_frame / RATE - LET_GO * ratio) < 0.03


def test_a_pitch_that_was_not_recorded_holds_its_level(tmp_path: Path) -> None:
    write_bowed_notes(tmp_path, (60, 61, 62))
    corpus = read_notes(tmp_path, RATE, (), 60, 74, LET_GO, lambda line: None)
    envelope, only = envelope_of(corpus, RATE), np.ones(1, np.float32)
    for pitch in range(60, 85):
        early, late = (level_db(envelope, only, pitch, 0.7, time, -1.0) for time in (0.5, 2.5))
        assert early - late < 1.0
