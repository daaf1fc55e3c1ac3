"""The player loops a sound at any speed, and its riff is in tune."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import no_events
from rtaudiogen.generator import Audio
from rtaudiogen.models.cabinet import CABINET
from rtaudiogen.models.player import PLAYER
from rtaudiogen.models.player.generator import Player
from rtaudiogen.models.player.riff import BEAT_SECONDS, riff
from rtaudiogen.offline import RenderRequest, render

RATE = 48000


def played(sound: np.ndarray, frames: int, **values: float) -> Audio:
    player = Player(PLAYER, RATE)
    player.take(sound.astype(np.float32))
    player.prepare(frames)
    parameters = PLAYER.defaults()
    for id, value in values.items():
        parameters[PLAYER.parameter_index(id)] = value
    out = np.full((frames, 1), np.nan, np.float32)
    player.render(out, parameters, no_events())
    return out[:, 0]


def tone(hz: float, frames: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)


def loudest_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 19))
    return float(np.argmax(spectrum) * RATE / (1 << 19))


def test_at_its_own_speed_every_frame_comes_back_in_a_loop() -> None:
    sound = tone(440.0, 10000)
    out = played(sound, 25000)
    seam = RATE // 200
    np.testing.assert_array_equal(out[seam : 10000 - seam], sound[seam:-seam].astype(np.float32))
    np.testing.assert_array_equal(out[:5000], out[10000:15000])
    assert np.abs(np.diff(out)).max() < 0.04


@pytest.mark.parametrize("speed", [0.5, 1.5, -1.0, -0.75])
def test_pitch_goes_with_the_speed(speed: float) -> None:
    out = played(tone(440.0, 4 * RATE), RATE, speed=speed)
    assert loudest_hz(out[5000:]) == pytest.approx(440.0 * abs(speed), rel=1e-3)


def test_a_tape_that_stands_still_is_constant() -> None:
    assert np.ptp(played(tone(440.0, RATE), 1000, speed=0.0)) == 0.0


@pytest.mark.parametrize("sound", [np.zeros(100), np.full(RATE, np.inf)])
def test_what_cannot_be_looped_is_refused_in_one_line(sound: np.ndarray) -> None:
    with pytest.raises(RtAudioGenError, match="expected 10 ms or more"):
        Player(PLAYER, RATE).take(sound.astype(np.float32))


def test_a_saved_position_behind_a_shorter_sound_does_not_burst() -> None:
    player = Player(PLAYER, RATE)
    player.take(tone(440, 4800).astype(np.float32))
    player.prepare(64)
    player.load_state({"position": np.array([100_000.3])})
    out = np.zeros((64, 1), np.float32)
    player.render(out, PLAYER.defaults(), no_events())
    assert np.abs(out).max() <= 0.51


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_riff_is_as_long_and_in_tune_at_any_rate(rate: int) -> None:
    sound = riff(rate)
    assert len(sound) == 16 * round(BEAT_SECONDS * rate)
    beat = round(BEAT_SECONDS * rate)
    chord = sound[8 * beat : 11 * beat]
    spectrum = np.abs(np.fft.rfft(chord * np.hanning(len(chord)), 1 << 20))
    near = slice(round(90 * (1 << 20) / rate), round(106 * (1 << 20) / rate))
    lowest = (near.start + np.argmax(spectrum[near])) * rate / (1 << 20)
    assert abs(1200 * np.log2(lowest / 97.999)) < 10  # G2


def test_a_chain_gives_its_sound_to_the_first_that_takes_one(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.wav", tone(1000.0, RATE), RATE)
    out = render(RenderRequest([PLAYER, CABINET], 1.0, sound=tmp_path / "tone.wav", chain=True))[
        :, 0
    ]
    assert loudest_hz(out[10000:40000]) == pytest.approx(1000.0, rel=1e-3)
    assert 0.1 < np.abs(out[10000:40000]).max() < 0.8
