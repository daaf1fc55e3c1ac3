"""The measurements of played notes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.model_file import read_header, read_tensors, write_model
from rtaudiogen.models.measuring.played import measured_pitch
from rtaudiogen.models.sounds.harmonic.corpus import read_tables
from rtaudiogen.models.wavenet.evaluation import evaluate

from ..sounds.harmonic.made_notes import plucked
from .untrained import SMALL, SMALL_TEXTURE, write_untrained

RATE = 16000


@pytest.mark.parametrize("pitch", [40.0, 64.3, 84.0])
def test_pitch_is_measured_within_three_cents_in_noise(pitch: float) -> None:
    turn = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(12000) / RATE
    noise = np.random.default_rng(0).normal(0, 0.05, 12000)
    signal = 0.2 * np.sin(turn) + 0.2 * np.sin(2 * turn + 1) + 0.1 * np.sin(5 * turn) + noise
    assert measured_pitch(signal.astype(np.float32), RATE) == pytest.approx(pitch, abs=0.03)


@pytest.mark.slow
def test_evaluate_prints_the_numbers_of_every_instrument(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "model.safetensors")
    for name in SMALL.instruments:
        for pitch in (52, 58, 64, 70, 76):
            tone = 0.3 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(8000) / RATE)
            (tmp_path / "notes" / name).mkdir(parents=True, exist_ok=True)
            soundfile.write(tmp_path / "notes" / name / f"m{pitch}_v90.wav", tone, RATE)
    numbers = evaluate(model, tmp_path / "notes", hold_seconds=3, pitch_step=24)
    assert list(numbers["instruments"]) == list(SMALL.instruments)
    assert 4 < numbers["bits_per_sample"] < 12  # untrained: about 8
    assert numbers["voices_in_real_time"] > 0
    for one in numbers["instruments"].values():
        assert one["median_pitch_error_cents"] >= 0
        assert "hold_rise_db" in one
        assert abs(one["worst_drop_db"]) < 3  # of a level that stays


@pytest.mark.slow
def test_evaluate_of_a_texture_has_bits_and_speed(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "model.safetensors", SMALL_TEXTURE)
    for seed, name in enumerate(SMALL_TEXTURE.instruments):
        (tmp_path / "sounds" / name).mkdir(parents=True)
        noise = np.random.default_rng(seed).normal(0, 0.1, 2 * RATE)
        soundfile.write(tmp_path / "sounds" / name / "a.wav", noise, RATE)
    numbers = evaluate(model, tmp_path / "sounds")
    assert 4 < numbers["bits_per_sample"] < 12
    assert numbers["real_time_factor"] > 0


@pytest.mark.slow
def test_evaluate_compares_what_a_bank_plays_with_recordings(tmp_path: Path) -> None:
    for pitch in range(52, 62):
        (tmp_path / "notes" / "string").mkdir(parents=True, exist_ok=True)
        for velocity in (0.4, 0.8):
            path = tmp_path / "notes" / "string" / f"m{pitch}_v{round(127 * velocity)}.wav"
            soundfile.write(path, plucked(pitch, velocity), RATE)
    tables = read_tables(tmp_path / "notes", RATE, ("string",), 0.0, lambda line: None)
    config = replace(SMALL, instruments=("string",), harmonic=True, draws_rest=True)
    model = write_untrained(tmp_path / "model.safetensors", config)
    write_model(model, read_header(model), read_tensors(model) | tables.to_tensors())
    numbers = evaluate(model, tmp_path / "notes", pitch_step=24)
    assert numbers["held_out_sounds"] == 2
    string = numbers["instruments"]["string"]
    assert abs(string["decay_db"] - string["real_decay_db"]) < 2.5  # random weights draw the rest
    assert abs(string["velocity_range_db"] - string["real_velocity_range_db"]) < 1
    assert string["worst_drop_db"] > 5  # it rings
    assert string["median_pitch_error_cents"] < 10  # stretched strings sound sharp
