"""The reverb: its decay is that of the knob, the dry sound passes through, and it ends."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from rtaudiogen.events import no_events
from rtaudiogen.generator import Audio
from rtaudiogen.models.space import SPACE
from rtaudiogen.models.space.generator import Space


def played(heard: Audio, rate: int = 48000, **values: float) -> Audio:
    """Return what comes back of a sound (frames, 2)."""
    space = Space(SPACE, rate)
    space.prepare(len(heard))
    parameters = SPACE.defaults()
    for id, value in values.items():
        parameters[SPACE.parameter_index(id)] = value
    out = np.full_like(heard, np.nan)
    space.hear(heard)
    space.render(out, parameters, no_events())
    return out


def impulse(seconds: float, rate: int = 48000) -> Audio:
    heard = np.zeros((round(seconds * rate), 2), np.float32)
    heard[0] = 1.0
    return heard


def decay_seconds(answer: Audio, rate: int, octave_hz: float) -> float:
    """Return the time of 60 dB, from -5 to -35 dB of the backward integral (Schroeder 1965)."""
    limits = [octave_hz / 2**0.5, octave_hz * 2**0.5]
    band = sosfiltfilt(butter(3, limits, "band", fs=rate, output="sos"), answer, axis=0)
    left = np.cumsum((band**2).sum(axis=1)[::-1])[::-1]
    level = 10 * np.log10(left / left[0] + 1e-30)
    begin, end = np.argmax(level < -5), np.argmax(level < -35)
    return float(60 * (end - begin) / rate / (level[begin] - level[end]))


@pytest.mark.parametrize("rate", [44100, 96000])
@pytest.mark.parametrize(("size", "decay"), [(20, 0.4), (100, 0.6), (100, 2), (200, 2), (60, 8)])
def test_a_sound_dies_away_in_the_time_of_the_knob(rate: int, size: float, decay: float) -> None:
    answer = played(impulse(1.2 * decay + 0.5, rate), rate, size=size, decay=decay, mix=100)
    assert decay_seconds(answer, rate, 500.0) == pytest.approx(decay, rel=0.1)


def test_treble_dies_away_faster_by_the_damping() -> None:
    bright = played(impulse(3.0), decay=2.0, damping=0.0, mix=100)
    dull = played(impulse(3.0), decay=2.0, damping=60.0, mix=100)
    assert decay_seconds(bright, 48000, 8000.0) == pytest.approx(2.0, rel=0.15)
    assert decay_seconds(dull, 48000, 8000.0) < 0.5 * decay_seconds(bright, 48000, 8000.0)


def test_without_the_room_the_sound_itself_comes_back() -> None:
    heard = np.random.default_rng(1).uniform(-0.5, 0.5, (4800, 2)).astype(np.float32)
    np.testing.assert_array_equal(played(heard, mix=0.0), heard)


def test_the_room_is_wide_and_as_loud_at_any_decay() -> None:
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (96000, 1)).astype(np.float32)
    levels = []
    for decay in (0.5, 2.0, 8.0):
        late = played(noise.repeat(2, axis=1), decay=decay, damping=0.0, mix=100)[48000:]
        levels.append(20 * np.log10(late.std()))
        assert abs(np.corrcoef(late.T)[0, 1]) < 0.3
    assert np.ptp(levels) < 3.0


def test_a_side_is_heard_on_that_side_first() -> None:
    heard = impulse(0.5)
    heard[:, 1] = 0.0
    answer = played(heard, mix=30.0)
    assert answer[0, 0] > 0.8
    assert answer[0, 1] == 0.0
    assert np.abs(answer[:, 1]).max() > 0.01
