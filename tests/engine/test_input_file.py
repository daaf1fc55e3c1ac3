"""An effect is rendered from a sound file, whatever its rate, channels and length."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.generator import Descriptor
from rtaudiogen.models.sine import SINE
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.sound_files import InputFile
from rtaudiogen.sounds.reader import BLOCK_FRAMES

from ..realtime import effects

RATE = 48000
LEFT = np.float32(np.sqrt(0.5))  # of a mono source in the centre
FADED_IN = 1024


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    effects.register(monkeypatch)


def noise(frames: int, channels: int = 1) -> np.ndarray:
    random = np.random.default_rng(frames)
    return random.uniform(-0.3, 0.3, (frames, channels)).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


def test_an_effect_gets_the_file_frame_by_frame(tmp_path: Path) -> None:
    samples = noise(20_000)
    path = write(tmp_path / "in.wav", samples)
    out = render(RenderRequest([effects.ECHO], 20_000 / RATE, RATE, input_file=path))
    np.testing.assert_allclose(out[FADED_IN:, 0], LEFT * samples[FADED_IN:, 0], atol=1e-7)


def test_after_the_files_end_there_is_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "in.wav", noise(5000))
    out = render(RenderRequest([effects.ECHO], 0.5, RATE, input_file=path))
    assert out[4999].any()
    assert not out[5000:].any()


@pytest.mark.parametrize("block_frames", [1, 100, 5000])
def test_the_block_size_changes_no_bit(tmp_path: Path, block_frames: int) -> None:
    path = write(tmp_path / "in.wav", noise(9000, 2), 44100)
    whole = render(RenderRequest([effects.ECHO_16K], 0.1, RATE, input_file=path))
    again = render(
        RenderRequest([effects.ECHO_16K], 0.1, RATE, block_frames=block_frames, input_file=path)
    )
    np.testing.assert_array_equal(again, whole)
    assert np.abs(whole).max() > 0.1


@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_a_file_of_another_rate_is_heard_in_time_and_in_tune(tmp_path: Path, rate: int) -> None:
    time = np.arange(3 * rate) / rate
    path = write(tmp_path / "in.wav", 0.5 * np.sin(2 * np.pi * 440 * time), rate)
    out = render(RenderRequest([effects.ECHO], 3.0, RATE, input_file=path))[:, 0]
    expected = LEFT * 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(out)) / RATE)
    inside = slice(FADED_IN, -1000)
    assert np.abs(out - expected)[inside].max() < 1e-3


def test_input_channels_are_averaged_and_bad_values_silenced(tmp_path: Path) -> None:
    samples = noise(5000, 2)
    samples[2000], samples[2001, 0] = np.nan, np.inf
    path = write(tmp_path / "in.wav", samples)
    notices: list[str] = []
    out = render(
        RenderRequest([effects.ECHO], 5000 / RATE, RATE, input_file=path), notices=notices
    )[:, 0]
    assert out[2000] == 0.0
    assert out[2001] == pytest.approx(LEFT * samples[2001, 1] / 2)
    np.testing.assert_allclose(out[3000:], LEFT * samples[3000:].mean(axis=1), atol=1e-7)
    assert notices == [f"{path}: 3 samples were not numbers and became silence"]


def test_a_file_is_read_as_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, noise(4 * BLOCK_FRAMES), RATE, subtype="PCM_16")
    with InputFile(path, RATE) as heard:
        block = np.zeros((128, 1), np.float32)
        heard.read(block)
        assert len(heard._ready) == BLOCK_FRAMES - 128
        assert heard.seconds == 4 * BLOCK_FRAMES / RATE


@pytest.mark.parametrize("other", [-1.0, 0.0])
def test_channels_that_cancel_or_are_dead_are_heard_in_full(tmp_path: Path, other: float) -> None:
    samples = noise(5000)
    path = write(tmp_path / "in.wav", np.concatenate([samples, other * samples], axis=1))
    out = render(RenderRequest([effects.ECHO], 5000 / RATE, RATE, input_file=path))[:, 0]
    np.testing.assert_allclose(out[FADED_IN:], LEFT * samples[FADED_IN:, 0], atol=1e-7)


def test_a_flac_and_an_ogg_are_heard_too(tmp_path: Path) -> None:
    for name in ("in.flac", "in.ogg"):
        soundfile.write(tmp_path / name, noise(9600), RATE)
        out = render(RenderRequest([effects.ECHO], 0.2, RATE, input_file=tmp_path / name))
        assert np.abs(out).max() > 0.1


def test_files_that_cannot_be_heard_are_refused_in_one_line(tmp_path: Path) -> None:
    write(tmp_path / "empty.wav", noise(0))
    (tmp_path / "text.wav").write_text("no sound")
    cases = {"none.wav": "no such file", "empty.wav": "empty file", "text.wav": "cannot be read"}
    for name, words in cases.items():
        with pytest.raises(RtAudioGenError, match=words) as refusal:
            render(RenderRequest([effects.ECHO], 0.1, RATE, input_file=tmp_path / name))
        assert "\n" not in str(refusal.value)
        assert name in str(refusal.value)
    with pytest.raises(RtAudioGenError, match="a folder"):
        render(RenderRequest([effects.ECHO], 0.1, RATE, input_file=tmp_path))


def test_an_input_that_nothing_would_hear_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "in.wav", noise(100))
    with pytest.raises(UsageError, match=r"sine: not an effect, so nothing would hear .*in\.wav"):
        render(RenderRequest([SINE], 0.1, RATE, input_file=path))


class LateEcho(effects.Echo):
    """An echo that comes 250 model frames later."""

    input_delay_frames = 250

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        super().__init__(descriptor, sample_rate)
        self._line = np.zeros((250, 1), np.float32)

    def hear(self, block: np.ndarray) -> None:
        joined = np.concatenate([self._line, block])
        self._heard, self._line = joined[: len(block)], joined[len(block) :]


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "Echo", LateEcho)


def lag(heard: np.ndarray, out: np.ndarray) -> int:
    """Return by how many frames `out` is later than `heard`, from their correlation's peak."""
    spectrum = np.fft.rfft(out, 2 * len(out)) * np.conj(np.fft.rfft(heard, 2 * len(out)))
    shift = int(np.fft.irfft(spectrum).argmax())
    return shift if shift < len(out) else shift - 2 * len(out)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_aligned_output_is_the_same_without_the_delay(
    tmp_path: Path, late: None, rate: int
) -> None:
    samples = noise(rate // 2)
    path = write(tmp_path / "in.wav", samples, rate)
    told: list[list[str]] = [[], []]
    late_out, aligned = (
        render(
            RenderRequest([effects.ECHO_16K], 0.5, rate, input_file=path, align=align),
            notices=notices,
        )
        for align, notices in zip((False, True), told, strict=True)
    )
    frames = lag(samples[:, 0], late_out[:, 0])
    assert frames == pytest.approx(
        250 * rate / 16000 + (0 if rate == 16000 else 0.005 * rate), abs=20
    )
    assert lag(samples[:, 0], aligned[:, 0]) == 0
    assert len(aligned) == len(late_out) == len(samples)
    np.testing.assert_array_equal(aligned[:-frames], late_out[frames:])
    span = f"the answer to the input is {frames} frames ({1000 * frames / rate:.1f} ms) late"
    assert told[0] == [f"echo-16k: {span}, and so is the output"]
    assert told[1] == [f"echo-16k: {span}; the output is aligned with the input"]


def test_notes_stay_where_they_were_when_the_input_is_aligned(
    tmp_path: Path, late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "in.wav", np.zeros((RATE, 1), np.float32))
    events = np.array([(12_000, 0x90, 60, 100, 0)], MIDI_EVENT)
    models = [effects.ECHO_16K, SINE]
    out = render(RenderRequest(models, 0.5, RATE, input_file=path, align=True, events=events))
    assert np.flatnonzero(out.any(axis=1))[0] == pytest.approx(12_000, abs=1)
    assert events["frame"] == 12_000


def test_slower_effect_beside_a_faster_one_is_told(tmp_path: Path, late: None) -> None:
    path = write(tmp_path / "in.wav", noise(5000))
    notices: list[str] = []
    render(
        RenderRequest([effects.ECHO_16K, effects.ECHO], 0.1, RATE, input_file=path, align=True),
        notices=notices,
    )
    slow, fast = sorted(notices, key=len, reverse=True)
    assert slow.startswith("echo-16k: the answer to the input is ")
    assert slow.endswith(" of it remain, because another effect is faster")
    assert fast.startswith("echo: the answer to the input is 250 frames (5.2 ms) late; the output")
