"""Worker threads take each part of a block once; the caller does not wait for late ones."""

import threading
import time

import pytest

from rtaudiogen.realtime.render import worker_pool as module
from rtaudiogen.realtime.render.scheduling import HELPER_PRIORITY
from rtaudiogen.realtime.render.worker_pool import Demand, WorkerPool, worker_pool
from tests.waiting import PATIENCE_SECONDS, eventually


@pytest.fixture(scope="module")
def pool():
    return WorkerPool(3)


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 5, 64])
@pytest.mark.parametrize("helpers", [0, 1, 3, 9])
def test_every_part_is_done_once(pool, parts, helpers):
    done = []
    pool.share(lambda part, hand: done.append(part), parts, helpers)
    assert sorted(done) == list(range(parts))


def test_parts_are_done_at_the_same_time_by_different_hands(pool):
    together = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    hands = []

    def work(part, hand):
        together.wait()  # no thread passes it alone
        hands.append((hand, threading.current_thread().name))

    pool.share(work, 4, 3)
    assert sorted(hands) == [(0, "MainThread"), (1, "pool 1"), (2, "pool 2"), (3, "pool 3")]


def test_a_helper_that_comes_too_late_is_not_waited_for():
    pool, busy, begun = WorkerPool(1), threading.Event(), threading.Event()

    def keep_busy(part, hand):
        if hand == 1:
            begun.set()
            assert busy.wait(PATIENCE_SECONDS)
        else:
            assert begun.wait(PATIENCE_SECONDS)  # the other part is the helper's

    elsewhere = threading.Thread(target=pool.share, args=(keep_busy, 2, 1))
    elsewhere.start()
    assert begun.wait(PATIENCE_SECONDS)
    hands = []
    pool.share(lambda part, hand: hands.append(hand), 5, 1)
    assert hands == [0] * 5
    busy.set()
    elsewhere.join(PATIENCE_SECONDS)
    assert not elsewhere.is_alive()


def test_an_error_of_a_part_is_raised_when_all_are_done(pool):
    done = []

    def work(part, hand):
        if part == 1:
            raise ValueError("part 1")
        done.append(part)

    with pytest.raises(ValueError, match="part 1"):
        pool.share(work, 6, 3)
    assert sorted(done) == [0, 2, 3, 4, 5]
    pool.share(work, 1, 3)  # and it goes on
    assert sorted(done) == [0, 0, 2, 3, 4, 5]


def test_helpers_go_round_the_callers():
    """A caller with much work does not keep a helper until it is done."""
    pool, order = WorkerPool(1), []
    gate = threading.Event()

    def slow(part, hand):
        if hand == 0:
            assert gate.wait(PATIENCE_SECONDS)  # the helper alone goes on
        else:
            order.append("slow")
            time.sleep(0.02)

    def quick(part, hand):
        order.append("quick")
        if hand == 0:  # leaves the rest to the helper
            eventually(lambda: order.count("quick") > 1)

    elsewhere = threading.Thread(target=pool.share, args=(slow, 50, 1))
    elsewhere.start()
    eventually(lambda: "slow" in order)
    pool.share(quick, 2, 1)
    assert order.count("slow") < 49
    gate.set()
    elsewhere.join(PATIENCE_SECONDS)
    assert not elsewhere.is_alive()


@pytest.mark.parametrize(("there", "helpers"), [(1, 0), (2, 1), (3, 1), (16, 14), (128, 15)])
def test_a_core_is_left_for_everybody_else(monkeypatch, there, helpers):
    made = []
    monkeypatch.setattr(module, "cores", lambda: there)
    monkeypatch.setattr(module, "WorkerPool", made.append)
    module._pool.__wrapped__()
    assert made == [helpers]


@pytest.mark.parametrize(("there", "real_time"), [(3, False), (4, False), (5, True)])
def test_hurry_is_real_time_only_if_a_core_stays_free(monkeypatch, there, real_time):
    asked = []
    monkeypatch.setattr(module, "cores", lambda: there)
    monkeypatch.setattr(module, "raise_priority", lambda *arguments: asked.append(arguments))
    pool = WorkerPool(3)
    pool.hurry()
    assert [(priority, real) for priority, _, real in asked] == [(HELPER_PRIORITY, real_time)] * 3
    assert [thread for _, thread, _ in asked] == [t.native_id for t in pool._threads]


def test_demand_is_that_of_all_callers_lately(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    demand = Demand()
    for _ in range(400):  # two callers, each of whom half a core would do
        now[0] += 0.0025
        demand.note(0.00125)
        cores = demand.note(0.00125)
    assert cores == pytest.approx(1.0, rel=0.03)
    now[0] += 1.0
    assert demand.note(0.0) < 0.001


def test_a_process_has_one():
    assert worker_pool() is worker_pool()
