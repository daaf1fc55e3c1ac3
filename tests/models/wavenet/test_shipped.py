"""The models that ship: in tune, at their level, and calm for as long as a key is held."""

from functools import cache

import numpy as np
import pytest

from rtaudiogen.generator import Generator
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.measuring.played import measured_pitch
from rtaudiogen.models.playing.codes.rendered import play_note, play_texture, prepared
from rtaudiogen.models.sounds.notes.envelope import Envelope, level_db
from rtaudiogen.models.wavenet.descriptor import WEIGHTS, describe
from rtaudiogen.models.wavenet.generator import create

pytestmark = pytest.mark.slow
KEYS, TEXTURES = (WEIGHTS / f"wavenet-{name}.safetensors" for name in ("keys-strings", "textures"))
INSTRUMENTS = read_header(KEYS).config["instruments"]
PLACES = read_header(TEXTURES).config["instruments"]
PITCHES = (40, 47, 54, 60, 66, 72, 79, 84)  # E2 … C6
VELOCITY = 0.7


@cache
def generator(keys: bool) -> Generator:
    return prepared(create, describe(KEYS if keys else TEXTURES))


@cache
def note(instrument: int, pitch: int) -> np.ndarray:
    return play_note(generator(True), instrument, pitch, VELOCITY, 0.6)


def rms_db(signal: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(signal**2) + 1e-12))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_is_in_tune_from_e2_to_c6(name: str) -> None:
    notes = [note(INSTRUMENTS.index(name), pitch) for pitch in PITCHES]
    heard = np.array([measured_pitch(sound[1600:], 16000) for sound in notes])
    assert np.median(np.abs(100 * (heard - PITCHES))) < 10


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_sounds_at_the_level_of_its_training_notes(name: str) -> None:
    index = INSTRUMENTS.index(name)
    envelope = Envelope.from_tensors(read_tensors(KEYS))
    only = np.eye(len(INSTRUMENTS), dtype=np.float32)[index]
    for pitch in PITCHES:
        times = np.arange(0.15, 0.6, 0.05)
        powers = [
            10 ** (level_db(envelope, only, float(pitch), VELOCITY, time, -1.0) / 10)
            for time in times
        ]
        expected = 10 * np.log10(np.mean(powers))
        assert abs(rms_db(note(index, pitch)[2400:]) - expected) < 6, pitch


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_key_held_for_a_minute_never_runs_away(name: str) -> None:
    sound = play_note(generator(True), INSTRUMENTS.index(name), 60.0, VELOCITY, 60.0)
    levels = [rms_db(second) for second in sound.reshape(60, -1)]
    assert max(levels[2:]) < max(levels[:2]) + 6
    assert np.isfinite(sound).all()


@pytest.mark.parametrize("name", PLACES)
def test_a_texture_sounds_and_stays(name: str) -> None:
    sound = play_texture(generator(False), PLACES.index(name), 3.0)
    for second in sound.reshape(3, -1):
        assert -50 < rms_db(second) < -6
