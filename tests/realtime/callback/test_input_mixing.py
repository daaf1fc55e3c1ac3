"""Two device inputs are mixed to one signal by the rule that files are mixed by."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.errors import UsageError
from rtaudiogen.mono_rule import PIECE
from rtaudiogen.realtime.callback.input_mixing import FADE
from rtaudiogen.sounds.mixing import ChannelMeter, mixed

from .duplex import RATE, Duplex

Signal = NDArray[np.float32]
DECIDED = PIECE + FADE  # frames after which the first piece has been judged and the glide is over


def noise(seconds: float, seed: int = 0) -> Signal:
    values = np.random.default_rng(seed).normal(0.0, 0.1, round(seconds * RATE))
    return values.astype(np.float32)


def tone(seconds: float, gain: float = 0.5) -> Signal:
    time = np.arange(round(seconds * RATE)) / RATE
    return (gain * np.sin(2 * np.pi * 220 * time)).astype(np.float32)


def kept(heard: Signal, blocks: list[int]) -> Signal:
    """Return what the callback keeps of an input (frames, channels) that comes in such blocks."""
    device = Duplex(inputs=heard.shape[1])
    parts, done = [], 0
    while done < len(heard):
        for block in blocks:
            piece = heard[done : done + block]
            if len(piece):
                device.call(len(piece), piece)
                ring = device.memory.input_frames[:, 0]
                parts.append(ring[np.arange(done, done + len(piece)) % len(ring)])
                done += len(piece)
    return np.concatenate(parts)


def level(signal: Signal) -> float:
    return float(np.sqrt(np.mean(np.square(signal, dtype=np.float64))))


def side_by_side(*channels: Signal) -> Signal:
    return np.stack(channels, axis=1)


@settings(max_examples=20, deadline=None)
@given(
    blocks=st.lists(st.integers(1, 3000), min_size=1, max_size=5),
    turn=st.integers(0, 20000),
    quiet=st.integers(0, 20000),
)
def test_the_mix_does_not_depend_on_the_blocks(blocks: list[int], turn: int, quiet: int) -> None:
    left, right = noise(0.5), noise(0.5, 1)
    right[turn:] = -left[turn:]
    right[quiet : quiet + 5000] = 0.0
    heard = side_by_side(left, right)
    np.testing.assert_array_equal(kept(heard, blocks), kept(heard, [256]))


@pytest.mark.parametrize(
    "heard",
    [
        side_by_side(noise(1.0), noise(1.0)),
        side_by_side(noise(1.0), noise(1.0, 1)),
        side_by_side(noise(1.0), -noise(1.0)),
        side_by_side(noise(1.0), -0.9 * noise(1.0)),
        side_by_side(-0.6 * noise(1.0), noise(1.0)),
        side_by_side(noise(1.0), 0.0 * noise(1.0)),
        side_by_side(1e-4 * noise(1.0, 1), noise(1.0)),
        side_by_side(noise(1.0) + np.float32(0.3), 0.0 * noise(1.0) - np.float32(0.3)),
    ],
    ids=["equal", "two", "opposite", "nearly", "louder right", "dead right", "hum left", "offset"],
)
def test_a_stream_settles_on_what_a_file_is_mixed_to(heard: Signal) -> None:
    meter = ChannelMeter(2)
    meter.measure(heard)
    expected = mixed(heard, meter.channels())
    settled = kept(heard, [256])[DECIDED:]
    np.testing.assert_allclose(settled, expected[DECIDED:], atol=1e-7)
    assert level(settled) > 0.03


def test_one_channel_is_kept_to_the_bit() -> None:
    signal = noise(0.2)
    np.testing.assert_array_equal(kept(signal[:, None], [256]), signal)


def test_equal_channels_are_kept_to_the_bit() -> None:
    signal = noise(0.2)
    np.testing.assert_array_equal(kept(side_by_side(signal, signal), [256]), signal)


def test_a_turn_of_the_phase_is_followed_without_a_click() -> None:
    signal = tone(4.0)
    right = signal.copy()
    right[RATE : 2 * RATE] *= -1  # at a zero of the tone: what is heard is the mix's own doing
    out = kept(side_by_side(signal, right), [256])
    largest = float(np.abs(np.diff(signal)).max())
    assert np.abs(np.diff(out)).max() < 1.1 * largest
    lost = np.flatnonzero(np.abs(out[RATE : 2 * RATE]) > 0.4)[0]
    assert lost < RATE // 2
    assert level(out[RATE + RATE // 2 :]) == pytest.approx(level(signal), rel=0.05)


def test_a_decision_is_left_for_a_clear_reason_only() -> None:
    signal, other = noise(8.0), noise(8.0, 1)
    sways = np.repeat(np.tile([1.0, -1.0], 40), RATE // 10).astype(np.float32)  # 0.1 s each
    out = kept(side_by_side(signal, signal * sways[: len(signal)] + 0.01 * other), [512])
    gains = out[RATE:] / signal[RATE:]
    alone = np.abs(gains - 1.0) < 0.05
    assert alone.mean() > 0.95


def test_the_noise_of_a_pause_decides_nothing() -> None:
    signal, hiss = noise(1.0), 1e-3 * noise(5.0, 1)
    left = np.concatenate([signal, hiss, signal])
    right = np.concatenate([0 * signal, 1e-3 * noise(5.0, 2), 0 * signal])
    out = kept(side_by_side(left.astype(np.float32), right.astype(np.float32)), [512])
    again = 6 * RATE
    np.testing.assert_allclose(out[again:], signal, atol=1e-6)


def test_values_that_are_not_finite_spoil_no_decision() -> None:
    left, right = noise(0.5), -noise(0.5)
    left[100], right[3000], left[5000] = np.nan, np.inf, -np.inf
    out = kept(side_by_side(left, right), [256])
    assert np.isfinite(out).all()
    assert level(out[DECIDED:]) == pytest.approx(0.1, rel=0.1)


def test_another_device_begins_anew() -> None:
    device = Duplex(inputs=2)
    device.call(PIECE, side_by_side(noise(1.0), -noise(1.0))[:PIECE])
    device.memory.prepare_device(2, 1)
    start, signal = device.frames, noise(1.0)[:64]
    device.call(64, signal[:, None])
    kept_now = device.memory.input_frames[start : start + 64, 0]
    np.testing.assert_array_equal(kept_now, signal)


def test_more_inputs_than_are_mixed_are_refused() -> None:
    with pytest.raises(UsageError, match="3 input channels; expected at most 2"):
        Duplex(inputs=3)
