"""Work is spread over a hop: complete, in order, and evenly over the blocks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.compiled.conv.kernels import run
from rtaudiogen.models.compiled.conv.layers import ELU, Conv, Layer, TransposedConv
from rtaudiogen.models.compiled.conv.memory import scratch_of, state_of, weights_of
from rtaudiogen.models.compiled.conv.slices import SlicedRun
from rtaudiogen.models.playing.spread_work import SpreadWork

HOP = 320
LAYERS: list[Layer] = [
    Conv(16, 32, 3, activation=ELU),
    TransposedConv(32, 16, 8, 4, activation=ELU, source=0, target=1),
    Conv(16, 16, 3, dilation=3, source=1, target=0),
    TransposedConv(16, 1, 10, 5, activation=ELU, source=0, target=1),
]


class Counter:
    """A counter of the slices that were done."""

    def __init__(self, slices: int, costs: tuple[float, ...] = ()) -> None:
        self.did: list[int] = []
        self.work = SpreadWork(HOP, [lambda k=k: self.did.append(k) for k in range(slices)], costs)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=40), st.integers(1, 50))
def test_every_slice_is_done_once_in_order(blocks: list[int], slices: int) -> None:
    counter = Counter(slices)
    counter.work.begin(lambda: None)
    for position in np.minimum(np.cumsum(blocks), HOP).tolist():
        counter.work.go_on(position)
        assert counter.did == list(range(len(counter.did)))
        assert len(counter.did) >= slices * position // HOP
    counter.work.finish()
    assert counter.did == list(range(slices))


@pytest.mark.parametrize("block", [16, 32, 64, 128])
def test_a_block_does_its_share_and_a_slice_more_at_most(block: int) -> None:
    counter = Counter(20)
    counter.work.begin(lambda: None)
    ends = []
    for position in range(block, HOP + 1, block):
        counter.work.go_on(position)
        ends.append(len(counter.did))
    assert max(b - a for a, b in pairwise([0, *ends])) <= 20 * block / HOP + 1
    assert ends[-1] >= 20 * (HOP // block * block) // HOP


def test_costly_slices_get_more_time() -> None:
    counter = Counter(2, (3.0, 1.0))
    counter.work.begin(lambda: None)
    counter.work.go_on(HOP * 3 // 4)
    assert counter.did == [0]
    counter.work.go_on(HOP * 3 // 4 + 1)
    assert counter.did == [0, 1]


def test_work_that_nobody_went_on_with_is_finished_first() -> None:
    counter = Counter(3)
    settled: list[int] = []
    counter.work.begin(lambda: None)
    counter.work.begin(lambda: settled.extend(counter.did))
    assert counter.did == settled == [0, 1, 2]


def test_costs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="a cost of 0 or more for each of 2 slices"):
        Counter(2, (1.0,))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_a_spread_chain_gives_the_bits_of_the_whole(slices: int, blocks: list[int]) -> None:
    random = np.random.default_rng(0)
    tensors = [
        (random.standard_normal(layer.weight_shape, np.float32) / 8,
         random.standard_normal(layer.outputs, np.float32))
        for layer in LAYERS
    ]  # fmt: skip
    weights, whole, spread = weights_of(LAYERS, tensors), state_of(LAYERS, 2), state_of(LAYERS, 2)
    scratch, out = scratch_of(LAYERS, 1), np.zeros(20, np.float32)
    sliced = SlicedRun(LAYERS, weights, spread, 1, 1, slices)
    work = SpreadWork(HOP, sliced.slices, sliced.costs)
    for x in random.standard_normal((4, 16), np.float32):
        work.begin(lambda x=x: sliced.begin(x, weights.bias))
        for position in np.minimum(np.cumsum(blocks), HOP).tolist():
            work.go_on(position)
        work.finish()
        run(*weights, whole, scratch, 1, x, out)
        np.testing.assert_array_equal(sliced.out, out)
    np.testing.assert_array_equal(spread.history, whole.history)
    np.testing.assert_array_equal(spread.pending, whole.pending)
