"""Recorded notes are analysed into tables."""

import numpy as np
import pytest

from rtaudiogen.models.sounds.harmonic.grid import STEP_DB, TIMES
from rtaudiogen.models.sounds.harmonic.measuring import analysed, tables_of
from rtaudiogen.models.sounds.harmonic.noise import bands_of
from rtaudiogen.models.sounds.harmonic.partials import frequencies_of
from rtaudiogen.models.sounds.harmonic.room import floor_of
from rtaudiogen.models.sounds.harmonic.tables import Tables

from .made_notes import HOLD, RATE, STRETCH, blown, hertz, noise, plucked, recording


def tables(*recordings, instruments: int = 1) -> Tables:
    notes = [analysed(each, RATE, HOLD) for each in recordings]
    own = [[r for r in recordings if r.instrument == i] for i in range(instruments)]
    return tables_of(notes, [floor_of(mine, RATE) for mine in own], RATE)


@pytest.mark.parametrize("pitch", [40.0, 60.0, 72.3])
def test_the_stretch_of_a_string_is_found(pitch: float) -> None:
    found = frequencies_of(plucked(pitch), round(pitch), RATE)
    cents = [1200 * np.log2(found[k - 1] / hertz(pitch, k)) for k in range(1, 9)]
    assert np.abs(cents).max() < 2


def test_every_partial_has_its_own_level_and_decay() -> None:
    made = tables(recording(plucked()))
    assert made.stretch[0] == pytest.approx(STRETCH, abs=5e-5)
    for k in (1, 2, 4):
        for time in (0.1, 0.5, 2.0, 2.6):
            point = int(np.argmin(np.abs(TIMES - time)))
            expected = -15 - 3 * k - (6 + 2 * k) * TIMES[point]
            assert -STEP_DB * made.level[k - 1, point] == pytest.approx(expected, abs=1.0)
        assert made.tail[k - 1] == pytest.approx(-(6 + 2 * k), abs=1.0)


def test_a_blown_note_stays_and_falls_when_let_go() -> None:
    made = tables(recording(blown()))
    late = -STEP_DB * made.level[0, [int(np.argmin(np.abs(TIMES - t))) for t in (1.0, 6.0)]]
    assert abs(late[0] - late[1]) < 0.6
    assert made.tail[0] == 0.0
    assert made.release[0] == pytest.approx(-100, rel=0.15)


def test_room_sound_does_not_become_a_lasting_partial() -> None:
    made = tables(recording(plucked(noise_db=-60.0, faster=3.0)))
    last = -STEP_DB * made.level[9].astype(float)
    assert last[-1] < -100  # it fell below the noise at once


def test_the_rest_beside_the_partials_is_the_noise() -> None:
    for noise_db in (-40.0, -60.0):
        note = analysed(recording(plucked(noise_db=noise_db)), RATE, HOLD)
        level = 10 * np.log10(np.mean(np.square(note.residual[4000:16000])))
        assert level == pytest.approx(noise_db, abs=1.5)


def test_bands_of_white_noise_are_its_level() -> None:
    white = noise(-30.0)[: 3 * RATE // 2].astype(np.float32)
    assert np.abs(bands_of(white, RATE)[40:].mean(axis=0) + 30.0).max() < 1.5


def test_a_steady_instrument_is_not_alive_and_an_ensemble_is() -> None:
    random = np.random.default_rng(0)
    time = np.arange(len(blown())) / RATE
    players = [
        sum(np.sin(2 * np.pi * hertz(60, k, 0.0) * c * time + random.uniform(0, 6)) / k
            for k in range(1, 9))
        for c in 2 ** (random.normal(0, 15, 12) / 1200)
    ]  # fmt: skip
    choir = (0.02 * np.sum(players, axis=0)).astype(np.float32)
    both = [recording(blown())] * 3 + [recording(choir, instrument=1)] * 3
    made = tables(*both, instruments=2)
    assert made.alive[0, :, 0].max() < 0.02
    assert made.alive[1, 3:, 0].min() > 0.15


def test_a_table_is_restored_from_tensors_and_damage_is_refused() -> None:
    made = tables(recording(plucked()), recording(plucked(62.0), 62.0, 0.4))
    tensors = made.to_tensors()
    again = Tables.from_tensors(tensors, 1)
    assert all((one == other).all() for one, other in zip(made, again, strict=True))
    for name, broken in (
        ("first", tensors["harmonic.first"][::-1].copy()),
        ("level", tensors["harmonic.level"][1:]),
        ("tail", np.full_like(tensors["harmonic.tail"], np.nan)),
        ("instrument", tensors["harmonic.instrument"] + 1),
    ):
        with pytest.raises(ValueError, match=r"."):
            Tables.from_tensors(tensors | {f"harmonic.{name}": broken}, 1)


def test_a_key_gets_the_nearest_recorded_pitch_by_velocity() -> None:
    made = tables(*(recording(plucked(p, v), p, v) for p in (60.0, 66.0) for v in (0.8, 0.4)))
    assert made.layers[0, 62].tolist() == made.layers[0, 0].tolist()
    assert made.layers[0, 65].tolist() == made.layers[0, 127].tolist()
    assert made.velocity[made.layers[0, 60]].tolist() == pytest.approx([0.4, 0.8])
