"""The shipped models are in tune, at their level, and steady while a key is held."""

from functools import cache

import numpy as np
import pytest

from rtaudiogen.generator import Generator
from rtaudiogen.model_file import read_header
from rtaudiogen.models.measuring.played import measured_pitch
from rtaudiogen.models.playing.codes.rendered import play_note, play_texture, prepared
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


def test_all_instruments_are_about_as_loud_as_each_other() -> None:
    levels = [rms_db(note(index, 60)[:9600]) for index in range(len(INSTRUMENTS))]
    assert max(levels) - min(levels) < 14  # by power; loudness, and a slow attack, make up for it
    assert -32 < np.median(levels) < -12


@pytest.mark.parametrize("name", ["churchorgan", "strings", "cello", "choir", "clarinet", "flute"])
def test_a_held_key_of_a_sustained_instrument_keeps_its_level(name: str) -> None:
    for key in (40, 53, 65, 72, 77, 84):
        sound = play_note(generator(True), INSTRUMENTS.index(name), key, VELOCITY, 2.2)
        early, late = (rms_db(sound[int(t * 16000) :][:3200]) for t in (0.4, 1.9))
        assert early - late < 6, key  # an ensemble wavers


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_key_held_for_long_never_runs_away(name: str) -> None:
    sound = play_note(generator(True), INSTRUMENTS.index(name), 60.0, VELOCITY, 20.0)
    levels = [rms_db(second) for second in sound.reshape(20, -1)]
    assert max(levels[2:]) < max(levels[:2]) + 6
    assert np.isfinite(sound).all()


@pytest.mark.parametrize("name", PLACES)
def test_a_texture_sounds_and_stays(name: str) -> None:
    sound = play_texture(generator(False), PLACES.index(name), 3.0)
    for second in sound.reshape(3, -1):
        assert -50 < rms_db(second) < -6
