"""A pair of recordings is checked: one line for each thing that is wrong or worth a remark."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.nam.learning.recording import MARGIN_SECONDS, Recording, read_recording
from rtaudiogen.recording_pair import Pair

from .pairs import RATE, Signal, driven, tones, write_pair


def read(pair: Pair, delay: int | None = None) -> tuple[Recording, list[str]]:
    said: list[str] = []
    return read_recording(pair, RATE, delay, said.append), said


def refused(pair: Pair) -> str:
    with pytest.raises(RtAudioGenError) as error:
        read(pair)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_delay_is_told_and_taken_out_but_for_a_margin(tmp_path: Path) -> None:
    pair = write_pair(tmp_path, lambda dry: np.concatenate([np.zeros(120), driven(dry)]))
    recording, said = read(pair)
    left = round(MARGIN_SECONDS * RATE)
    assert recording.delay == 120 - left
    assert "the wet is 120 frames (15.00 ms) late" in " ".join(said)
    np.testing.assert_allclose(recording.wet[left:], driven(recording.dry)[:-left], atol=1e-6)
    assert len(recording.dry) == len(recording.wet)


def test_an_early_wet_is_aligned_as_well(tmp_path: Path) -> None:
    recording, said = read(write_pair(tmp_path, lambda dry: driven(dry)[50:]))
    assert recording.delay == -50
    assert "50 frames (6.25 ms) early" in " ".join(said)
    np.testing.assert_allclose(recording.wet[200:], driven(recording.dry)[200:], atol=1e-6)


def test_a_given_delay_is_not_searched(tmp_path: Path) -> None:
    recording, said = read(write_pair(tmp_path), delay=7)
    assert recording.delay == 7
    assert "late" not in " ".join(said)


@pytest.mark.parametrize(
    ("wet", "words"),
    [
        (np.negative, "inverted"),
        (lambda dry: np.clip(8 * driven(dry), -1, 1), "frames are clipped at full scale"),
        (lambda dry: 0.003 * driven(dry), "record it louder"),
        (lambda dry: np.concatenate([driven(dry), np.zeros(4000)]), "0.50 s of the longer"),
    ],
)
def test_what_is_odd_is_told_in_a_line(
    tmp_path: Path, wet: Callable[[Signal], Signal], words: str
) -> None:
    _, said = read(write_pair(tmp_path, wet))
    assert len([line for line in said if words in line]) == 1
    assert not any("\n" in line for line in said)


def test_a_hum_in_the_pauses_is_heard(tmp_path: Path) -> None:
    dry = np.concatenate([tones(2.0), np.zeros(RATE), tones(1.0, seed=1)])
    hum = 0.02 * np.sin(2 * np.pi * 50 * np.arange(len(dry)) / RATE)
    pair = Pair(tmp_path / "dry.wav", tmp_path / "wet.wav")
    soundfile.write(pair.dry, dry, RATE, "FLOAT")
    soundfile.write(pair.wet, driven(dry) + hum, RATE, "FLOAT")
    assert "hum at 50 Hz in the pauses" in " ".join(read(pair)[1])
    soundfile.write(pair.wet, driven(dry), RATE, "FLOAT")
    assert "in the pauses" not in " ".join(read(pair)[1])


def test_two_clocks_are_heard(tmp_path: Path) -> None:
    def slower(dry: Signal) -> Signal:
        frames = np.arange(len(dry))
        return np.interp(frames * (1 - 3e-4), frames, driven(dry))

    assert "drifts by" in " ".join(read(write_pair(tmp_path, slower, 6.0))[1])


@pytest.mark.parametrize(
    ("wet", "words"),
    [
        (lambda dry: 1e-5 * dry, "silent"),
        (lambda dry: driven(dry) * (np.arange(len(dry)) < 0.85 * len(dry)), "cut the silence off"),
        (lambda dry: tones(3.0, seed=1), "of the same take?"),
        (lambda dry: driven(dry)[:9000], "s; expected"),
        (lambda dry: np.concatenate([dry, dry]), "expected recordings of the same length"),
    ],
)
def test_what_cannot_be_learnt_is_refused(
    tmp_path: Path, wet: Callable[[Signal], Signal], words: str
) -> None:
    assert words in refused(write_pair(tmp_path, wet))


def test_two_sample_rates_are_refused(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    soundfile.write(pair.wet, driven(tones(6.0)), 2 * RATE)
    assert "8000 and 16000 Hz" in refused(pair)


def test_both_are_converted_to_the_rate_of_the_model(tmp_path: Path) -> None:
    pair, said = write_pair(tmp_path, rate=16000), []
    recording = read_recording(pair, RATE, None, said.append)
    assert len(recording.dry) == len(recording.wet) == 3 * RATE
    assert "converted from 16000 to 8000 Hz" in " ".join(said)
