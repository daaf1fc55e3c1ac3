"""The render load of each slot is measured."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Events
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.realtime.render.load import STRETCH_SECONDS, SlotLoad
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.realtime.render.slot_generator import QUANTUM

from ..playing import RATE, pull, sine


class Slow(Sine):
    """A generator that sleeps half of the time."""

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        time.sleep(0.5 * len(out) / RATE)
        super().render(out, parameters, events)


BLOCK_NS = 1e9 * QUANTUM / RATE
STRETCH_BLOCKS = round(STRETCH_SECONDS * RATE / QUANTUM)


def test_the_load_is_0_before_the_first_stretch_is_over():
    load = SlotLoad(QUANTUM, RATE)
    for _ in range(STRETCH_BLOCKS - 1):
        load.add(round(BLOCK_NS))
    assert load.median() == 0.0
    load.add(round(BLOCK_NS))
    assert load.median() == pytest.approx(1.0, rel=1e-3)


def test_work_in_hops_counts_as_what_it_is_on_average():
    load = SlotLoad(QUANTUM, RATE)
    for block in range(20 * STRETCH_BLOCKS):
        load.add(round(3 * BLOCK_NS) if block % 10 == 0 else 0)
    assert load.median() == pytest.approx(0.3, abs=0.03)


def test_one_disturbance_is_not_told_and_old_loads_are_forgotten():
    load = SlotLoad(QUANTUM, RATE)
    for block in range(2000):
        load.add(round((100 if block == 700 else 0.5) * BLOCK_NS))
    assert load.median() == pytest.approx(0.5, rel=1e-3)
    for _ in range(2000):
        load.add(round(0.1 * BLOCK_NS))
    assert load.median() == pytest.approx(0.1, rel=1e-3)


def test_the_slow_slot_of_a_rack_is_told_from_the_quick_one():
    slow = Slow(SINE, RATE)
    renderer = Renderer(RATE)
    first, second = renderer.add(sine()), renderer.add(slow)
    pull(renderer, RATE // 2, [512])
    slots = renderer.read().slots
    assert slots[second].load > 0.5
    assert 0.0 < slots[first].load < slots[second].load / 2
