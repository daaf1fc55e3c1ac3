import multiprocessing
import time

import pytest

from rtaudiogen.engine.board import CAPACITY_BYTES, Board


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
