"""A sound file is played through the engine's own output, beside the rack."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.settings import EngineSettings

from ..waiting import eventually

RATE = 48000
SETTINGS = EngineSettings(output="null", sample_rate=RATE, midi="none")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def tone(path: Path, seconds: float, rate: int = 16000, hz: float = 1000.0) -> Path:
    signal = 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)
    soundfile.write(path, signal, rate, subtype="FLOAT")
    return path


def test_a_file_is_heard_once_on_both_sides_at_its_own_pitch(engine, tmp_path):
    take = engine.record(str(tmp_path / "take.wav"))
    engine.start()
    engine.play_sound(str(tone(tmp_path / "clip.wav", 0.5)))
    eventually(lambda: engine.pads.hits.sounding() == 0)
    engine.stop_recording()
    sound, _ = soundfile.read(take, dtype="float32")
    heard = np.flatnonzero(np.abs(sound[:, 0]) > 0.01)
    assert (heard[-1] - heard[0]) / RATE == pytest.approx(0.5, abs=0.02)
    assert np.abs(sound).max() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    crossings = np.sum(np.diff(np.signbit(sound[heard[0] : heard[-1], 0])) != 0)
    assert crossings / 2 / 0.5 == pytest.approx(1000, rel=0.02)


def test_one_is_auditioned_at_a_time_and_it_can_be_ended(engine, tmp_path):
    engine.start()
    clip = str(tone(tmp_path / "clip.wav", 30.0))
    engine.play_sound(clip)
    engine.play_sound(clip)
    eventually(lambda: engine.pads.hits.sounding() == 1)
    engine.play_sound()
    eventually(lambda: engine.pads.hits.sounding() == 0)
    engine.play_sound()


def test_a_bad_sound_is_refused_in_one_line_and_others_play_on(engine, tmp_path):
    engine.start()
    engine.play_sound(str(tone(tmp_path / "clip.wav", 30.0)))
    (tmp_path / "bad.wav").write_text("no sound")
    for name in ("bad.wav", "nowhere.wav"):
        with pytest.raises(RtAudioGenError, match=name) as refused:
            engine.play_sound(str(tmp_path / name))
        assert "\n" not in str(refused.value)
    assert engine.pads.hits.sounding() == 1


def test_a_front_end_has_the_verb(tmp_path):
    engine = EngineProcess(SETTINGS)
    try:
        engine.start()
        engine.play_sound(str(tone(tmp_path / "clip.wav", 10.0)))
        eventually(lambda: np.abs(engine.tap_frames()).max(initial=0.0) > 0.4)
    finally:
        engine.close()
