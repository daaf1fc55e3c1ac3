"""The material to play: the model's own codes, or a sound of the user's, cut at its onsets."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.vqvae.codec import VQVAECodec
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.playing import material
from rtaudiogen.models.vqvae.playing.material import NO_KEY, Material, of_sound
from rtaudiogen.models.vqvae.waveform.packing import Packed, pack, random_tensors

CONFIG = VQVAEConfig(
    strides=(4, 5, 8), encoder_channels=16, decoder_channels=16, widest=16, latent=16, stages=2,
    codes=32, code_dimensions=4,
)  # fmt: skip
RATE, HOP = CONFIG.sample_rate, CONFIG.hop


@pytest.fixture(scope="module")
def packed() -> Packed:
    return pack(CONFIG, random_tensors(CONFIG, np.random.default_rng(0)))


def noise(frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(-0.5, 0.5, frames).astype(np.float32)


def clicks(*at_frames: int, seconds: float = 2.0, hum: float = 0.0) -> NDArray[np.float32]:
    """Return bursts of 30 ms that die away, over a steady hum."""
    signal = np.sin(2 * np.pi * 100 * np.arange(int(seconds * RATE)) / RATE) * hum
    for frame in at_frames:
        signal[frame : frame + 480] += noise(480) * np.linspace(1, 0, 480)
    return signal.astype(np.float32)


def firsts(found: Material) -> list[int]:
    return found.regions[:, 0].tolist()


@pytest.mark.parametrize("hum", [0.0, 0.02])
def test_clicks_begin_regions_at_their_own_code_frames(packed: Packed, hum: float) -> None:
    at = (5000, 9600, 16001, 24300)
    found = of_sound(packed, clicks(*at, hum=hum))
    assert firsts(found) == [0, *(frame // HOP for frame in at)]


def test_regions_lie_end_to_end_and_cover_the_sound(packed: Packed) -> None:
    found = of_sound(packed, clicks(5000, 16001))
    assert found.regions[:, 1].tolist() == [*firsts(found)[1:], len(found.codes)]
    assert set(found.regions[:, 2]) == {NO_KEY}
    assert len(found.codes) == 2 * RATE // HOP


def test_onsets_are_at_least_120_ms_apart(packed: Packed) -> None:
    found = of_sound(packed, clicks(8000, 8800, 9600, 10400, 11200))
    assert (np.diff(firsts(found)) * HOP >= 0.12 * RATE - HOP).all()


def test_a_sound_that_never_rises_is_one_region(packed: Packed) -> None:
    assert firsts(of_sound(packed, noise(2 * RATE))) == [0]


def test_a_sounds_codes_are_the_codecs(packed: Packed) -> None:
    sound = noise(RATE + 7)
    whole = np.pad(sound, (0, -len(sound) % HOP))
    assert np.array_equal(of_sound(packed, sound).codes, VQVAECodec(packed).encode(whole))


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (np.zeros(0), "shorter than 0.1 s"),
        (noise(1599), "shorter than 0.1 s"),
        (np.zeros(RATE), "silent"),
        (np.full(RATE, 1e-5), "silent"),
        (np.full(RATE, np.nan), "not finite"),
        (np.full(RATE, np.inf), "not finite"),
    ],
)
def test_a_sound_that_cannot_be_used_is_refused_in_one_line(
    packed: Packed, sound: NDArray[np.float32], words: str
) -> None:
    with pytest.raises(RtAudioGenError, match=words) as refusal:
        of_sound(packed, sound.astype(np.float32))
    assert "\n" not in str(refusal.value)


def test_a_sound_far_too_loud_is_encoded_all_the_same(packed: Packed) -> None:
    codes = of_sound(packed, noise(RATE) * np.float32(1e30)).codes
    assert codes.max() < CONFIG.codes


CODES = np.zeros((10, 2), np.int64)
REGIONS = np.array([[0, 4, 60, 1], [4, 10, 62, 2]])


def test_a_models_own_material_is_read(tmp_path: Path) -> None:
    found = material.read({"material.codes": CODES, "material.regions": REGIONS}, 2)
    assert (found.codes.shape, found.codes.dtype) == ((10, 2), np.uint16)
    assert np.array_equal(found.regions, REGIONS)


def test_a_model_without_material_has_a_moment_to_play() -> None:
    found = material.read({}, 2)
    assert found.codes.shape == (1, 2)
    assert found.region(60.0, 0) == (0, 1)


@pytest.mark.parametrize(
    ("codes", "regions", "words"),
    [
        (CODES[:, :1], REGIONS, r"\(10, 1\) codes, expected 2"),
        (CODES[:, 0], REGIONS, r"\(10,\) codes, expected 2"),
        (CODES, REGIONS[:, :3], r"regions of its material are \(2, 3\)"),
        (CODES, REGIONS[:0], "lie outside"),
        (CODES[:9], REGIONS, "lie outside"),
        (CODES, REGIONS - [1, 0, 0, 0], "lie outside"),
        (CODES, REGIONS * [1, 0, 1, 1], "lie outside"),
        (CODES[:0], REGIONS, "lie outside"),
        (CODES, None, r"regions of its material are \(0,\)"),
    ],
)
def test_material_that_does_not_fit_is_refused_in_one_line(
    codes: NDArray[np.int64], regions: NDArray[np.int64] | None, words: str
) -> None:
    tensors = {"material.codes": codes}
    if regions is not None:
        tensors["material.regions"] = regions
    with pytest.raises(RtAudioGenError, match=words) as refusal:
        material.read(tensors, 2)
    assert "\n" not in str(refusal.value)


def regions(*lines: tuple[int, int]) -> Material:
    """Return material of one frame a region, with these keys and labels."""
    rows = [(k, k + 1, key, label) for k, (key, label) in enumerate(lines)]
    return Material(np.zeros((len(rows), 2), np.uint16), np.array(rows, np.int32))


def test_a_key_starts_the_nearest_pitch_of_its_label() -> None:
    found = regions((60, 1), (64, 2), (67, 1), (70, 2))
    assert found.region(64.0, 0) == (1, 2)
    assert found.region(64.0, 1) == (2, 3)
    assert found.region(61.0, 2) == (1, 2)
    assert found.region(127.0, 1) == (2, 3)


def test_a_label_without_regions_plays_the_others() -> None:
    assert regions((60, 1), (64, 1)).region(64.0, 2) == (1, 2)


def test_unpitched_regions_are_skipped_if_others_have_pitch() -> None:
    assert regions((NO_KEY, 0), (64, 0)).region(36.0, 0) == (1, 2)


def test_keys_from_c2_up_play_unpitched_regions_in_turn() -> None:
    found = regions(*[(NO_KEY, 0)] * 3)
    assert [found.region(float(key), 0)[0] for key in range(34, 42)] == [1, 2, 0, 1, 2, 0, 1, 2]
