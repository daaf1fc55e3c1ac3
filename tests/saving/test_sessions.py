"""Sessions restore the rack as it was saved."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.saving.presets import Preset
from rtaudiogen.saving.sessions import Mix, Session, SlotState, load_session, save_session

from .. import json_to_damage, session_reading

NAMES = st.text('aé€😀" {}\\', max_size=6)
VALUES = st.dictionaries(NAMES, st.floats(allow_nan=False, allow_infinity=False), max_size=5)
KEYS = st.integers(0, 127)
SEEDS = st.integers(0, 2**63 - 1)
OTHERS = st.sampled_from([{}, {"": None}, {"others": [1, {"a": True}], "colour": "red"}])
MIXES = st.builds(
    Mix,
    gain_db=st.floats(-60, 12),
    pan=st.floats(-1, 1),
    mute=st.booleans(),
    solo=st.booleans(),
    channel=st.integers(0, 16),
    low_key=KEYS,
    high_key=KEYS,
    transpose=st.integers(-48, 48),
    bend_range=st.floats(0, 48),
    width=st.none() | st.floats(0, 1),
    key_pan=st.none() | st.floats(0, 1),
    others=OTHERS,
)
SLOTS = st.builds(
    SlotState,
    model=NAMES.filter(str.strip),
    values=VALUES,
    seed=SEEDS,
    mix=MIXES,
    controls=st.dictionaries(KEYS, NAMES, max_size=4),
    programs=st.dictionaries(KEYS, st.builds(Preset, values=VALUES, seed=SEEDS), max_size=3),
    sound=NAMES,
    others=OTHERS,
)
SESSIONS = st.builds(
    Session,
    slots=st.lists(SLOTS, max_size=3).map(tuple),
    output=NAMES,
    input=NAMES,
    sample_rate=st.just(0) | st.integers(4000, 384_000),
    block_frames=st.integers(0, 8192),
    latency_ms=st.floats(1, 2000),
    midi=NAMES,
    master_gain_db=st.floats(-60, 6),
    others=OTHERS,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SESSIONS)
def test_a_session_survives_json(session: Session) -> None:
    assert Session.from_json(json.loads(json.dumps(session.to_json()))) == session


def test_a_session_survives_its_file(tmp_path: Path) -> None:
    slot = SlotState(
        "wavenet-keys-strings",
        values={"temperature": 0.7, "from-a-later-version": 3.0},
        seed=11,
        mix=Mix(gain_db=-3.0, channel=2, low_key=36, high_key=72),
        controls={1: "morph"},
        programs={0: Preset({"timbre": 2.0}, name="Cello")},
        sound="/home/me/rain.wav",
    )
    session = Session(
        (slot, replace(slot, model="sine")),
        output="USB Audio",
        input="USB Audio",
        sample_rate=44100,
    )
    save_session(tmp_path / "gig.json", session)
    assert load_session(tmp_path / "gig.json") == session


def file_of(path: Path, content: Any) -> Path:
    """Write a session file: text as it is, or fields under the right heading."""
    if not isinstance(content, str):
        content = json.dumps({"rtaudiogen": "session", "version": 1, **content})
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("slot", "complaint"),
    [
        ({}, "'model' is missing"),
        ({"model": "  "}, "'model' is missing"),
        ({"model": 3}, 'model: 3 is a number; expected a text, "…"'),
        ({"model": "a\x1b[2J"}, "model: .* without control characters"),
        ({"sound": "a\u2028b"}, "sound: .* without control characters"),
        ({"model": "m" * 5000}, "model: a text of 5000 characters"),
        ({"sound": 3}, "sound: 3 is a number"),
        ({"mix": {"mute": "false"}}, 'mute: "false" is a text; expected true or false'),
        ({"mix": {"solo": 2}}, "solo: 2 is a number; expected true or false"),
        ({"mix": {"mute": None}}, "mute: null; expected true or false"),
        ({"mix": {"pan": 2}}, "pan: 2; expected -1 … 1"),
        ({"mix": {"pan": True}}, "pan: true; expected -1 … 1"),
        ({"mix": {"channel": 1.5}}, "channel: 1.5; expected a whole number, 0 … 16"),
        ({"mix": {"channel": 1e300}}, "channel: 1e.300; expected a whole number"),
        ({"mix": []}, "is a list; expected the mix"),
        ({"seed": "7"}, 'seed: "7" is a text'),
        ({"seed": 2**63}, "seed: 9223372036854775808; expected"),
        ({"voices": -1}, "voices: -1; expected"),
        ({"values": {"level": "-3"}}, 'values: level: "-3" is a text; expected a number'),
        ({"values": {"level": None}}, "values: level: null; expected a number"),
        ({"values": [1]}, "values: .* is a list"),
        ({"controls": {"x": "morph"}}, "controls: x: expected a number of 0 … 127"),
        ({"controls": {"-1": "morph"}}, "controls: -1: expected"),
        ({"controls": {"٣": "morph"}}, "controls: ٣: expected"),
        ({"controls": {"1": ["morph"]}}, "controls: 1: .* is a list; expected a text"),
        ({"programs": {"200": {}}}, "programs: 200: expected a number of 0 … 127"),
        ({"programs": {"2": {"values": {"a": ""}}}}, "programs: 2: values: a: .* is a text"),
        ({"programs": {"2": None}}, "programs: 2: null; expected an object"),
        ("sine", '"sine" is a text; expected {"model"'),
        (None, 'null; expected {"model"'),
    ],
)
def test_wrong_field_is_named_with_its_slot(tmp_path: Path, slot: Any, complaint: str) -> None:
    if isinstance(slot, dict) and slot and "model" not in slot:
        slot = {"model": "sine", **slot}
    path = file_of(tmp_path / "bad.json", {"slots": [{"model": "sine"}, slot]})
    with pytest.raises(RtAudioGenError, match=f"bad.json: slot 2: .*{complaint}") as refusal:
        load_session(path)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, "'slots' is missing; expected a list of slots"),
        ({"slots": None}, "slots: null; expected a list of slots"),
        ({"slots": {"0": {}}}, "slots: .* is an object; expected a list of slots"),
        ({"slots": [], "sample_rate": 44100.5}, "sample_rate: 44100.5; expected a whole number"),
        ({"slots": [], "sample_rate": 1}, "sample_rate: 1; expected 4000 … 384000, or 0"),
        ({"slots": [], "latency_ms": 0}, "latency_ms: 0; expected 1 … 2000"),
        ({"slots": [], "output": 3}, "output: 3 is a number; expected a text"),
        ({"slots": [], "master_gain_db": 7}, "master_gain_db: 7; expected -60 … 6"),
        ({"slots": [], "version": "1"}, "'version' is \"1\"; expected 1"),
        ({"slots": [], "version": True}, "'version' is true; expected 1"),
        ({"slots": [], "version": 0}, "'version' is 0; expected 1"),
        ({"slots": [], "version": 1.5}, "'version' is 1.5; expected 1"),
        ({"slots": [], "version": None}, "'version' is missing; expected 1"),
        ({"slots": [], "version": 99}, "version 99 of a newer rtaudiogen"),
        ({"slots": [], "version": 10**300}, "version 1000.*… of a newer"),
        ({"slots": [], "rtaudiogen": "preset"}, "not an rtaudiogen session, but a preset"),
        ({"slots": [], "later": "\ud800"}, "later: half a character"),
    ],
)
def test_wrong_session_field_is_named(tmp_path: Path, content: Any, complaint: str) -> None:
    path = file_of(tmp_path / "bad.json", content)
    with pytest.raises(RtAudioGenError, match=f"bad.json: .*{complaint}") as refusal:
        load_session(path)
    assert str(refusal.value).isprintable()


HEAD = '{"rtaudiogen": "session", "version": 1, "slots": '


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "an empty file"),
        (" \n", "an empty file"),
        ("null", "not an rtaudiogen session"),
        ("// my gig\n" + HEAD + "[]}", "line 1, column 1: a comment"),
        (HEAD + "[] /* none */}", "line 1, column 53: a comment"),
        (HEAD + "[],\n}", "line 2, column 1: there is a comma before '}'; take it out"),
        (HEAD + '[{"model": "sine",}]}', "there is a comma before '}'"),
        (HEAD + '[{"model": "sine"},]}', "there is a comma before ']'"),
        (HEAD + "[{'model': 'sine'}]}", "between double quotes"),
        (HEAD + '[{“model”: "sine"}]}', "between straight quotes"),
        (HEAD + '[], "mute": True}', "in small letters: true"),
        (HEAD + r'[{"model": "C:\sounds\x"}]}', "a backslash in a text is written twice"),
        (HEAD + '[{"model": "si\nne"}]}', "a line break or a tab inside a text"),
        (HEAD + '[{"model": "sine"}', "the file ends too early"),
        (HEAD + "[]} []", "extra data"),
        (HEAD + '[], "slots": []}', "'slots' occurs twice"),
        (HEAD + '[{"model": "a", "model": "b"}]}', "slot 1: 'model' occurs twice"),
        (
            HEAD + '[{"model": "a", "values": {"x": NaN}}]}',
            "slot 1: values: x: NaN;",
        ),
        (HEAD + '[{"model": "a", "values": {"x": 1e999}}]}', "slot 1: values: x: .* too large"),
        (HEAD + '[], "later": -Infinity}', "later: .* too large"),
        (HEAD + '[{"model": "a", "seed": ' + "9" * 5000 + "}]}", "slot 1: seed: .* too large"),
        (HEAD + "[" * 100_000, "nested more than 64 deep"),
        (HEAD + "[" * 70 + "]" * 70 + "}", "nested more than 64 deep"),
        (HEAD + '[], "later": ' + '{"a":' * 70 + "1" + "}" * 70 + "}", "nested more than 64 deep"),
    ],
)
def test_broken_json_is_refused_with_its_place(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = file_of(tmp_path / "bad.json", content)
    with pytest.raises(RtAudioGenError, match=f"bad.json: .*{complaint}") as refusal:
        load_session(path)
    assert str(refusal.value).isprintable()


def test_session_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes((HEAD + '[{"model": "Flügel"}]}').encode("cp1252"))
    with pytest.raises(RtAudioGenError, match="damaged: byte 63 is not UTF-8"):
        load_session(path)


def test_session_larger_than_any_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: it takes no room on the disk
    with pytest.raises(RtAudioGenError, match="larger than 16 MiB"):
        load_session(path)


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + '[{"model": "sine"}]}').encode("utf-8-sig"),
        (HEAD + '[{"model": "sine"}]}').encode("utf-16"),
        (HEAD + '[{"model": "sine"}]}').replace(" 1,", " 1e0,").encode(),
        (HEAD + '[{"model": "sine", "mix": {"mute": 0, "solo": 0.0}}]}').encode(),
        (HEAD + '[{"model": "sine", "seed": 0.0, "mix": {"channel": 0.0}}]}').encode(),
        (HEAD + '[{"model": "sine"}]}').replace(", ", ",\r\n").encode(),
    ],
)
def test_equivalent_encodings_of_a_session_are_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "good.json").write_bytes(content)
    assert load_session(tmp_path / "good.json") == Session((SlotState("sine"),))


def test_unknown_fields_are_told_and_kept(tmp_path: Path) -> None:
    slot = {
        "model": "sine", "mixx": {"pan": 1.0}, "mix": {"gain": -60}, "programs": {"3": {"sed": 1}}
    }  # fmt: skip
    path = file_of(tmp_path / "gig.json", {"slots": [slot], "colour": [1, {"a": None}]})
    session = load_session(path)
    told = list(session.remarks())
    assert len(told) == 4
    for start, end in (
        ("'colour' is unknown", "it is kept"),
        ("slot 1: 'mixx' is unknown", "did you mean 'mix'?"),
        ("slot 1: 'gain' is unknown", "did you mean 'gain_db'?"),
        ("slot 1: program 3: 'sed' is unknown", "did you mean 'seed'?"),
    ):
        assert any(line.startswith(start) and line.endswith(end) for line in told), told
    save_session(path, session)
    kept = json.loads(path.read_text("utf-8"))
    assert kept["colour"] == [1, {"a": None}]
    assert kept["slots"][0]["mixx"] == {"pan": 1.0}
    assert kept["slots"][0]["mix"]["gain"] == -60
    assert kept["slots"][0]["programs"]["3"]["sed"] == 1
    assert load_session(path) == session


def test_keys_that_nobody_can_play_are_told(tmp_path: Path) -> None:
    slot = {"model": "sine", "mix": {"low_key": 70, "high_key": 50}}
    session = load_session(file_of(tmp_path / "gig.json", {"slots": [slot]}))
    assert list(session.remarks()) == ["slot 1: low_key 70 is above high_key 50: no key plays"]


def test_files_beside_the_session_are_found(tmp_path: Path) -> None:
    (tmp_path / "loop.wav").write_bytes(b"")
    slots = [
        {"model": "sine", "sound": name}
        for name in ("loop.wav", "gone.wav", "/gone.wav", "é" * 300)
    ]
    session = load_session(file_of(tmp_path / "gig.json", {"slots": slots}))
    heard = [slot.sound for slot in session.slots]
    assert heard == [str(tmp_path / "loop.wav"), "gone.wav", "/gone.wav", "é" * 300]


@pytest.mark.parametrize("read", ["session", "preset"])
def test_damaged_file_is_read_or_refused_in_one_line(tmp_path: Path, read: str) -> None:
    path, make = tmp_path / "damaged.json", getattr(json_to_damage, f"{read}_with_wrong_values")
    refusals = []
    for number in range(150):
        path.write_bytes(make(random.Random(number)))
        try:
            getattr(session_reading, f"read_{read}")(path)
        except RtAudioGenError as refusal:
            refusals.append(str(refusal))
    assert len(refusals) > 50
    assert all(map(str.isprintable, refusals))
