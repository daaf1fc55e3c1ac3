"""A restored renderer continues without any difference."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.render.renderer import Renderer

from ..playing import FRAMES, RATE, MakeInTurn, piece, pull, sine


@settings(max_examples=15, deadline=None)
@given(stop=st.integers(1, FRAMES - 1), sizes=st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_a_restored_renderer_continues_bit_for_bit(stop: int, sizes: list[int]) -> None:
    whole = pull(piece(Renderer(RATE, 3)), FRAMES, [FRAMES])
    first = piece(Renderer(RATE, 3))
    pull(first, stop, sizes)
    arrays, facts = first.save_state()
    facts = json.loads(json.dumps(facts))
    rates = {1: RATE, 2: 16000}
    second = Renderer(RATE)
    second.load_state(arrays, facts, MakeInTurn(list(rates.values())))
    assert second.frame == stop
    np.testing.assert_array_equal(pull(second, FRAMES - stop, [128]), whole[stop:])


@pytest.mark.parametrize("frames_after_swap", [128, 500, 2000])
def test_a_renderer_is_restored_in_the_middle_of_a_swap(frames_after_swap: int) -> None:
    def performance() -> Renderer:
        renderer = piece(Renderer(RATE))
        pull(renderer, 1280, [128])
        renderer.swap(1, sine(22050), {"level": -20.0})
        pull(renderer, frames_after_swap, [128])
        return renderer

    arrays, facts = performance().save_state()
    restored = Renderer(RATE)
    rates = [RATE, 22050, 16000] if frames_after_swap < 1000 else [22050, 16000]
    restored.load_state(arrays, facts, MakeInTurn(rates))
    expected = pull(performance(), 5000, [128])
    np.testing.assert_array_equal(pull(restored, 5000, [128]), expected)
    restored.set_mix(1, "pan", -1.0)


def test_an_event_between_two_model_frames_survives_a_restart() -> None:
    def until_then() -> Renderer:
        renderer = Renderer(RATE)
        renderer.add(sine(16000))
        renderer.midi(1279, 0x90, 69, 127)  # rounded up to a model frame of the next quantum
        pull(renderer, 1280, [128])
        return renderer

    arrays, facts = until_then().save_state()
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, MakeInTurn([16000]))
    out = pull(restored, 2560, [128])
    np.testing.assert_array_equal(out, pull(until_then(), 2560, [128]))
    assert np.abs(out).max() > 0.1


def test_a_renderer_is_restored_while_the_limiter_holds_back() -> None:
    def until_then() -> Renderer:
        renderer = Renderer(RATE)
        renderer.add(sine(), {"level": 0.0}, {"gain_db": 20.0})
        renderer.midi(0, 0x90, 69, 127)
        pull(renderer, 2400, [100])
        return renderer

    arrays, facts = until_then().save_state()
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, MakeInTurn([RATE]))
    np.testing.assert_array_equal(pull(restored, 500, [128]), pull(until_then(), 500, [128]))


def test_state_can_be_asked_for_while_playing() -> None:
    renderer = piece(Renderer(RATE))
    pull(renderer, 1000, [128])
    renderer.request_state()
    rest = pull(renderer, 2000, [128])
    ((kind, _, _, _, (arrays, facts)),) = renderer.messages()
    assert kind == "saved"
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, MakeInTurn([RATE, 16000]))
    ahead = restored.frame - 1000
    np.testing.assert_array_equal(pull(restored, 1000, [128]), rest[ahead : ahead + 1000])


def test_state_of_another_rate_is_refused() -> None:
    arrays, facts = Renderer(RATE).save_state()
    with pytest.raises(RtAudioGenError, match="48000 Hz"):
        Renderer(44100).load_state(arrays, facts, lambda model, sound, voices: sine())


def test_state_is_not_saved_while_a_slot_waits_to_be_added() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine(), at_frame=1000)
    with pytest.raises(RtAudioGenError, match="waiting to be added"):
        renderer.save_state()
