"""The compiled shaped coder: the network's equal, whatever is saved, restored or refused."""

from collections.abc import Iterator

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.vqvae.comparing import compare
from rtaudiogen.models.vqvae.layers import folded
from rtaudiogen.models.vqvae.lookup import search_of
from rtaudiogen.models.vqvae.packing import coders
from rtaudiogen.models.vqvae.shaped.lookup import fill_point, quantize
from rtaudiogen.models.vqvae.shaped.network import ShapedVQVAE
from rtaudiogen.models.vqvae.shaped.packing import ShapedPacked, pack
from rtaudiogen.models.vqvae.shaped.parallel import reference
from rtaudiogen.models.vqvae.shaped.pitch import pitches_of
from rtaudiogen.models.vqvae.shaped.shapes import shapes

from ..untrained import SHAPED, random_codes, untrained_tensors

VOICES = 2


@pytest.fixture(scope="module")
def packed() -> ShapedPacked:
    return pack(SHAPED, untrained_tensors(SHAPED))


def points(packed: ShapedPacked, frames: int = 12) -> Iterator[np.ndarray]:
    for codes in random_codes(SHAPED, frames):
        point = np.zeros(SHAPED.point, np.float32)
        packed.latent_of(codes, SHAPED.stages, point)
        yield point


def test_streaming_equals_parallel_also_across_restore(packed: ShapedPacked) -> None:
    wanted = reference(SHAPED, untrained_tensors(SHAPED), VOICES)
    findings = compare(packed, *coders(packed, VOICES, "cpu"), wanted)
    assert [f.detail for f in findings if not f.passed] == []


def test_the_network_has_the_tensors_that_a_file_needs() -> None:
    held = {name: tuple(t.shape) for name, t in folded(ShapedVQVAE(SHAPED)).items()}
    extra = {"quantizer.books.uses", "quantizer.books.sums", "quantizer.books.steps"}
    assert {n: s for n, s in held.items() if n not in extra} == shapes(SHAPED)


def test_a_voice_sounds_the_same_beside_another(packed: ShapedPacked) -> None:
    alone, both = coders(packed, VOICES, "cpu")[1], coders(packed, VOICES, "cpu")[1]
    here, there = np.zeros((2, VOICES, SHAPED.hop), np.float32)
    for point in points(packed):
        alone.decode_due(np.array([True, False]), np.stack([point] * 2), packed.bias, here)
        both.decode_due(np.array([True, True]), np.stack([point] * 2), packed.bias, there)
        np.testing.assert_array_equal(here[0], there[0])
    assert not np.array_equal(there[0], there[1]), "each has noise of its own"


def test_a_voice_that_is_reset_begins_anew(packed: ShapedPacked) -> None:
    decoder, out = coders(packed, 1, "cpu")[1], np.zeros((1, SHAPED.hop), np.float32)

    def played() -> np.ndarray:
        decoder.reset_voice(0)
        made = []
        for point in points(packed):
            decoder.decode_due(np.array([True]), point[None], packed.bias, out)
            made.append(out[0].copy())
        return np.concatenate(made)

    np.testing.assert_array_equal(played(), played())


def test_an_encoder_knows_no_more_than_its_hops(packed: ShapedPacked) -> None:
    encoder = coders(packed, 1, "cpu")[0]
    sound = 0.1 * np.random.default_rng(3).standard_normal((6, SHAPED.hop)).astype(np.float32)

    def codes() -> np.ndarray:
        encoder.reset()
        out = np.zeros((len(sound), SHAPED.stages), np.uint16)
        for frame, chosen in zip(sound, out, strict=True):
            encoder.encode(frame, chosen)
        return out

    before = codes()
    sound[4:] = 0.5
    np.testing.assert_array_equal(before[:4], codes()[:4])


def test_nan_input_does_not_harm_the_stream(packed: ShapedPacked) -> None:
    encoder = coders(packed, 1, "cpu")[0]
    sound, codes = np.full(SHAPED.hop, np.nan, np.float32), np.zeros(SHAPED.stages, np.uint16)
    encoder.encode(sound, codes)
    assert all(np.isfinite(array).all() for array in encoder.state.values())


def test_a_state_of_another_size_is_refused(packed: ShapedPacked) -> None:
    encoder, decoder = coders(packed, VOICES, "cpu")
    with pytest.raises(ValueError, match="another network's"):
        decoder.restore(coders(packed, VOICES + 1, "cpu")[1].state)
    with pytest.raises(ValueError, match="another network's"):
        encoder.restore({})


@pytest.mark.parametrize("damage", ["missing", "shape", "value"])
def test_tensors_that_do_not_fit_are_refused(damage: str) -> None:
    tensors, name = untrained_tensors(SHAPED), "quantizer.books.vectors"
    if damage == "missing":
        del tensors[name]
    elif damage == "shape":
        tensors[name] = tensors[name][:, :-1]
    else:
        tensors[name][0, 0, 0] = np.nan
    with pytest.raises(RtAudioGenError, match=name):
        pack(SHAPED, tensors)


def test_a_processor_that_does_not_exist_is_refused(packed: ShapedPacked) -> None:
    with pytest.raises(RtAudioGenError):
        coders(packed, 1, "tpu")


def test_the_nearest_code_is_found_in_every_stage(packed: ShapedPacked) -> None:
    books, random = packed.books, np.random.default_rng(2)
    codes = np.zeros(SHAPED.residual_stages, np.uint16)
    for latent in random.standard_normal((20, SHAPED.latent)).astype(np.float32):
        quantize(books, search_of(books), latent, codes)
        residual = latent.astype(np.float64)
        for table, code in zip(books.table, codes, strict=True):
            distances = np.linalg.norm(residual - table, axis=1)
            assert distances[code] <= distances.min() + 1e-6
            residual = residual - table[code]


def test_a_point_is_the_sum_of_the_stages_and_the_pitch(packed: ShapedPacked) -> None:
    codes, point = np.array([64, 5, 9]), np.zeros(SHAPED.point, np.float32)
    fill_point(packed.books.table, packed.pitches, codes, 2, point)
    np.testing.assert_array_equal(point[:-2], packed.books.table[0, 5])
    fill_point(packed.books.table, packed.pitches, codes, 3, point)
    np.testing.assert_allclose(point[:-2], packed.books.table[0, 5] + packed.books.table[1, 9])
    assert point[-2] == 1
    assert 150 * 2 ** point[-1] == pytest.approx(pitches_of(codes[:1])[0], rel=1e-6)
    fill_point(packed.books.table, packed.pitches, np.array([0, 999, 9]), 3, point)
    assert not point[-2:].any(), "what has no pitch"


def test_a_point_can_be_shifted_and_sung(packed: ShapedPacked) -> None:
    point = np.zeros(SHAPED.point, np.float32)
    fill_point(packed.books.table, packed.pitches, np.array([64, 5, 9]), 3, point)
    before = point[-1]
    packed.shift(point, 6.0)
    assert point[-1] == pytest.approx(before + 0.5)
    packed.sing(point, 69.0)
    assert 150 * 2 ** point[-1] == pytest.approx(440.0)
    point[-2:] = 0
    packed.sing(point, 69.0)
    packed.shift(point, 12.0)
    assert not point[-2:].any(), "what has no pitch gets none"
