"""The family keeps the contract's `Codec` at any block size."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.codes.packing import PredictedPacking
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Codec
from rtaudiogen.models.vqvae.codec import VQVAECodec, create
from rtaudiogen.models.vqvae.descriptor import describe
from rtaudiogen.models.vqvae.waveform.packing import pack

from .untrained import INVENTIVE, SMALL, rounded_network, untrained_tensors, write_untrained

TENSORS = untrained_tensors()
PACKED = pack(SMALL, TENSORS)
FRAMES = 23 * SMALL.hop + 5
SOUND = 0.3 * np.random.default_rng(0).standard_normal(FRAMES, np.float32)
cuts = st.lists(st.integers(0, FRAMES), max_size=12).map(sorted)


def encoded(codec: Codec, edges: list[int]) -> NDArray[np.uint16]:
    codec.reset()
    return np.concatenate([codec.encode(SOUND[a:b]) for a, b in pairwise([0, *edges, FRAMES])])


def decoded(codec: Codec, codes: NDArray[np.uint16], edges: list[int]) -> NDArray[np.float32]:
    codec.reset()
    edges = [0, *(min(edge, len(codes)) for edge in edges), len(codes)]
    return np.concatenate([codec.decode(codes[a:b]) for a, b in pairwise(edges)])


def test_a_codec_is_made_from_a_model_file(tmp_path: Path) -> None:
    codec: Codec = create(describe(write_untrained(tmp_path / "small.safetensors")))
    assert (codec.sample_rate, codec.hop) == (SMALL.sample_rate, SMALL.hop)
    assert (codec.stages, codec.codes) == (SMALL.stages, SMALL.codes)
    np.testing.assert_array_equal(encoded(codec, []), encoded(VQVAECodec(PACKED), []))


def test_codes_and_sound_are_the_parallel_networks() -> None:
    codec, network = VQVAECodec(PACKED), rounded_network(SMALL, TENSORS)
    codes = encoded(codec, [])
    assert codes.shape == (23, SMALL.stages)
    assert codes.dtype == np.uint16
    with torch.no_grad():
        sound = torch.from_numpy(SOUND[: 23 * SMALL.hop])[None]
        expected, quantized = network(sound, torch.zeros(1, dtype=torch.int64))
    np.testing.assert_array_equal(codes, quantized.codes[0].numpy())
    played = codec.decode(codes)
    assert played.shape == (23 * SMALL.hop,)
    np.testing.assert_allclose(played, expected[0].numpy(), atol=1e-5 * np.abs(played).max())


@settings(deadline=None, max_examples=25)
@given(edges=cuts)
def test_codes_do_not_depend_on_how_the_sound_is_cut(edges: list[int]) -> None:
    codec = VQVAECodec(PACKED)
    np.testing.assert_array_equal(encoded(codec, edges), encoded(codec, []))


@settings(deadline=None, max_examples=25)
@given(edges=cuts)
def test_sound_does_not_depend_on_how_the_codes_are_cut(edges: list[int]) -> None:
    codec = VQVAECodec(PACKED)
    codes = encoded(codec, [])
    np.testing.assert_array_equal(decoded(codec, codes, edges), decoded(codec, codes, []))


def test_fewer_stages_than_the_model_has_are_decoded_too() -> None:
    codec, network = VQVAECodec(PACKED), rounded_network(SMALL, TENSORS)
    codes = encoded(codec, [])[:, :1]
    played = decoded(codec, codes, [])
    with torch.no_grad():
        latent = network.quantizer.decode(torch.from_numpy(codes.astype(np.int64))[None])
        expected = network.decoder(latent, network.labels.weight[:1])[0].numpy()
    np.testing.assert_allclose(played, expected, atol=1e-5 * np.abs(played).max())


def test_a_reset_begins_a_new_stream_both_ways() -> None:
    codec = VQVAECodec(PACKED)
    codes, played = encoded(codec, []), decoded(codec, encoded(codec, []), [])
    codec.encode(SOUND[:11])
    np.testing.assert_array_equal(encoded(codec, []), codes)
    np.testing.assert_array_equal(decoded(codec, codes, []), played)


def test_a_signal_shorter_than_a_hop_waits() -> None:
    codec = VQVAECodec(PACKED)
    assert codec.encode(SOUND[: SMALL.hop - 1]).shape == (0, SMALL.stages)
    assert codec.encode(SOUND[:0]).shape == (0, SMALL.stages)
    assert codec.encode(SOUND[SMALL.hop - 1 : SMALL.hop]).shape == (1, SMALL.stages)
    assert codec.decode(np.zeros((0, 2), np.uint16)).shape == (0,)


def test_codes_that_the_model_does_not_have_are_refused() -> None:
    codec = VQVAECodec(PACKED)
    with pytest.raises(RtAudioGenError, match="from 0 to 31, not 32"):
        codec.decode(np.full((2, 3), 32, np.uint16))
    with pytest.raises(RtAudioGenError, match=r"1 … 3 stages\), not \(2, 4\)"):
        codec.decode(np.zeros((2, 4), np.uint16))


def test_a_damaged_model_file_is_refused(tmp_path: Path) -> None:
    path = write_untrained(tmp_path / "small.safetensors")
    descriptor = describe(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RtAudioGenError, match="truncated"):
        create(descriptor)


def test_codes_that_its_prior_predicts_come_back(tmp_path: Path) -> None:
    codec = create(describe(write_untrained(tmp_path / "inventive.safetensors", INVENTIVE)))
    codes = encoded(codec, [])[:, :2]
    there, back = codec.predictor(2), codec.predictor(2)
    assert there is not None
    assert back is not None
    payload = PredictedPacking(there).pack(codes)
    np.testing.assert_array_equal(PredictedPacking(back).unpack(payload, len(codes)), codes)
    assert 8 * len(payload) == pytest.approx(there.bits(codes), abs=17)
    assert VQVAECodec(PACKED).predictor(2) is None
