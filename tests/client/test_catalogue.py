"""The catalogue lists devices, ports and models for the window."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.client import catalogue
from rtaudiogen.engine import benchmark
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.saving.documents import write_document
from rtaudiogen.storage.folders import HOME_VARIABLE


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


def measured(speeds: object) -> None:
    fields = {"machine": "this one", "speeds": speeds}
    write_document(benchmark._file(), benchmark.KIND, benchmark.VERSION, fields)


def test_benchmarked_models_have_a_real_time_factor() -> None:
    assert catalogue.models().factors == {}
    measured({"sine": 250.0, "gone": 3})
    models = catalogue.models()
    assert models.factors == {"sine": 250.0, "gone": 3.0}
    described = models.find("sine")
    assert described is not None


@pytest.mark.parametrize("speeds", [[1], {"sine": "fast"}, {"sine": -1.0}, None])
def test_damaged_measurements_are_none(speeds: object) -> None:
    measured(speeds)
    assert catalogue.models().factors == {}


def test_a_sound_is_written_whole_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(size=(1000, 2)).astype(np.float32)
    for name in ("a.wav", "b.wav"):
        catalogue.write_sound(tmp_path / "new" / name, sound, 44100)
    read, rate = soundfile.read(tmp_path / "new" / "a.wav", dtype="float32")
    assert rate == 44100
    np.testing.assert_array_equal(read, sound)
    assert (tmp_path / "new" / "a.wav").read_bytes() == (tmp_path / "new" / "b.wav").read_bytes()
    (tmp_path / "file").touch()
    with pytest.raises(RtAudioGenError, match="cannot be written"):
        catalogue.write_sound(tmp_path / "file" / "c.wav", sound, 44100)
