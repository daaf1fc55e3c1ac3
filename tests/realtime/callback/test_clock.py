"""The clock maps time to stream frames exactly, despite irregular callbacks."""

import time

import numpy as np
import pytest

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.clock import JITTER_SECONDS, Clock
from rtaudiogen.realtime.callback.memory import AudioMemory

RATE = 48000


def started_stream():
    memory = AudioMemory.create(RATE, 256)
    memory.ring.write(np.zeros((2048, 2), np.float32))
    return memory


def errors_seconds(device, clock, delays, block, true_rate, settle_seconds=3.0):
    """Play one block per delay, and return the settled clock's errors against true time.

    Callbacks do not overtake each other: after a late one, the next ones come as fast as they can.
    """
    begin, errors = device.now_seconds, []
    for index, delay in enumerate(delays):
        due = begin + index * block / true_rate
        device.now_seconds = max(device.now_seconds + 1e-5, due + delay)
        device.play(block)
        asked = device.now_seconds + 1e-6
        true_frame = (asked - begin) * true_rate
        if due - begin > settle_seconds:
            errors.append((clock.device_frame_at(asked) - true_frame) / true_rate)
    return np.array(errors)


@pytest.mark.parametrize("drift_ppm", [-200, 0, 200])
@pytest.mark.parametrize("block", [64, 128, 256, 512])
def test_mapping_is_steady_within_1_ms_despite_callback_jitter(plug, block, drift_ppm):
    """Jitter only delays: it is exponential, 1 ms on average, and sometimes 8 ms."""
    random = np.random.default_rng(block + drift_ppm + 200)
    true_rate = RATE * (1 + drift_ppm * 1e-6)
    blocks = round(10 * RATE / block)
    delays = np.minimum(random.exponential(0.001, blocks), 0.004)
    delays[random.random(blocks) < 0.01] = 0.008
    device = plug(started_stream())
    errors = errors_seconds(device, Clock(device.memory), delays, block, true_rate)
    assert np.abs(errors - errors.mean()).max() < 0.0005  # jitter of what is scheduled by it
    assert -0.002 < errors.mean() < 0  # constant: about the mean delay


def test_answers_never_run_backwards(plug):
    random = np.random.default_rng(3)
    device = plug(started_stream())
    clock = Clock(device.memory)
    answers = []
    for index in range(500):
        device.now_seconds = 1.0 + index * 256 / RATE + random.exponential(0.002)
        device.play(256)
        answers += [clock.stream_frame_at(device.now_seconds + step / 1000) for step in range(3)]
    assert (np.diff(answers) >= 0).all()


def test_a_device_that_was_held_up_is_followed_again(plug):
    """The server stalls for 80 ms; from then on every frame is 80 ms later."""
    device = plug(started_stream())
    clock = Clock(device.memory)
    blocks = 2000
    delays = np.where(np.arange(blocks) < 500, 0.0, 0.080)
    errors = errors_seconds(device, clock, delays, 256, RATE, settle_seconds=0.0)
    assert np.abs(errors[480:500]).max() < 1e-4
    assert np.abs(errors[-500:] + 0.080).max() < 1e-3


def test_a_single_late_callback_hardly_moves_the_clock(plug):
    device = plug(started_stream())
    delays = np.zeros(1500)
    delays[1000] = 0.030
    errors = errors_seconds(device, Clock(device.memory), delays, 256, RATE)
    assert np.abs(errors).max() < 0.0005


def test_stream_frames_count_from_the_streams_start(plug):
    memory = AudioMemory.create(RATE, 256)
    device, clock = plug(memory), Clock(memory)
    assert clock.stream_frame_at(1.0) == 0
    device.play(480)
    assert clock.stream_frame_at(1.0) == 0
    memory.ring.write(np.zeros((4096, 2), np.float32))
    for _ in range(3):
        device.now_seconds += 480 / RATE
        device.play(480)
    assert clock.stream_frame_at(device.now_seconds) == pytest.approx(960, abs=1)
    assert clock.time_of_stream_frame(960) == pytest.approx(device.now_seconds, abs=1e-4)


def test_a_new_device_starts_the_clock_afresh(plug):
    memory = started_stream()
    device, clock = plug(memory), Clock(memory)
    for _ in range(100):
        device.play(256)
        device.now_seconds += 256 / RATE
    later = plug(memory)
    later.now_seconds = device.now_seconds + 30
    later.play(256)
    assert clock.device_frame_at(later.now_seconds) == pytest.approx(25600, abs=1)
    assert memory.counters().longest_gap_seconds < 1


def test_the_systems_timer_is_perf_counter(plug):
    """Without the fake clock, the callback reads the clock that Python reads."""
    memory = started_stream()
    device = plug(memory)
    memory.slots[layout.TIMER] = AudioMemory.create(RATE, 1).slots[layout.TIMER]
    before = time.perf_counter_ns()
    device.play(64)
    assert before <= memory.slots[layout.LAST_CALL_NS] <= time.perf_counter_ns()


def test_a_hits_frame_is_right_at_once_after_a_device_pause(plug):
    device = plug(started_stream())
    clock = Clock(device.memory)
    assert clock.hit_frame_at(0, 1.0, 256) is None
    assert clock.seconds_since_callback(1.0) == np.inf
    for _ in range(400):
        device.play(256)
        device.now_seconds += 256 / RATE
    device.now_seconds += 0.015  # held up, and not made up for
    first = 400 * 256
    device.play(256)
    asked = device.now_seconds + 0.002
    arrival = clock.stream_frame_at(asked)
    assert arrival > first + 0.016 * RATE, "the smooth line lags behind"
    hit = clock.hit_frame_at(arrival, asked, 256)
    assert hit == pytest.approx(first + (0.002 + JITTER_SECONDS) * RATE, abs=2)
    much_later = clock.hit_frame_at(arrival + 3 * RATE, asked + 3.0, 256)
    assert much_later == first + 256, "it does not run on alone"
    assert clock.seconds_since_callback(asked) == pytest.approx(0.002)


def test_jitter_does_not_move_a_hits_frame(plug):
    random = np.random.default_rng(5)
    device = plug(started_stream())
    clock, begin = Clock(device.memory), device.now_seconds
    for index in range(2000):
        device.now_seconds = begin + index * 256 / RATE + random.uniform(0.0, 0.0008)
        device.play(256)
        asked = device.now_seconds + 0.001
        if index > 1000:
            arrival = clock.stream_frame_at(asked)
            assert clock.hit_frame_at(arrival, asked, 256) == arrival


@pytest.mark.parametrize("line_ms", [-8.0, 0.0, 8.0])
@pytest.mark.parametrize(
    ("after_ms", "expected_ms"), [(3.0, 3.0), (1.0, 1.0), (0.2, 0.2), (-0.3, 0.0), (-2.0, -2.0)]
)
def test_a_hits_frame_follows_its_arrival_however_late_fetched(
    plug, line_ms, after_ms, expected_ms
):
    """A key comes `after_ms` after a callback, whatever the fitted line says of that time."""
    device = plug(started_stream())
    clock = Clock(device.memory)
    for _ in range(400):
        device.play(256)
        device.now_seconds += 256 / RATE
    device.now_seconds -= line_ms / 1000  # of this callback, against the line
    device.play(256)
    fetched = device.now_seconds + 0.0033
    arrival = clock.stream_frame_at(device.now_seconds + after_ms / 1000)
    hit = clock.hit_frame_at(arrival, fetched, 256) - 400 * 256
    assert hit / RATE == pytest.approx(expected_ms / 1000, abs=JITTER_SECONDS + 1e-4)
    assert hit >= 0 or expected_ms < 0, "what has been handed over cannot be played"
