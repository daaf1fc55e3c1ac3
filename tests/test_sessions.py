"""Sessions: the rack comes back as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.presets import Preset
from rtaudiogen.sessions import Mix, Session, SlotState, load_session, save_session

VALUES = st.dictionaries(
    st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False), max_size=5
)
KEYS = st.integers(0, 127)
SEEDS = st.integers(0, 2**63 - 1)
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
)
SLOTS = st.builds(
    SlotState,
    model=st.text(min_size=1, max_size=20),
    values=VALUES,
    seed=SEEDS,
    mix=MIXES,
    controls=st.dictionaries(KEYS, st.text(max_size=12), max_size=4),
    programs=st.dictionaries(KEYS, st.builds(Preset, values=VALUES, seed=SEEDS), max_size=3),
    sound=st.text(max_size=20),
)
SESSIONS = st.builds(
    Session,
    slots=st.lists(SLOTS, max_size=3).map(tuple),
    output=st.text(max_size=20),
    input=st.text(max_size=20),
    sample_rate=st.integers(0, 384_000),
    block_frames=st.integers(0, 8192),
    latency_ms=st.floats(1, 2000),
    midi=st.text(max_size=20),
    master_gain_db=st.floats(-60, 6),
)


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


@pytest.mark.parametrize(
    ("slot", "complaint"),
    [
        ({}, "'model' is missing"),
        ({"model": 3}, "no text"),
        ({"model": "sine", "sound": 3}, "no text"),
        ({"model": "sine", "mix": {"pan": 2}}, "-1 … 1"),
        ({"model": "sine", "mix": {"channel": 1.5}}, "not whole"),
        ({"model": "sine", "controls": {"x": "morph"}}, "damaged"),
        ({"model": "sine", "programs": {"200": {}}}, "0 … 127"),
        ("sine", "damaged"),
    ],
)
def test_a_damaged_session_is_refused_in_one_line(
    tmp_path: Path, slot: Any, complaint: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"rtaudiogen": "session", "version": 1, "slots": [slot]}))
    with pytest.raises(RtAudioGenError, match=complaint) as refusal:
        load_session(path)
    assert "\n" not in str(refusal.value)


def test_a_session_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.json"
    path.write_text('{"rtaudiogen": "session", "version": 99, "slots": []}')
    with pytest.raises(RtAudioGenError, match="newer"):
        load_session(path)
