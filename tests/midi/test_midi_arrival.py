"""Arrival times are right although messages are fetched late and the driver's clock drifts."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.midi.arrival import ArrivalClock

_POLL = 0.001


def simulate(
    gaps: list[float], drift: float, stalls: float, seed: int
) -> tuple[list[float], list[float]]:
    """Return true and estimated arrival times of messages polled every millisecond, with stalls."""
    chance, clock = random.Random(seed), ArrivalClock()
    true, estimated = [], []
    now, driver_before, empty_at = 100.0, 0.0, 100.0
    for number, gap in enumerate(gaps):
        now += gap
        stalled = number > 0 and chance.random() < stalls
        empty_at = max(empty_at, now - (chance.random() * 0.3 if stalled else _POLL))
        fetched_at = now + (chance.random() * 0.3 if stalled else chance.random() * _POLL)
        driver = now * (1 + drift) + 7.0
        delta = driver - driver_before if number else 0.0
        driver_before = driver
        true.append(now)
        estimated.append(clock.arrival(delta, min(empty_at, now), fetched_at))
    return true, estimated


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(0.001, 20.0), min_size=2, max_size=200),
    st.floats(-100e-6, 100e-6),
    st.integers(0, 1000),
)
def test_a_drifting_driver_clock_errs_by_less_than_one_poll(
    gaps: list[float], drift: float, seed: int
) -> None:
    true, estimated = simulate(gaps, drift, 0.0, seed)
    longest_gap = max(gaps)
    for t, e in zip(true, estimated, strict=True):
        assert -100e-6 * longest_gap - 1e-9 <= e - t <= _POLL + 1e-9


def test_a_stalled_reader_does_not_move_the_arrival_times() -> None:
    true, estimated = simulate([0.05] * 400, 50e-6, 0.5, seed=1)
    errors = [e - t for t, e in zip(true, estimated, strict=True)]
    assert max(errors) - min(errors) < 0.001


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.0, 1.0), min_size=2), st.integers(0, 1000))
def test_arrival_times_never_go_back_nor_into_the_future(gaps: list[float], seed: int) -> None:
    true, estimated = simulate(gaps, 0.0, 0.3, seed)
    assert estimated == sorted(estimated)
    assert all(e <= t + 0.3 for t, e in zip(true, estimated, strict=True))


def test_lost_deltas_are_made_up_for_at_the_next_message() -> None:
    clock = ArrivalClock()
    clock.arrival(0.0, 9.999, 10.0)
    assert clock.arrival(0.5, 10.499, 10.5) == 10.5
    after_the_loss = clock.arrival(0.0, 14.999, 15.0)  # 4.5 s of deltas are missing
    assert 14.999 <= after_the_loss <= 15.0
