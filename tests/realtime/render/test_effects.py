"""Effects hear the input of their own quantum, at their own rate, at a constant delay."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Audio
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.realtime.render.slot_generator import QUANTUM
from rtaudiogen.realtime.signal import resampler
from rtaudiogen.realtime.signal.input_resampler import InputResampler
from rtaudiogen.realtime.signal.resampler import Resampler

from ..drone import kinds, put_nan
from ..effects import BAND, ECHO, Band, Echo
from ..playing import RATE, on_time, pull

FRAMES = 9000


class Signal:
    """An input that is read quantum by quantum."""

    def __init__(self, samples: np.ndarray, position: int = 0) -> None:
        self.samples, self.position = samples.astype(np.float32), position

    def read(self, out: Audio) -> None:
        out[:, 0] = self.samples[self.position : self.position + len(out)]
        self.position += len(out)


def noise(frames: int = FRAMES) -> np.ndarray:
    values = np.random.default_rng(1).uniform(-0.3, 0.3, frames + 2 * QUANTUM)
    return values.astype(np.float32)


def tone(frequency: float, frames: int = FRAMES) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(frames + 2 * QUANTUM) / RATE)


def hearing(samples: np.ndarray, *generators: Echo, at_frame: int = 0) -> Renderer:
    """Return a renderer with effects, panned fully left, where the gain is 1."""
    renderer = Renderer(RATE)
    for generator in generators:
        renderer.add(generator, mix={"pan": -1.0}, at_frame=at_frame)
    renderer.listen(Signal(samples).read)
    return renderer


def test_an_effect_at_the_hosts_rate_gets_every_bit_at_its_frame() -> None:
    samples = noise()
    out = on_time(hearing(samples, Echo()), FRAMES, [512])
    faded_in = 1024
    np.testing.assert_array_equal(out[faded_in:, 0], samples[faded_in:FRAMES])


def test_an_effect_that_joins_later_hears_what_is_played_then() -> None:
    samples = noise()
    out = on_time(hearing(samples, Echo(), at_frame=1000), FRAMES, [512])
    faded_in = 1024 + 1024
    assert not out[:1024].any()
    np.testing.assert_array_equal(out[faded_in:, 0], samples[faded_in:FRAMES])


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 2000), min_size=1, max_size=5),
    rate=st.sampled_from([8000, 16000, 22050, 44100, 48000, 96000]),
)
def test_the_sizes_that_are_asked_for_change_no_bit(sizes: list[int], rate: int) -> None:
    whole = pull(hearing(noise(), Echo(ECHO, rate)), FRAMES, [FRAMES])
    np.testing.assert_array_equal(pull(hearing(noise(), Echo(ECHO, rate)), FRAMES, sizes), whole)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 32000, 44100, 96000])
def test_a_resampled_input_comes_back_after_the_reported_delay(rate: int) -> None:
    frequency = 500.0
    renderer = hearing(tone(frequency), Echo(ECHO, rate))
    out = on_time(renderer, FRAMES, [128])[3000:, 0]
    time = np.arange(3000, FRAMES)
    phasor = np.sum(out * np.hanning(len(out)) * np.exp(-2j * np.pi * frequency * time / RATE))
    period = RATE / frequency
    delay = -(np.angle(phasor) + np.pi / 2) / (2 * np.pi) * period
    (reading,) = renderer.read().slots.values()
    reported = reading.input_delay_frames + reading.answer_frames
    assert (delay - reported + period / 2) % period - period / 2 == pytest.approx(-0.5, abs=0.55)
    assert np.abs(out).max() == pytest.approx(0.5, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(host=st.integers(4000, 192_000), model=st.integers(100, 192_000), start=st.integers(0, 5))
def test_the_input_so_far_always_suffices_and_none_is_queued(
    host: int, model: int, start: int
) -> None:
    """`InputResampler` promises this for any two rates, however long the filter is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampler, "HALF_WIDTH_FRAMES", 2)  # the design of a long one takes seconds
        patch.setattr(resampler, "_design", resampler._design.__wrapped__)
        output = Resampler(model, host, 1, QUANTUM)
        input = InputResampler(host, model, QUANTUM, output.max_in_frames)
    block = np.zeros((QUANTUM, 1), np.float32)
    for _ in range(30 + start):
        needed = output.needs(QUANTUM)
        assert len(input.take(block, needed)) == needed
        output.process(needed, block)
        left = len(input.save_state()["own/waiting"])
        assert 0 <= left <= host / model + 1


@settings(max_examples=15, deadline=None)
@given(stop=st.integers(1, FRAMES // 2), rate=st.sampled_from([16000, 44100, 48000, 96000]))
def test_a_restored_renderer_hears_on_bit_for_bit(stop: int, rate: int) -> None:
    whole = pull(hearing(noise(), Echo(ECHO, rate)), FRAMES, [128])
    first = hearing(noise(), Echo(ECHO, rate))
    pull(first, stop, [100])
    arrays, facts = first.save_state()
    second = Renderer(RATE)
    facts = json.loads(json.dumps(facts))
    second.load_state(arrays, facts, lambda model, sound, voices: Echo(ECHO, rate))
    second.listen(Signal(noise(), -(-stop // QUANTUM) * QUANTUM).read)
    np.testing.assert_array_equal(pull(second, FRAMES - stop, [128]), whole[stop:])


def test_without_an_input_an_effect_hears_silence() -> None:
    renderer = Renderer(RATE)
    renderer.add(Echo())
    assert not pull(renderer, 2000, [128]).any()


class Breaks(Echo):
    """An echo that outputs NaN once."""

    def __init__(self, broken: Callable[[Audio], None]) -> None:
        super().__init__()
        self._blocks, self._break = 0, broken

    def render(self, out: Audio, parameters: np.ndarray, events: np.ndarray) -> None:
        super().render(out, parameters, events)
        self._blocks += 1
        if self._blocks == 20:
            self._break(out)


def test_after_a_fault_the_input_is_heard_at_its_frame_again() -> None:
    samples = noise(40_000)
    renderer = hearing(samples, Breaks(put_nan))
    out = on_time(renderer, 40_000, [128])
    assert kinds(renderer) == ["fault"]
    np.testing.assert_array_equal(out[30_000:, 0], samples[30_000:40_000])


def test_notes_sound_above_a_stream_and_an_input() -> None:
    renderer = hearing(np.zeros(FRAMES + QUANTUM), Band(BAND, RATE))
    alone = pull(renderer, 4096, [128])
    assert np.abs(alone[2000:]).max() == pytest.approx(0.1, rel=0.01)
    renderer.midi(4096, 0x90, 69, 127)
    assert np.abs(pull(renderer, 4096, [128])).max() > 0.2
    assert renderer.read().slots[1].voices == 1


class Deaf(Echo):
    hear = None

    def __getattribute__(self, name: str) -> object:
        if name == "hear":
            raise AttributeError(name)
        return super().__getattribute__(name)


def test_an_effect_that_cannot_hear_is_refused_in_one_line() -> None:
    with pytest.raises(RtAudioGenError, match="echo: an effect needs the method 'hear'"):
        Renderer(RATE).add(Deaf())
