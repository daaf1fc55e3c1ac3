"""Pitch labels from file names and from sounds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.sounds.audio_folder import Clip
from rtaudiogen.models.sounds.names.labels import read_names
from rtaudiogen.models.sounds.note_labels import with_pitches, with_velocities
from rtaudiogen.models.sounds.pitch import estimate_pitch, pitch_from_name, velocity_from_name

RATE = 16000


def note(pitch: float, seconds: float = 0.6) -> np.ndarray:
    """Return a tone with harmonics."""
    turn = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(int(seconds * RATE)) / RATE
    return (0.3 * np.sin(turn) + 0.2 * np.sin(2 * turn) + 0.1 * np.sin(3 * turn)).astype("f4")


def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, RATE).astype("f4")


@pytest.mark.parametrize(
    ("name", "pitch"),
    [
        ("C#4", 61), ("m060", 60), ("60", 60), ("flute_A4_v100", 69), ("Bb2", 46), ("C-1", 0),
        ("m072_v127", 72), ("take_064_v31", None), ("fs5", 78), ("Ab3 soft", 56), ("note_47", 47),
        ("kick", None), ("rain_000", None), ("m200", None), ("loop3", None),
    ],
)  # fmt: skip
def test_pitch_is_read_from_a_name(name: str, pitch: int | None) -> None:
    assert pitch_from_name(name) == pitch


def test_velocity_is_read_from_a_name() -> None:
    assert velocity_from_name("m060_v110") == 110
    assert velocity_from_name("C4_vel_64") == 64
    assert velocity_from_name("violin_60") is None


@pytest.mark.parametrize("pitch", [40.0, 60.3, 84.0])
def test_pitch_is_estimated_within_ten_cents(pitch: float) -> None:
    assert estimate_pitch(note(pitch), RATE) == pytest.approx(pitch, abs=0.1)


def test_noise_has_no_pitch() -> None:
    assert estimate_pitch(noise(), RATE) is None


def test_an_estimated_pitch_is_said_to_be_one() -> None:
    said: list[str] = []
    labelled = with_pitches(
        [(Clip(Path("a.wav"), "x"), note(57))], RATE, Path("folder"), said.append
    )
    assert labelled[0][0].pitch == pytest.approx(57, abs=0.1)
    assert said == ["pitch of 1 of 1 files estimated from the sound (pYIN)"]


def test_a_folder_without_pitch_is_refused() -> None:
    with pytest.raises(RtAudioGenError, match=r"no clear pitch.*--texture"):
        with_pitches([(Clip(Path("a.wav"), "x"), noise())], RATE, Path("folder"), print)


def test_labels_that_contradict_the_sound_are_refused() -> None:
    sounds = [(Clip(Path(f"m{p:03}.wav"), "x", pitch=p), note(p + 4)) for p in (50, 55, 60, 65)]
    with pytest.raises(RtAudioGenError, match=r"mixed up: 4 of 4.*m050.wav is labelled 50"):
        with_pitches(sounds, RATE, Path("folder"), print)


def test_labels_an_octave_off_are_a_matter_of_taste() -> None:
    sounds = [(Clip(Path("x.wav"), "x", pitch=p + 12), note(p)) for p in (50, 55, 60, 65)]
    assert len(with_pitches(sounds, RATE, Path("folder"), print)) == 4


def folder_of(names: dict[str, float]) -> list[tuple[Clip, np.ndarray]]:
    """Return sounds at one pitch each, labelled by their names together."""
    labels = read_names(list(names))
    return [
        (Clip(Path(f"{name}.wav"), "x", label.pitch, spelled=label.spelled), note(pitch))
        for (name, pitch), label in zip(names.items(), labels, strict=True)
    ]


@pytest.mark.parametrize("octaves", [-1, 1, 3])
def test_octaves_counted_from_elsewhere_are_heard_and_said(octaves: int) -> None:
    said: list[str] = []
    names = {f"x_{name}": pitch + 12 * octaves for name, pitch in (("C3", 48), ("E3", 52))}
    sounds = folder_of({**names, "x_m055": 55})
    labelled = with_pitches(sounds, RATE, Path("folder"), said.append)
    assert [clip.pitch for clip, _ in labelled] == [*names.values(), 55]
    assert [line for line in said if f"C{4 - octaves} is middle C (60)" in line]


def test_a_title_that_looks_like_a_note_is_heard_to_be_none() -> None:
    said: list[str] = []
    sounds = folder_of({"Synth B3 1": 50, "Synth B3 2": 55, "Synth B3 3": 57})
    labelled = with_pitches(sounds, RATE, Path("folder"), said.append)
    assert [round(clip.pitch or 0) for clip, _ in labelled] == [50, 55, 57]
    assert "read as part of a title" in said[0]


def test_velocity_is_measured_only_where_it_is_not_labelled() -> None:
    clip = Clip(Path("x.wav"), "x", pitch=60)
    loud, soft = (replace(clip), note(60)), (replace(clip), 0.1 * note(60))
    labelled = (replace(clip, velocity=0.3), note(60))
    velocities = [c.velocity for c, _ in with_velocities([loud, soft, labelled])]
    assert velocities == [1.0, pytest.approx(0.5), 0.3]
