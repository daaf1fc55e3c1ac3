"""The sine is exact in bits and in pitch."""

import numpy as np
import pytest

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Audio, Events
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine

RATE = 48000


def sine() -> Sine:
    generator = Sine(SINE, RATE)
    generator.prepare(RATE)
    return generator


def play(generator: Sine, frames: int, *events: Events, **values: float) -> Audio:
    parameters = SINE.defaults()
    for id, value in values.items():
        parameters[SINE.parameter_index(id)] = value
    out = np.full((frames, 1), np.nan, np.float32)
    generator.render(out, parameters, np.concatenate(events) if events else no_events())
    return out[:, 0]


def note(key: float, voice: int = 0, frame: int = 0, velocity: float = 1.0) -> Events:
    return event(frame, EventKind.NOTE_ON, voice, key, velocity)


def pitch(signal: np.ndarray) -> float:
    """Return the frequency in Hz, from the phase gained between two windowed spectra."""
    length, hop = 8192, 64
    window = np.hanning(length)
    first, second = (np.fft.rfft(window * signal[i : i + length]) for i in (0, hop))
    peak = int(np.argmax(np.abs(first)))
    expected = 2 * np.pi * peak * hop / length
    turn = np.angle(second[peak] / first[peak]) - expected
    turn -= 2 * np.pi * np.round(turn / (2 * np.pi))
    return float((expected + turn) / hop * RATE / (2 * np.pi))


@pytest.mark.parametrize("key", [40, 69, 84, 60.5])
def test_a_note_has_its_pitch(key: float) -> None:
    out = play(sine(), 12000, note(key), attack=1.0)
    cents = 1200 * np.log2(pitch(out[2000:]) / (440 * 2 ** ((key - 69) / 12)))
    assert abs(cents) < 0.5


def test_level_is_the_peak_of_a_full_velocity_note() -> None:
    out = play(sine(), 12000, note(69), level=-6.0)
    assert 20 * np.log10(np.abs(out).max()) == pytest.approx(-6.0, abs=0.01)


def test_the_bend_is_in_semitones() -> None:
    bend = event(0, EventKind.PITCH_BEND, value=-2.0)
    out = play(sine(), 12000, bend, note(69), attack=1.0)
    assert pitch(out[2000:]) == pytest.approx(440 * 2 ** (-2 / 12), rel=1e-4)


def test_the_mod_wheel_brings_vibrato() -> None:
    wheel = event(0, EventKind.MOD_WHEEL, value=1.0)
    still, moving = play(sine(), 24000, note(69)), play(sine(), 24000, wheel, note(69))
    assert np.abs(still - moving).max() > 0.1


def test_voices_add_up() -> None:
    chord = play(sine(), 5000, note(60, 0), note(67, 1))
    alone = play(sine(), 5000, note(60)) + play(sine(), 5000, note(67))
    np.testing.assert_allclose(chord, alone, atol=1e-6)


def test_a_released_voice_is_silent_after_its_release() -> None:
    generator = sine()
    play(generator, 4800, note(69))
    out = play(generator, 4800, event(0, EventKind.NOTE_OFF, 0), release=50.0)
    assert np.abs(out[2402:]).max() == 0.0
    assert np.abs(out[:2300]).max() > 0.01
    assert generator.voice_levels()[0] == 0.0


def test_a_choked_voice_is_silent_within_4_ms() -> None:
    generator = sine()
    play(generator, 4800, note(69))
    out = play(generator, 400, event(0, EventKind.CHOKE, 0))
    assert np.abs(out[192:]).max() == 0.0
