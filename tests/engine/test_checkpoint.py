"""A checkpoint is used or refused in one line, however damaged it is."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.engine.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.saving.sessions import Session, SlotState

SESSION = Session(slots=(SlotState("sine"),)).to_json()
RECORDS = np.array([(1.5, 2)], [("phase", "f4"), ("hops", "i8")])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "checkpoint.npz"
    write_checkpoint(path, Checkpoint(SESSION, [1], {"slots": {"1": {}}}, {"records": RECORDS}))
    return path.read_bytes()


def test_a_checkpoint_is_read_as_written(whole, tmp_path):
    (tmp_path / "it").write_bytes(whole)
    checkpoint = read_checkpoint(tmp_path / "it")
    assert checkpoint.session == SESSION
    assert checkpoint.numbers == [1]
    assert checkpoint.arrays["records"].tolist() == RECORDS.tolist()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_checkpoint_is_refused_in_one_line(whole, tmp_path, data):
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for place in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=8)):
        damaged[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
    refused_or_read(tmp_path / "it", bytes(damaged))


@pytest.mark.parametrize(
    "described",
    [
        3, None, [], {}, {"version": "1"}, {"version": 1},
        {"version": 1, "session": 3, "numbers": [], "facts": {}},
        {"version": 1, "session": {"slots": [{"model": 3}]}, "numbers": [1], "facts": {}},
        {"version": 1, "session": SESSION, "numbers": [], "facts": {}},
        {"version": 1, "session": SESSION, "numbers": [1], "facts": []},
    ],
)  # fmt: skip
def test_a_checkpoint_with_another_description_is_refused(tmp_path, described: Any):
    file = io.BytesIO()
    np.savez(file, description=np.frombuffer(json.dumps(described).encode(), np.uint8))
    assert not refused_or_read(tmp_path / "it", file.getvalue())


def refused_or_read(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        read_checkpoint(path)
    except RtAudioGenError:
        return False
    return True
