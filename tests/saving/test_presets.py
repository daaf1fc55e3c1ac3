"""Presets are restored as saved, and values that do not fit are reported."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.saving.presets import Preset, labels_of, load_preset, save_preset

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text('aé€😀" {}\\', max_size=6)
PRESETS = st.builds(
    Preset,
    values=st.dictionaries(NAMES, FINITE, max_size=8),
    seed=st.none() | st.integers(0, 2**63 - 1),
    model=NAMES,
    name=NAMES,
    labels=st.dictionaries(NAMES, NAMES, max_size=4),
    sound=NAMES,
    description=NAMES,
    tags=st.lists(NAMES, max_size=3).map(tuple),
    whole=st.booleans(),
    others=st.dictionaries(st.sampled_from(["", "colour", "others"]), st.none() | NAMES),
)
ORGAN = Descriptor(
    id="organ",
    family="test",
    name="Organ",
    summary="",
    plays=frozenset({Plays.NOTES}),
    sample_rate=16000,
    channels=1,
    voices=4,
    parameters=(
        Parameter("drawbar", "Drawbar", 0.0, 8.0, 4.0, stepped=True),
        Parameter("leslie", "Leslie", 0.0, 1.0, 0.0),
    ),
)
STOPS, MORE = ("flute", "reed", "string"), ("cello", "string", "flute")


def player(*labels: str) -> Descriptor:
    """Return a model with timbres of these names."""
    timbre = Parameter("timbre", "Timbre", 0.0, len(labels) - 1, 0.0, labels=labels)
    return replace(ORGAN, id="player", parameters=(timbre,))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PRESETS)
def test_a_preset_survives_json(preset: Preset) -> None:
    assert Preset.from_json(json.loads(json.dumps(preset.to_json()))) == preset


def test_a_preset_survives_its_file(tmp_path: Path) -> None:
    preset = Preset({"drawbar": 3.0, "swell": 0.25}, seed=7, model="organ", name="Küche & Kirche")
    save_preset(tmp_path / "deep" / "church.json", preset)
    assert load_preset(tmp_path / "deep" / "church.json") == preset
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["church.json"]


def test_values_a_model_does_not_know_are_kept_and_named() -> None:
    preset = Preset({"leslie": 0.5, "swell": 0.25})
    values, notices = preset.fit(ORGAN)
    assert values == {"leslie": 0.5}
    assert len(notices) == 1
    assert "swell" in notices[0]
    assert preset.to_json()["values"] == {"leslie": 0.5, "swell": 0.25}


@pytest.mark.parametrize(("value", "fitted"), [(0.0, 2.0), (2.0, 1.0), (2.25, 1.25), (1.75, 0.75)])
def test_a_timbre_is_found_by_its_name_in_another_order(value: float, fitted: float) -> None:
    labels = labels_of(player(*STOPS), {"timbre": value})
    values, notices = Preset({"timbre": value}, labels=labels).fit(player(*MORE))
    assert (values, notices) == ({"timbre": fitted}, ())


def test_a_timbre_that_a_model_lacks_is_told_by_its_name() -> None:
    values, notices = Preset({"timbre": 1.0}, labels={"timbre": "reed"}).fit(player(*MORE))
    assert values == {"timbre": 1.0}
    assert notices == ("player has no timbre 'reed'; it has 'string' instead",)


def test_a_timbre_of_the_same_model_stays_to_the_bit() -> None:
    model, value = player(*STOPS), 0.30000001192092896
    labels = labels_of(model, {"timbre": value})
    assert Preset({"timbre": value}, labels=labels).fit(model)[0] == {"timbre": value}


def test_values_out_of_range_are_clamped_and_named() -> None:
    values, notices = Preset({"leslie": 9.0, "drawbar": 2.6}).fit(ORGAN)
    assert values == {"leslie": 1.0, "drawbar": 3.0}
    assert len(notices) == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"rtaudiogen": "preset", "version": 1, "values": {"a": ', "damaged"),
        ('{"rtaudiogen": "preset", "version": 1, "values": {"a": NaN}}', "NaN"),
        ('{"rtaudiogen": "preset", "version": 1, "values": {"a": "loud"}}', 'values: a: "loud"'),
        (
            '{"rtaudiogen": "preset", "version": 1, "values": {"a": true}}',
            "a: true;",
        ),
        ('{"rtaudiogen": "preset", "version": 1, "values": [1, 2]}', "values: .* is a list"),
        ('{"rtaudiogen": "preset", "version": 1, "seed": -1}', "seed: -1; expected a whole number"),
        ('{"rtaudiogen": "preset", "version": 1, "seed": "1"}', 'seed: "1" is a text'),
        ('{"rtaudiogen": "preset", "version": 1, "name": 7}', "name: 7 is a number"),
        ('{"rtaudiogen": "preset", "version": 1, "labels": {"a": 1}}', "labels: a: 1 is a number"),
        ('{"rtaudiogen": "preset", "version": 1, "sound": 7}', "sound: 7 is a number"),
        ('{"rtaudiogen": "preset", "version": 1, "values": {"a": 1,}}', "a comma before '}'"),
        ('{"rtaudiogen": "preset", "version": 1, "seed": 1, "seed": 2}', "'seed' occurs twice"),
        ('{"rtaudiogen": "preset", "version": 2}', "newer"),
        ('{"rtaudiogen": "preset", "version": "x"}', "version"),
        ('{"rtaudiogen": "session", "version": 1}', "not an rtaudiogen preset"),
        ("[]", "not an rtaudiogen preset"),
        ("[" * 100_000, "damaged"),
        ("", "damaged"),
        ("\x00\xff", "damaged"),
    ],
)
def test_a_damaged_preset_is_refused_in_one_line(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(RtAudioGenError, match=complaint) as refusal:
        load_preset(path)
    assert "\n" not in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_missing_preset_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match="cannot be read"):
        load_preset(tmp_path / "none.json")


def test_a_failed_save_keeps_the_old_preset(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    save_preset(path, Preset({"leslie": 0.5}))
    with pytest.raises(ValueError, match="JSON"):
        save_preset(path, Preset({"leslie": float("nan")}))
    assert load_preset(path) == Preset({"leslie": 0.5})
    assert list(tmp_path.iterdir()) == [path]


def test_a_whole_preset_brings_the_defaults_of_what_it_leaves_out() -> None:
    assert Preset({"leslie": 0.5}).fit(ORGAN) == ({"leslie": 0.5}, ())
    assert Preset({"leslie": 0.5}, whole=True).fit(ORGAN) == ({"drawbar": 4.0, "leslie": 0.5}, ())


def test_unknown_fields_are_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_text('{"rtaudiogen": "preset", "version": 1, "valuse": {"leslie": 1}, "marks": [1]}')
    preset = load_preset(path)
    assert len(told := list(preset.remarks())) == 2
    assert told[0].startswith("'valuse' is unknown")
    assert told[0].endswith("did you mean 'values'?")
    save_preset(path, preset)
    kept = json.loads(path.read_text())
    assert (kept["valuse"], kept["marks"]) == ({"leslie": 1}, [1])
