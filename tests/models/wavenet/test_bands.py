"""A WaveNet texture in bands: training segments, parameters, refusals."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch.nn import functional as F

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.events import no_events
from rtaudiogen.model_file import read_tensors
from rtaudiogen.models.compiled import mulaw
from rtaudiogen.models.sounds.bands import levels, pqmf
from rtaudiogen.models.sounds.bands.tones import Tones
from rtaudiogen.models.sounds.notes.coded import IGNORED
from rtaudiogen.models.sounds.notes.corpus import Texture
from rtaudiogen.models.sounds.notes.courses import Courses
from rtaudiogen.models.wavenet.band_dataset import BandSegments, heard
from rtaudiogen.models.wavenet.beginning import begin_with
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.descriptor import describe
from rtaudiogen.models.wavenet.generator import BandWaveNet, create
from rtaudiogen.models.wavenet.network import WaveNet
from rtaudiogen.models.wavenet.remeasure import remeasure
from rtaudiogen.models.wavenet.training import TrainingOptions, sum_of_bands

from .untrained import SMALL_BANDS, SMALL_TEXTURE, SMALL_TONAL, write_untrained

BLOCK = 480
SECOND = SMALL_BANDS.sample_rate


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "weather.safetensors", SMALL_BANDS)


@pytest.fixture(scope="module")
def texture(path: Path) -> BandWaveNet:
    generator = create(describe(path), 0)
    generator.prepare(BLOCK)
    assert isinstance(generator, BandWaveNet)
    return generator


def played(texture: BandWaveNet, seconds: float, seed: int = 1, **values: float) -> np.ndarray:
    """Return (frames, 2) from a reset."""
    texture.reset(seed)
    parameters = texture.descriptor.defaults()
    for name, value in values.items():
        parameters[texture.descriptor.parameter_index(name)] = value
    out = np.zeros((int(seconds * SECOND), 2), np.float32)
    for start in range(0, len(out), BLOCK):
        texture.render(out[start : start + BLOCK], parameters, no_events())
    return out


def course(sound: np.ndarray) -> np.ndarray:
    """Return the levels of a side every quarter second, in dB, without the beginning."""
    parts = sound[SECOND:, 0].reshape(-1, SECOND // 4)
    return np.asarray(10 * np.log10(np.mean(parts**2, axis=1) + 1e-12))


def waves(levels_db: np.ndarray) -> int:
    """Return how often levels cross their mean."""
    above = levels_db > levels_db.mean()
    return int(np.count_nonzero(above[1:] != above[:-1]))


def test_the_sides_are_two_draws_of_one_course(texture: BandWaveNet) -> None:
    sound = played(texture, 21)
    assert abs(np.corrcoef(sound[SECOND:].T)[0, 1]) < 0.05
    left, right = course(sound), course(sound[:, ::-1])
    assert np.abs(left - right).mean() < 1.5
    assert left.std() > 5


def test_swell_is_how_far_the_level_moves(texture: BandWaveNet) -> None:
    still, plain, deep = (course(played(texture, 21, swell=value)).std() for value in (0, 1, 1.5))
    assert still < 1
    assert plain == pytest.approx(7.1, abs=1.5)  # a sine of 10 dB
    assert deep == pytest.approx(1.5 * plain, rel=0.15)


def test_density_is_how_often_it_moves(texture: BandWaveNet) -> None:
    slow, fast = (waves(course(played(texture, 41, density=value))) for value in (0.5, 2.0))
    assert 2.5 < fast / slow < 6.5
    assert course(played(texture, 21, density=0)).std() < 1


def test_brightness_moves_the_upper_bands(texture: BandWaveNet) -> None:
    dark, bright = (
        np.mean(pqmf.analysed(played(texture, 5, brightness=value)[:, 0], 3) ** 2, axis=0)
        for value in (-12, 12)
    )
    assert (10 * np.log10(bright / dark)[1:] > 15).all()


def test_tones_sound_beside_the_drawn_bands(path: Path, tmp_path: Path) -> None:
    generator = create(describe(write_untrained(tmp_path / "hum.safetensors", SMALL_TONAL)), 0)
    generator.prepare(BLOCK)
    assert isinstance(generator, BandWaveNet)
    silent, hum = (played(generator, 3, timbre=timbre)[-SECOND:] for timbre in (0, 1))
    quiet, loud = (np.abs(np.fft.rfft(side[:, 0] * np.hanning(SECOND))) for side in (silent, hum))
    tones = [round(200 + 20 * 0.11), round(650 + 20 * 0.03)]
    assert all(loud[tone] > 20 * quiet[tone] for tone in tones)


def test_a_training_begins_with_an_earlier_model(path: Path, tmp_path: Path) -> None:
    config = replace(SMALL_BANDS, instruments=("sea", "hum", "rain"))
    network, earlier = WaveNet(config), read_tensors(path)
    begin_with(network, path)
    rain, sea = earlier["instruments.weight"]
    rows = network.instruments.weight.detach().numpy()
    assert np.allclose(rows, [sea, (rain + sea) / 2, rain])
    assert np.array_equal(network.skip.weight.detach().numpy(), earlier["skip.weight"])
    with pytest.raises(UsageError, match="other sizes"):
        begin_with(WaveNet(replace(config, skip=48)), path)


def test_the_learnt_codes_sound_like_the_recording() -> None:
    random = np.random.default_rng(0)
    signal = (0.1 * random.standard_normal(2 * SECOND)).astype(np.float32)
    sound = heard(Texture(0, signal), SMALL_BANDS)
    rows = np.zeros(sound.codes.shape)
    for band, share in enumerate(SMALL_BANDS.preemphases):
        value = 0.0
        table = mulaw.table(SMALL_BANDS.codes[band])
        for frame, code in enumerate(sound.codes[:, band]):
            value = table[code] + share * value
            rows[frame, band] = value
    wide = levels.at_frames(sound.course[:, -3:], 0, len(rows), SMALL_BANDS.frame_rate)
    rows *= 10 ** ((wide - levels.DRAWN_DB) / 20)
    back = pqmf.synthesised(rows.astype(np.float32))[: len(signal)]
    error = back[200:-200] - signal[200:-200]
    assert 10 * np.log10(np.mean(signal**2) / np.mean(error**2)) > 25


def test_segments_are_a_sound_and_what_comes_next() -> None:
    random = np.random.default_rng(0)
    sounds = [
        Texture(index, (0.1 * random.standard_normal(2 * SECOND)).astype(np.float32))
        for index in range(2)
    ]
    segments = BandSegments(SMALL_BANDS, sounds, 3000)
    whole = segments.whole(sounds[0])
    frames = SECOND * 2 // 3 if SECOND * 2 // 3 < 3000 else 3000
    assert np.array_equal(whole.codes[0, 1:frames], whole.targets[0, : frames - 1])
    assert whole.codes[0, 0].tolist() == [128, 63, 31]
    one, other = (segments.draw(np.random.default_rng(7), 4) for _ in range(2))
    assert np.array_equal(one.codes, other.codes)
    assert one.codes.shape == one.targets.shape == (4, 3000, 3)
    assert (one.codes.max(axis=(0, 1)) < SMALL_BANDS.codes).all()
    assert (one.targets == IGNORED).any()
    assert len(segments.fixed(5)) == 5


def test_the_loss_sums_the_bands_and_skips_ignored_targets() -> None:
    torch.manual_seed(0)
    logits = torch.randn(1, 4, sum(SMALL_BANDS.codes))
    targets = torch.tensor([[[3, 4, 5], [200, 100, 50], [0, 0, 0], [IGNORED] * 3]])
    expected = sum(
        F.cross_entropy(part[0, :3], targets[0, :3, band])
        for band, part in enumerate(torch.split(logits, list(SMALL_BANDS.codes), dim=-1))
    )
    assert torch.allclose(sum_of_bands(logits, targets, SMALL_BANDS), torch.as_tensor(expected))


@pytest.mark.parametrize(
    "change",
    [
        {"upper_codes": (128, 63)}, {"upper_codes": (127,)}, {"upper_output": (32, 17)},
        {"upper_preemphasis": (1.0, 0.4)}, {"told": ()}, {"told": (0, 6000)}, {"harmonics": 4},
        {"sample_rate": 12001},
    ],
)  # fmt: skip
def test_a_configuration_that_no_network_has_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"band|upper|edges|rate"):
        replace(SMALL_BANDS, **change)


def test_only_a_network_of_bands_is_given_levels() -> None:
    with pytest.raises(ValueError, match="only a network of several bands"):
        WaveNetConfig(harmonics=0, told=(0, 8000))


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"bands": 3}, "--texture"), ({"bands": 3, "texture": True, "sample_rate": 16000}, "multiple"),
     ({"bands": 4, "texture": True}, "--bands")],
)  # fmt: skip
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        TrainingOptions(**options)


def test_a_gpu_is_refused_in_one_line(path: Path) -> None:
    generator = create(describe(path), 0)
    with pytest.raises(RtAudioGenError) as error:
        generator.prepare(BLOCK, "cuda")
    assert "\n" not in str(error.value)


def test_courses_and_tones_are_measured_again(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "hum.safetensors", SMALL_TONAL)
    turns = np.arange(3 * SECOND) / SECOND
    noise = 0.01 * np.random.default_rng(0).standard_normal(3 * SECOND)
    for name, hertz in (("rain", 0.0), ("sea", 440.0)):
        (tmp_path / "sounds" / name).mkdir(parents=True)
        sound = noise + 0.3 * np.sin(2 * np.pi * hertz * turns)
        soundfile.write(tmp_path / "sounds" / name / "a.wav", sound, SECOND)
    before = read_tensors(model)
    remeasure(model, tmp_path / "sounds", 0.0)
    after = read_tensors(model)
    courses = Courses.from_tensors(after, 2)
    tones = Tones.from_tensors(after, courses)
    assert tones.instruments(courses) == {1}
    assert np.abs(tones.hertz - 440).min() < 3
    assert np.array_equal(before["skip.weight"], after["skip.weight"])


def test_a_texture_in_one_band_has_nothing_to_measure(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "rain.safetensors", SMALL_TEXTURE)
    with pytest.raises(RtAudioGenError, match="one band"):
        remeasure(model, tmp_path, 0.0)
