"""The cabinet keeps the loudness, has its curve, and refuses what is no response."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.cabinet import CABINET
from rtaudiogen.models.cabinet.generator import Cabinet
from rtaudiogen.models.cabinet.loudspeaker import CURVE_DB, CURVE_HZ, even, loudspeaker
from rtaudiogen.offline import RenderRequest, render


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_loudspeaker_has_its_curve(rate: int) -> None:
    response = loudspeaker(rate)
    size = 1 << 16
    level = 20 * np.log10(np.abs(np.fft.rfft(response, size)))
    at = [level[round(hz * size / rate)] for hz in CURVE_HZ]
    heard = [i for i, hz in enumerate(CURVE_HZ) if 100 <= hz <= 7000]
    offsets = [at[i] - CURVE_DB[i] for i in heard]
    assert np.ptp(offsets) < 2.0
    assert np.argmax(np.abs(response)) < 0.001 * rate  # the least delay


def test_an_even_response_keeps_the_loudness_of_pink_noise() -> None:
    rate, frames = 48000, 1 << 17
    hz = np.fft.rfftfreq(frames, 1 / rate)
    phase = np.random.default_rng(1).uniform(0, 2 * np.pi, len(hz))
    audible = (hz >= 80) & (hz <= 6000)
    pink = np.fft.irfft(np.where(audible, np.exp(1j * phase) / np.sqrt(np.maximum(hz, 1)), 0))
    for response in (loudspeaker(rate), even(np.array([0.0, 0.02]), rate)):
        after = np.convolve(pink, response)[: len(pink)]
        assert 20 * np.log10(after.std() / pink.std()) == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (np.zeros(100), "silent or not finite"),
        (np.full(100, np.nan), "silent or not finite"),
        (np.zeros(0), "silent or not finite"),
        (np.ones(7 * 48000), "of 7.0 s: expected at most 6 s"),
    ],
)
def test_what_is_no_response_is_refused_in_one_line(sound: np.ndarray, message: str) -> None:
    with pytest.raises(RtAudioGenError, match=message):
        Cabinet(CABINET, 48000).take(sound.astype(np.float32))


def test_silence_after_a_response_is_left_out() -> None:
    cabinet = Cabinet(CABINET, 48000)
    cabinet.take(np.concatenate([[1.0, 0.5], np.zeros(20 * 48000)]).astype(np.float32))
    cabinet.prepare(128)
    assert len(cabinet.save_state()["spectra"]) == 0


def test_a_file_is_rendered_through_a_response_from_a_file(tmp_path: Path) -> None:
    response = np.zeros(4800, np.float32)
    response[[0, 2400]] = 0.5, 0.25
    soundfile.write(tmp_path / "response.wav", response, 48000, subtype="FLOAT")
    heard = np.zeros(9600, np.float32)
    heard[4000:4100] = 0.1
    soundfile.write(tmp_path / "in.wav", heard, 48000, subtype="FLOAT")
    out = render(
        RenderRequest(
            [CABINET], 0.2, input_file=tmp_path / "in.wav", sound=tmp_path / "response.wav"
        )
    )[:, 0]
    first, second = np.abs(out[4000:4100]).mean(), np.abs(out[6400:6500]).mean()
    assert second / first == pytest.approx(0.5, rel=1e-3)
