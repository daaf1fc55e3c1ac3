"""The board carries snapshots between processes."""

import multiprocessing
import time
from dataclasses import asdict

import numpy as np
import pytest

from rtaudiogen.engine.codes import MOST_NEWEST
from rtaudiogen.midi.monitor import KEPT
from rtaudiogen.registry import listing
from rtaudiogen.saving.sessions import Mix
from rtaudiogen.wire.board import CAPACITY_BYTES, Board
from rtaudiogen.wire.snapshot import HitsSnapshot, MidiSnapshot, SlotSnapshot, Snapshot


def test_a_reader_sees_the_newest_facts_and_their_age(tmp_path):
    writer, reader = Board(tmp_path / "board"), Board(tmp_path / "board")
    assert reader.read() is None
    assert reader.age_seconds() == float("inf")
    writer.post({"load": 0.5})
    writer.post({"load": 0.25, "name": "größer"})
    assert reader.read() == {"load": 0.25, "name": "größer"}
    assert reader.age_seconds() < 5


def test_too_many_facts_are_refused_and_the_last_ones_stay(tmp_path):
    board = Board(tmp_path / "board")
    board.post({"ok": 1})
    with pytest.raises(ValueError, match="board holds"):
        board.post({"text": "x" * CAPACITY_BYTES})
    assert board.read() == {"ok": 1}


def test_a_board_that_refused_facts_still_counts_as_alive(tmp_path):
    board = Board(tmp_path / "board")
    board.post({"ok": 1})
    time.sleep(0.2)
    before = board.age_seconds()
    with pytest.raises(ValueError, match="board holds"):
        board.post({"text": "x" * CAPACITY_BYTES})
    assert board.age_seconds() < before
    assert Board(tmp_path / "board").read() == {"ok": 1}


def test_a_large_rack_of_the_largest_model_fits(tmp_path):
    model = max(listing().models.values(), key=lambda model: len(model.parameters))
    values = {p.id: float(np.float32(p.minimum + 0.123)) for p in model.parameters}
    controls = {p.id: number for number, p in enumerate(model.parameters[:120])}
    slot = SlotSnapshot(
        1, "/a/folder/of/models/" + model.id, 0.1234567890123456, 12, 16, "cuda", 0,
        values, HitsSnapshot(100_000, 1000, 100, 10, 4), asdict(Mix()), 2, 3, controls,
        "/a/sound.wav", 12345.678, 100_000, [[1023] * 8] * MOST_NEWEST, 0.1234,
    )  # fmt: skip
    heard = MidiSnapshot(100_000, 12345.6789, "a port with a long name " * 4, 0xB0, 127, 127)
    snapshot = Snapshot(
        "a device", 48000, midi=(heard,) * KEPT, slots=(slot,) * 32, messages=("x" * 500,) * 20
    )
    board = Board(tmp_path / "board")
    board.post(snapshot.to_json())
    assert Snapshot.from_json(board.read() or {}) == snapshot


def test_a_board_of_another_size_is_made_to_fit(tmp_path):
    (tmp_path / "board").write_bytes(b"")
    board = Board(tmp_path / "board")
    board.post({"ok": 1})
    assert board.read() == {"ok": 1}


def _post_for_ever(path):
    board = Board(path)
    for number in range(1_000_000):
        board.post({"number": number, "padding": "x" * (number % 3000), "again": number})


def test_no_reader_ever_sees_half_a_post(tmp_path):
    reader = Board(tmp_path / "board")
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=_post_for_ever, args=(tmp_path / "board",))
    child.start()
    seen = set()
    end = time.monotonic() + 20
    while len(seen) < 2000 and time.monotonic() < end:
        facts = reader.read()
        if facts is not None:
            assert facts["number"] == facts["again"]
            seen.add(facts["number"])
    child.kill()
    child.join()
    assert len(seen) > 100
