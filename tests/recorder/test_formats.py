"""Recordings in 16 and 24 bits and FLAC: dithered, reproducible, and clipping is reported."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.recorder.formats import clipping, sample_format, write_sound
from rtaudiogen.recorder.samples import Quantizer, SampleFormat
from rtaudiogen.recorder.wav import WavWriter

RATE = 48000
KINDS = [("a.wav", 16), ("a.wav", 24), ("a.wav", 32), ("a.flac", 16), ("a.flac", 24)]


def quiet_sine(frames: int = RATE, amplitude: float = 1.0) -> np.ndarray:
    """Return 1 kHz in both channels; `amplitude` is in steps of 16 bits."""
    wave = amplitude / 32768 * np.sin(2 * np.pi * 1000 / RATE * np.arange(frames) + 0.1)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def errors(sound: np.ndarray, bits: int) -> np.ndarray:
    """Return the stored sound minus the intended one, in steps."""
    scale = 2.0 ** (bits - 1)
    return np.asarray(Quantizer(bits, dither=True)(sound) - sound.astype(np.float64) * scale)


@pytest.mark.parametrize(("name", "bits"), KINDS)
def test_file_has_the_bits_asked_for_and_is_the_same_again(
    tmp_path: Path, name: str, bits: int
) -> None:
    sound = quiet_sine(5000, 3000.0)
    for folder, cut in (("whole", 5000), ("cut", 441)):
        blocks = (sound[start : start + cut] for start in range(0, 5000, cut))
        assert write_sound(tmp_path / folder / name, blocks, RATE, 2, bits) == 0
    facts = soundfile.info(tmp_path / "whole" / name)
    assert facts.subtype == {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}[bits]
    assert (facts.frames, facts.format.lower()) == (5000, name[2:])
    whole, cut_up = ((tmp_path / folder / name) for folder in ("whole", "cut"))
    back = soundfile.read(whole)[0]
    assert (soundfile.read(cut_up)[0] == back).all()
    assert np.abs(back - sound).max() <= (1.5 / 2 ** (bits - 1) if bits < 32 else 0)
    if name == "a.wav":
        assert whole.read_bytes() == cut_up.read_bytes()


@pytest.mark.parametrize(("name", "bits"), [("a.wav", 32), ("a.flac", 24), ("a.FLAC", 24)])
def test_bits_unasked_are_the_containers_own(name: str, bits: int) -> None:
    assert sample_format(Path(name)).bits == bits


@pytest.mark.parametrize("bits", [16, 24])
def test_rounding_error_is_noise_that_does_not_follow_the_sound(bits: int) -> None:
    loud, soft = quiet_sine(4 * RATE, 7.3), quiet_sine(4 * RATE, 0.4)
    for sound in (loud / 2 ** (bits - 16), soft / 2 ** (bits - 16)):
        error = errors(sound, bits)
        assert abs(error.mean()) < 0.01
        assert error.var() == pytest.approx(0.25, rel=0.03)  # 1/12 of rounding, 2/12 of the dither
        assert abs(np.corrcoef(error[:, 0], sound[:, 0])[0, 1]) < 0.01
        assert abs(np.corrcoef(error[:, 0], error[:, 1])[0, 1]) < 0.01


def test_sound_softer_than_a_step_is_still_there() -> None:
    sound = quiet_sine(4 * RATE, 0.4)
    stored = Quantizer(16, dither=True)(sound)[:, 0]
    phase = np.exp(-2j * np.pi * 1000 / RATE * np.arange(len(stored)))
    assert 2 * abs((stored * phase).mean()) == pytest.approx(0.4, abs=0.02)
    assert not Quantizer(16, dither=False)(sound).any()


@given(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=50))
def test_values_that_need_no_rounding_are_kept(values: list[int]) -> None:
    block = np.array(values, np.float32)[:, None] / np.float32(2**15)
    assert Quantizer(16, dither=True)(block)[:, 0].tolist() == values
    assert (Quantizer(24, dither=True)(block)[:, 0] == np.array(values) * 256).all()


@pytest.mark.parametrize(("name", "bits"), KINDS)
def test_values_beyond_full_scale_are_told(tmp_path: Path, name: str, bits: int) -> None:
    sound = np.array([[1.0, -1.0], [1.25, -3.0], [np.inf, 0.5]], np.float32)
    clipped = write_sound(tmp_path / name, [sound], RATE, 2, bits)
    assert clipped == (0 if bits == 32 else 3)
    told = clipping(Path(name), clipped)
    assert told == (
        "" if bits == 32 else f"{name}: 3 values were beyond full scale and clipped; "
        "a .wav of 32 bits keeps them"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "bits", "complaint"),
    [
        ("a.flac", 32, "a.flac: 32 bits; FLAC has 16 or 24"),
        ("a.wav", 8, "a.wav: 8 bits; WAV has 16 or 24 or 32"),
        ("a.mp3", 0, "a.mp3: expected a name that ends in .wav or .flac"),
        ("wav", 16, "wav: expected a name that ends in"),
    ],
)
def test_format_that_is_not_written_is_refused(name: str, bits: int, complaint: str) -> None:
    with pytest.raises(UsageError) as refusal:
        sample_format(Path(name), bits)
    assert str(refusal.value).startswith(complaint)


def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path) -> None:
    def blocks() -> object:
        yield quiet_sine(100)
        raise RtAudioGenError("the device is lost")

    for name in ("a.wav", "a.flac"):
        with pytest.raises(RtAudioGenError, match="lost"):
            write_sound(tmp_path / name, blocks(), RATE, 2, 16)
    assert list(tmp_path.iterdir()) == []


def test_16_bit_file_past_the_limit_is_rf64(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", RATE, 2, SampleFormat.PCM16, riff_limit_bytes=100)
    writer.write(quiet_sine(1001, 100.0))
    writer.close()
    assert struct.unpack("<4s", (tmp_path / "a.wav").read_bytes()[:4]) == (b"RF64",)
    assert soundfile.info(tmp_path / "a.wav").frames == 1001
