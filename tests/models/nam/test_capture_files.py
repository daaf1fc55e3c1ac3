"""Files of captures are described, or refused in one line that names the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.nam.descriptor import describe
from rtaudiogen.registry import find, model_files

from . import made_up_captures as made
from .made_up_captures import Json, written


def changed(capture: Json, change: Json) -> Json:
    """Return a capture with values in the place of others, also of its configuration."""
    config = {**capture["config"], **change.pop("config", {})}
    return {**capture, "config": config, **change}


def layer(**change: Any) -> Json:
    return {"config": {"layers": [{**made.ARRAY, **change}, made.LAST]}}


REFUSED: list[tuple[Json, str]] = [
    ({"version": "0.8.0"}, r"'version' is '0.8.0'; expected 0.5.0 … 0.7.x"),
    ({"version": "1.2"}, "three numbers"),
    ({"version": None}, "'version' is None"),
    ({"architecture": "CatLSTM"}, "'architecture' is 'CatLSTM'; expected one of WaveNet"),
    ({"weights": [0.1] * 10}, "10 weights, but its configuration needs"),
    ({"weights": [0.1] * 5000}, "5000 weights, but its configuration needs"),
    ({"weights": [1e39] * 100}, "weight 1 is not a finite float32"),
    ({"weights": [True, "x"]}, "not a number"),
    ({"weights": None}, "not a list of numbers"),
    ({"sample_rate": 1e9}, "'sample_rate' is 1000000000.0; expected a number in 8000"),
    (layer(channels=0), "layers 1: 'channels' is 0; expected a whole number in 1 … 256"),
    (layer(dilations=[]), "'dilations' is"),
    (layer(dilations=[1, -2]), "expected a whole number in 1"),
    (layer(activation="Loud"), "'type' is 'Loud'; expected one of tanh"),
    (layer(gating_mode="half"), "expected one of none, gated, blended"),
    (layer(groups_input=3), "cannot be 3 groups"),
    (layer(head={"out_channels": "x"}), "layers 1: head: 'out_channels' is 'x'"),
    ({"config": {"layers": "none"}}, "'layers' is 'none'; expected a list"),
    ({"config": {"condition_dsp": [1]}}, "'condition_dsp' is"),
]


@pytest.mark.parametrize(("change", "word"), REFUSED)
def test_a_wrong_value_is_refused(tmp_path: Path, change: Json, word: str) -> None:
    path = written(tmp_path / "wrong.nam", changed(made.wavenet(), dict(change)))
    with pytest.raises(RtAudioGenError, match=word) as refused:
        describe(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "Expecting value"),
        (b"\x80\x02}", "not text in UTF-8"),
        (b"[1, 2]", "not an object"),
        (b'{"weights": [NaN]}', "NaN is not a number"),
        (b'{"a": ' + b"[" * 50_000, "deep"),
        (b'{"a": "' + b"x" * (17 << 20) + b'"}', "expected at most"),
    ],
)
def test_a_file_other_than_a_capture_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "other.nam"
    path.write_bytes(content)
    with pytest.raises(RtAudioGenError, match=word) as refused:
        describe(path)
    assert "\n" not in str(refused.value)


def test_models_deep_within_each_other_are_refused(tmp_path: Path) -> None:
    capture = made.lstm()
    for _ in range(4):
        inner = [{"max_value": 1.0, "model": capture}]
        capture = {**made.container(), "config": {"submodels": inner}}
    with pytest.raises(RtAudioGenError, match="more than 3 deep"):
        describe(written(tmp_path / "deep.nam", capture))


def test_a_container_of_two_rates_is_refused(tmp_path: Path) -> None:
    capture = made.container()
    capture["config"]["submodels"][0]["model"]["sample_rate"] = 44100
    with pytest.raises(RtAudioGenError, match=r"different sample rates \(44100, 48000 Hz\)"):
        describe(written(tmp_path / "two.nam", capture))


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match=r"none\.nam"):
        find(tmp_path / "none.nam")


def test_a_file_tells_its_gear_its_levels_and_its_sizes(tmp_path: Path) -> None:
    described = describe(written(tmp_path / "small.nam", made.container()))
    assert (described.id, described.name, described.sample_rate) == ("small", "Small one", 48000)
    assert described.summary == "Nobody Nothing, amp, crunch (SlimmableContainer)"
    ids = [parameter.id for parameter in described.parameters]
    assert ids == ["input", "output", "normalise", "calibrate", "interface", "size"]
    assert described.parameters[-1].labels == ("1 of 2", "2 of 2")


def test_a_level_missing_from_the_file_has_no_parameter(tmp_path: Path) -> None:
    for metadata in (None, {}, {"loudness": "loud", "name": 7, "input_level_dbu": True}):
        plain = {**made.wavenet(), "metadata": metadata}
        described = describe(written(tmp_path / "plain.nam", plain))
        assert [parameter.id for parameter in described.parameters] == ["input", "output"]
        assert described.name == "plain"


def test_a_folder_of_captures_is_a_folder_of_models(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.nam", made.KINDS[name]()) for name in ("linear", "lstm")]
    (tmp_path / "notes.txt").write_text(json.dumps({}))
    assert model_files(tmp_path) == paths
