"""The thread that makes hits ahead keeps up, sleeps, and survives errors."""

import threading
import time

import numpy as np
import pytest

from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.hits.hit_worker import HitWorker
from rtaudiogen.realtime.hits.hits import Hits
from rtaudiogen.realtime.hits.kit import Kit
from rtaudiogen.realtime.hits.pool import DEPTH
from rtaudiogen.realtime.render.slot import Slot
from rtaudiogen.realtime.render.slot_generator import SlotGenerator
from tests.waiting import eventually

from ..drums import Drums

RATE = 48000


def new_kit(drums, number=1):
    source = SlotGenerator(drums, RATE)
    memory = AudioMemory.create(RATE, 1024)
    return Kit(number, Slot(source, RATE), source, Hits(memory), RATE, 2)


class Work:
    """A worker on some kits; `failed` lists the kits it gave up."""

    def __init__(self, *kits):
        self.failed = []
        self.worker = HitWorker(lambda: kits, self.fail)

    def fail(self, kit, error):
        kit.give_up(error)
        self.failed.append(kit)

    def __enter__(self):
        self.worker.start()
        return self

    def __exit__(self, *exception):
        self.worker.stop()


def test_the_worker_fills_every_pool_and_then_stops():
    kits = [new_kit(Drums(), 1), new_kit(Drums(), 2)]
    with Work(*kits):
        eventually(lambda: all(kit.pool.fill() == DEPTH for kit in kits))
        made = len(kits[0].maker.made)
        time.sleep(0.05)
        assert len(kits[0].maker.made) == made


def test_a_moved_parameter_is_noticed_without_being_told():
    kit = new_kit(Drums())
    with Work(kit):
        eventually(lambda: kit.pool.fill() == DEPTH)
        kit.source.parameters.jump(0, 7.0)
        eventually(lambda: kit.maker.made[-1][3] == 7 and kit.pool.fill() == DEPTH)


def test_the_most_missed_hits_of_all_slots_are_made_first():
    kits = [new_kit(Drums(), 1), new_kit(Drums(), 2)]
    work = Work(*kits)
    while work.worker.step():
        pass
    for _ in range(3):
        kits[1].pool.take(5, 0)
    kits[0].pool.take(4, 0)
    before = [len(kit.maker.made) for kit in kits]
    work.worker.step()
    work.worker.step()
    assert [len(kit.maker.made) for kit in kits] == [before[0], before[1] + 2]


@pytest.mark.parametrize("method", ["make", "recipe"])
def test_a_maker_that_raises_is_given_up_and_others_are_served(method):
    broken, sound = new_kit(Drums(), 1), new_kit(Drums(), 2)
    broken.maker.fails = method
    with Work(broken, sound) as work:
        eventually(lambda: sound.pool.fill() == DEPTH)
        assert work.failed == [broken]
        assert "ValueError" in broken.failure


def test_a_hit_that_is_no_sound_is_a_failure_of_its_maker():
    kit = new_kit(Drums())
    kit.maker.make = lambda recipe: np.full((9, 2), np.nan, np.float32)
    with Work(kit) as work:
        eventually(lambda: work.failed)
    assert "not finite" in kit.failure


def test_strikes_during_work_lose_no_hit_and_repeat_none():
    kit = new_kit(Drums())
    kit.maker.slowness_seconds = 0.0005
    taken, stop = [], threading.Event()

    def strike():
        chance = np.random.default_rng(1)
        while not stop.is_set():
            pad = int(chance.integers(4))
            number = int(kit.maker.played[pad])
            hit = kit.pool.take(pad, 0)
            if hit is not None:
                taken.append((pad, number, hit[0]))
            time.sleep(0.0002)

    with Work(kit) as work:
        eventually(lambda: kit.pool.fill() == DEPTH)
        thread = threading.Thread(target=strike)
        thread.start()
        eventually(lambda: len(taken) > 500)
        stop.set()
        thread.join()
        assert not work.failed
    numbers = {pad: [n for p, n, _ in taken if p == pad] for pad in range(4)}
    assert all(found == list(range(len(found))) for found in numbers.values())
    for pad, number, audio in taken[::50]:
        recipe = kit.maker.recipe(pad, number, 0, kit.values())
        np.testing.assert_array_equal(audio, kit.maker.make(recipe))
