"""A core renders blocks alone while it keeps up; otherwise other cores take some voices."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.compiled.multicore import Multicore, part_size
from rtaudiogen.models.wavenet.memory import TOGETHER
from rtaudiogen.realtime.render.worker_pool import WorkerPool

RATE, FRAMES, HELPERS = 16000, 40, 3


class Drawing:
    """A record of drawn voices, on a clock that each voice advances by a share of the block.

    A block begins when the one before has been played, as in a stream.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
        self.share = share
        self.parts: list[list[int]] = []
        self._now = 0.0
        monkeypatch.setattr(time, "perf_counter", lambda: self._now)

    def __call__(self, voices: np.ndarray, hand: int) -> None:
        self.parts.append(voices.tolist())
        if hand == 0:
            self._now += self.share * len(voices) * FRAMES / RATE

    def block(self, by: Multicore, voices: int) -> list[list[int]]:
        """Return the parts in which a block is drawn."""
        self.parts, begun = [], self._now
        by.run(self, np.arange(voices, dtype=np.int32), FRAMES)
        self._now = max(self._now, begun + FRAMES / RATE)
        return sorted(self.parts)

    def at_once(self, *slots: Multicore, voices: int) -> list[list[int]]:
        """Return the parts of one block of several slots."""
        parts, begun = [], self._now
        for by in slots:
            parts += self.block(by, voices)
            self._now = begun
        self._now = begun + FRAMES / RATE
        return parts


def test_a_block_that_one_core_has_in_time_is_drawn_in_one_call(monkeypatch):
    drawing, by = Drawing(monkeypatch, 0.05), Multicore(RATE, WorkerPool(HELPERS))
    for _ in range(3):
        assert drawing.block(by, 9) == [list(range(9))]


def test_late_blocks_are_shared_from_the_second_on(monkeypatch):
    drawing, by = Drawing(monkeypatch, 0.2), Multicore(RATE, WorkerPool(HELPERS))
    assert drawing.block(by, 4) == [[0, 1, 2, 3]]  # nothing is known yet
    assert drawing.block(by, 4) == [[0, 1], [2, 3]]
    assert drawing.block(by, 7) == [[0, 1, 2], [3, 4, 5], [6]]
    assert drawing.block(by, 32) == [[v, v + 1, v + 2, v + 3] for v in range(0, 32, 4)]
    assert drawing.block(by, 2) == [[0, 1]]


def test_a_block_that_was_disturbed_does_not_call_for_help(monkeypatch):
    drawing, by = Drawing(monkeypatch, 0.05), Multicore(RATE, WorkerPool(HELPERS))
    drawing.block(by, 4)
    drawing.share = 1.0
    assert len(drawing.block(by, 4)) == 1
    assert len(drawing.block(by, 4)) == 1
    for _ in range(50):
        drawing.block(by, 4)
    assert len(drawing.block(by, 4)) > 1  # it was not disturbed, it has become slower


def test_slots_that_together_overload_one_core_are_shared(monkeypatch):
    pool = WorkerPool(HELPERS)
    drawing, slots = Drawing(monkeypatch, 0.1), [Multicore(RATE, pool) for _ in range(3)]
    assert drawing.at_once(*slots, voices=4) == [[0, 1, 2, 3]] * 3
    for _ in range(300):  # blocks of 2.5 ms
        drawing.at_once(*slots, voices=4)
    assert drawing.at_once(*slots, voices=4) == [[0, 1], [2, 3]] * 3
    for _ in range(300):  # two of them are silent
        drawing.at_once(slots[0], voices=4)
    assert drawing.at_once(slots[0], voices=4) == [[0, 1, 2, 3]]


def test_multicore_shares_nothing_without_a_pool(monkeypatch):
    drawing, by = Drawing(monkeypatch, 3.0), Multicore(RATE, None)
    for _ in range(3):
        assert drawing.block(by, 8) == [list(range(8))]
    assert by.hands == 1


def test_a_block_that_takes_no_time_is_not_shared(monkeypatch):
    drawing, by = Drawing(monkeypatch, 0.0), Multicore(RATE, WorkerPool(HELPERS))
    for _ in range(2):
        assert drawing.block(by, 8) == [list(range(8))]


def test_nothing_is_drawn_of_nothing(monkeypatch):
    drawing, by = Drawing(monkeypatch, 1.0), Multicore(RATE, WorkerPool(HELPERS))
    assert drawing.block(by, 0) == []


@given(st.integers(1, 300), st.integers(1, 70))
def test_no_hand_has_much_more_to_do_than_the_others(voices, hands):
    size = part_size(voices, hands)
    assert 1 <= size <= TOGETHER
    rounds = -(-voices // (size * hands))
    assert rounds * size <= 1.5 * voices / hands + 1
