"""The time from a knob or a preset to its sound is measured by a tone."""

import numpy as np
import pytest

from rtaudiogen.engine.control_delay import (
    BEFORE_FRAMES,
    TURN,
    amplitudes,
    departure,
    held_tone,
    largest_step,
)

FRAMES, AT = 2000, 700


def tone(levels: np.ndarray) -> np.ndarray:
    return (levels * np.sin(TURN * np.arange(len(levels)))).astype(np.float32)


def test_amplitude_is_known_at_every_frame() -> None:
    assert amplitudes(tone(np.full(FRAMES, 0.25))) == pytest.approx(0.25, abs=1e-5)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_departure_is_found_to_the_frame(factor: float) -> None:
    levels = np.where(np.arange(FRAMES) < AT, 0.25, 0.25 * factor)
    found = departure(tone(levels))
    assert found is not None
    assert abs(found - AT) <= 1
    assert departure(tone(levels[:AT])) is None
    assert departure(tone(levels[:BEFORE_FRAMES])) is None


def test_step_stands_out_and_a_glide_does_not() -> None:
    abrupt = np.where(np.arange(FRAMES) < AT, 0.25, 0.125)
    assert largest_step(tone(np.full(FRAMES, 0.25))) < 1e-4
    assert largest_step(tone(np.linspace(0.25, 0.125, FRAMES))) < 1e-3
    assert largest_step(tone(abrupt)) > 0.05


@pytest.mark.realtime
def test_knobs_and_presets_are_heard_and_shown() -> None:
    with held_tone() as held:
        changes = [held.turned(), held.exchanged(), *held.turned_while_loading("sine", 1)]
    assert len(changes) >= 3
    for change in changes:
        assert change.shown_ms > 0
        assert 0 < change.step < 2
