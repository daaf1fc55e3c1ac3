"""The rendered stream has the same bits at any block size, and after a restart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import UsageError
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.realtime.render import smoothing
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.realtime.signal import limiter, mixing, resampler, safety, widening

from ..playing import FRAMES, RATE, piece, pull, sine


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=6))
def test_the_sizes_that_are_asked_for_change_no_bit(sizes: list[int]) -> None:
    whole = pull(piece(Renderer(RATE, 3)), FRAMES, [FRAMES])
    np.testing.assert_array_equal(pull(piece(Renderer(RATE, 3)), FRAMES, sizes), whole)
    assert np.abs(whole).max() > 0.1


@pytest.mark.parametrize("start", [0, 1, 127, 128, 1000])
def test_a_note_begins_at_its_frame(start: int) -> None:
    renderer = Renderer(RATE)
    renderer.add(sine())
    renderer.midi(start, 0x90, 69, 127)
    out = pull(renderer, 2000, [64])
    assert np.flatnonzero(out[:, 0])[0] == start + 1 + renderer.delay_frames  # its first is 0


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 96000])
def test_a_resampled_note_has_the_reported_latency_anywhere(rate: int) -> None:
    latencies = []
    for start in (0, 100, 127, 128, 777):
        renderer = Renderer(RATE)
        slot = renderer.add(sine(rate), {"attack": 1.0})
        renderer.midi(start, 0x90, 45, 127)
        out = pull(renderer, 6000, [128])[:, 0]
        spectrum_phase = onset_by_phase(out, start)
        reported = renderer.read().slots[slot].latency_frames + renderer.delay_frames
        latencies.append(spectrum_phase - reported)
    assert np.ptp(latencies) <= RATE / rate + 0.05  # rounded up to whole model frames
    assert min(latencies) > -0.1


def onset_by_phase(out: np.ndarray, near: int) -> float:
    """Return the frames from `near` to the onset of a steady 110 Hz sine, by its phase."""
    time = np.arange(3000, 6000)
    phasor = np.sum(
        out[3000:] * np.hanning(3000) * np.exp(-2j * np.pi * 110 * (time - near) / RATE)
    )
    turns = -(np.angle(phasor) + np.pi / 2) / (2 * np.pi)
    return float((turns % 1.0) * RATE / 110)


def test_a_late_message_is_played_at_once_and_counted() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine())
    pull(renderer, 1280, [128])
    renderer.midi(5, 0x90, 69, 127)
    out = pull(renderer, 1280, [128])
    assert np.flatnonzero(out[:, 0])[0] == 1 + renderer.delay_frames
    assert renderer.read().late_events == 1


def test_a_note_that_begins_and_ends_too_late_still_sounds() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine())
    pull(renderer, 4800, [128])
    renderer.midi(5, 0x90, 69, 127)
    renderer.midi(6, 0x80, 69, 0)
    assert np.abs(pull(renderer, 2400, [128])).max() > 0.1


def test_messages_are_played_by_frame_in_any_order_of_arrival() -> None:
    outs = []
    for order in (1, -1):
        renderer = Renderer(RATE)
        renderer.add(sine())
        events = [(100, 0x90, 60, 90, 0), (900, 0x90, 72, 90, 0), (5000, 0x80, 60, 0, 0)]
        renderer.midi_events(np.array(events[::order], MIDI_EVENT))
        outs.append(pull(renderer, FRAMES, [128]))
    np.testing.assert_array_equal(*outs)


def test_a_note_shorter_than_a_block_still_sounds() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine())
    renderer.midi(10, 0x90, 69, 127)
    renderer.midi(20, 0x80, 69, 0)
    out = pull(renderer, FRAMES, [4096])
    assert np.abs(out[:2000]).max() > 0.1
    assert np.abs(out[-1000:]).max() == 0.0


def test_panic_silences_within_milliseconds() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine(), {"release": 5000.0})
    for key in range(60, 70):
        renderer.midi(0, 0x90, key, 100)
    renderer.midi(0, 0xB0, 64, 127)
    pull(renderer, 4800, [128])
    renderer.panic()
    pull(renderer, 480, [128])
    assert np.abs(pull(renderer, 1280, [128])).max() == 0.0
    assert renderer.read().slots[slot].voices == 0


def test_a_command_takes_effect_at_its_frame() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine())
    renderer.midi(0, 0x90, 69, 127)
    renderer.set_mix(slot, "mute", True, at_frame=6000)
    out = pull(renderer, FRAMES, [999])
    plain = Renderer(RATE)
    plain.add(sine())
    plain.midi(0, 0x90, 69, 127)
    same = np.all(out == pull(plain, FRAMES, [128]), axis=1)
    first = np.flatnonzero(~same)[0] - renderer.delay_frames
    assert first in range(6016, 6020)  # 6016: the next multiple of 128


def test_only_the_last_value_set_in_a_quantum_moves_a_parameter() -> None:
    outs = []
    for repeats in (1, 20):
        renderer = Renderer(RATE)
        slot = renderer.add(sine())
        renderer.midi(0, 0x90, 69, 127)
        for quantum in range(20):
            for detour in range(repeats - 1):
                renderer.set_parameter(slot, "level", -float(detour))
            renderer.set_parameter(slot, "level", -float(quantum))
            outs.append(pull(renderer, 128, [128]))
    np.testing.assert_array_equal(np.concatenate(outs[:20]), np.concatenate(outs[20:]))


def test_ten_loud_voices_stay_below_the_ceiling() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine(), {"level": 0.0}, {"gain_db": 12.0})
    for key in range(60, 70):
        renderer.midi(0, 0x90, key, 127)
    out = pull(renderer, FRAMES, [128])
    assert 0.85 < np.abs(out).max() <= np.float32(10 ** (-1.0 / 20))
    assert renderer.read().limiter_gain < 0.5


def test_a_full_scale_chord_is_limited_without_a_fault() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine(), {"level": 0.0})
    for key in range(40, 56):
        renderer.midi(0, 0x90, key, 127)
    out = pull(renderer, 2 * FRAMES, [128])
    assert np.abs(out[-1000:]).max() > 0.5
    assert renderer.read().slots[slot].faults == 0


def test_a_reading_tells_load_peaks_and_voices() -> None:
    renderer = piece(Renderer(RATE))
    pull(renderer, 4800, [128])
    reading = renderer.read()
    assert reading.frame == 4800
    assert 0.0 < reading.load_p50 <= reading.load_p99
    assert reading.peak[0] > 0.05
    assert [slot.voices for slot in reading.slots.values()] == [2, 2]
    assert reading.slots[1].parameters[0] == -30.0
    assert [slot.latency_frames for slot in reading.slots.values()] == [0, 120]


MESSAGES = st.tuples(
    st.integers(0, 3000),  # frame
    st.sampled_from([0x80, 0x90, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0]),
    st.sampled_from([1, 6, 60, 61, 62, 64, 100, 101, 120, 123]),
    st.sampled_from([0, 1, 64, 127]),
)


@settings(max_examples=20, deadline=None)
@given(messages=st.lists(MESSAGES, max_size=40), rate=st.sampled_from([16000, 22050, 48000]))
def test_any_music_ends_silent_once_keys_and_pedals_are_up(
    messages: list[tuple[int, int, int, int]], rate: int
) -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine(rate), {"release": 20.0})
    for message in messages:
        renderer.midi(*message)
    pull(renderer, 3200, [160])
    renderer.midi(3200, 0xB0, 64, 0)
    renderer.midi(3200, 0xB0, 123, 0)
    pull(renderer, 4800, [128])
    assert np.abs(pull(renderer, 512, [128])).max() == 0.0
    reading = renderer.read().slots[slot]
    assert (reading.voices, reading.faults, reading.failed) == (0, 0, "")


def test_nothing_is_compiled_while_it_renders() -> None:
    kernels = (
        resampler._filter, smoothing._step, safety._inspect, limiter._limit, mixing.mix,
        widening._widen,
    )  # fmt: skip
    renderer = piece(Renderer(RATE))
    before = [len(kernel.signatures) for kernel in kernels]
    pull(renderer, 6000, [128])
    renderer.swap(1, Sine(SINE, 32000))
    pull(renderer, 6000, [100])
    assert before == [len(kernel.signatures) for kernel in kernels]


def test_an_empty_rack_is_silent() -> None:
    assert np.all(pull(Renderer(RATE), 1000, [100]) == 0.0)


def test_a_rate_of_0_is_refused() -> None:
    with pytest.raises(UsageError, match="0 Hz"):
        Renderer(0)
