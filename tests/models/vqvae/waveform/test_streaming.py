"""The compiled encoder, quantiser and decoder against the network, and their promises."""

from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.generator import Finding
from rtaudiogen.model_file import read_tensors
from rtaudiogen.models.compiled.conv.chain import delay_frames
from rtaudiogen.models.vqvae import comparing, parallel
from rtaudiogen.models.vqvae.coders import label_bias
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.descriptor import describe
from rtaudiogen.models.vqvae.generator import create
from rtaudiogen.models.vqvae.layers import folded
from rtaudiogen.models.vqvae.packed import rounded
from rtaudiogen.models.vqvae.streaming import StreamingDecoder, StreamingEncoder
from rtaudiogen.models.vqvae.units import CoderLayers
from rtaudiogen.models.vqvae.waveform.network import VQVAE
from rtaudiogen.models.vqvae.waveform.packing import pack, random_tensors
from rtaudiogen.models.vqvae.waveform.shapes import layers, shapes
from rtaudiogen.models.vqvae.waveform.streaming import decoder_of, encoder_of
from rtaudiogen.models.vqvae.waveform.streaming_torch import TorchDecoder

from ..untrained import SMALL, rounded_network, untrained_tensors, write_untrained

Floats = NDArray[np.float32]
ODD = replace(
    SMALL, strides=(3, 1, 5), encoder_channels=48, decoder_channels=32, widest=80, stages=1,
    encoder_dilations=(1, 2, 4), decoder_dilations=(9,), codes=50, labels=("any",),
)  # fmt: skip
FRAMES = 12  # code frames


class Model:
    """Untrained weights, packed and in torch."""

    def __init__(self, config: VQVAEConfig) -> None:
        self.config, self.tensors = config, untrained_tensors(config)
        self.packed = pack(config, self.tensors)
        self.network = rounded_network(config, self.tensors)
        random = np.random.default_rng(0)
        self.sound = 0.3 * random.standard_normal((FRAMES, config.hop), np.float32)
        self.latents = random.standard_normal((FRAMES, config.latent), np.float32)
        self.codes = random.integers(0, config.codes, (FRAMES, config.stages), np.uint16)
        self.embedding = self.packed.labels[-1]

    def heard(self, encoder: StreamingEncoder) -> Floats:
        """Return the latents of the sound, (N, latent)."""
        out = np.zeros_like(self.latents)
        for frame, latent in zip(self.sound, out, strict=True):
            encoder.encode_latent(frame, latent)
        return out

    def played(
        self, decoder: StreamingDecoder, voice: int = 0, begin: int = 0, end: int = FRAMES
    ) -> Floats:
        """Return the sound of the latents begin … end, (N, hop)."""
        bias = label_bias(self.packed, self.embedding)
        out = np.zeros((end - begin, self.config.hop), np.float32)
        for latent, block in zip(self.latents[begin:end], out, strict=True):
            decoder.decode(voice, latent, bias, block)
        return out

    @torch.no_grad()
    def expected(self) -> Floats:
        """Return the sound of the parallel decoder, (N, hop)."""
        latents = torch.from_numpy(self.latents.T[None].copy())
        embedding = torch.from_numpy(self.embedding)[None]
        sound: Floats = self.network.decoder(latents, embedding).numpy()
        return sound.reshape(FRAMES, -1)


SIZES = {"small": SMALL, "odd": ODD, "default": VQVAEConfig()}
made = cache(Model)


@pytest.fixture(params=SIZES)
def model(request: pytest.FixtureRequest) -> Model:
    return made(SIZES[request.param])


@pytest.fixture
def small() -> Model:
    return made(SMALL)


def error(ours: Floats, expected: Floats) -> float:
    return float(np.abs(ours - expected).max() / np.abs(expected).max())


@torch.no_grad()
def test_the_encoder_equals_the_parallel_one(model: Model) -> None:
    sound = torch.from_numpy(model.sound).view(1, -1)
    expected = model.network.encoder(sound)[0].T.numpy()
    assert error(model.heard(encoder_of(model.packed)), expected) < 1e-5


def test_the_decoder_equals_the_parallel_one(model: Model) -> None:
    assert error(model.played(decoder_of(model.packed, 1)), model.expected()) < 1e-5


@torch.no_grad()
def test_codes_are_the_parallel_quantisers(model: Model) -> None:
    encoder = encoder_of(model.packed)
    latents = model.heard(encoder)
    encoder.reset()
    codes = np.zeros((FRAMES, model.config.stages), np.uint16)
    for frame, chosen in zip(model.sound, codes, strict=True):
        encoder.encode(frame, chosen)
    expected = model.network.quantizer(torch.from_numpy(latents.T[None].copy())).codes[0]
    np.testing.assert_array_equal(codes, expected.numpy())


@torch.no_grad()
def test_a_latent_equals_the_parallel_one_for_any_stage_count(model: Model) -> None:
    latent = np.zeros(model.config.latent, np.float32)
    for stages in range(1, model.config.stages + 1):
        codes = torch.from_numpy(model.codes[None, :, :stages].astype(np.int64))
        expected = model.network.quantizer.decode(codes)[0].T.numpy()
        for frame, wanted in zip(model.codes, expected, strict=True):
            model.packed.latent_of(frame, stages, latent)
            np.testing.assert_allclose(latent, wanted, atol=1e-5)
            rows = [model.packed.books.table[stage, frame[stage]] for stage in range(stages)]
            np.testing.assert_allclose(latent, np.sum(rows, axis=0), atol=1e-5)


def test_codes_that_do_not_exist_stand_for_some_latent(small: Model) -> None:
    out = np.zeros(SMALL.latent, np.float32)
    small.packed.latent_of(np.array([-7, 2**40, 3]), 99, out)
    rows = small.packed.books.table
    np.testing.assert_allclose(out, rows[0, 0] + rows[1, -1] + rows[2, 3], atol=1e-6)


def test_the_first_of_equal_codes_is_taken(small: Model) -> None:
    tensors = dict(small.tensors)
    for stage in range(SMALL.stages):
        name = f"quantizer.stages.{stage}.book.vectors"
        tensors[name] = np.tile(small.tensors[name][:4], (8, 1))
    codes = np.full(SMALL.stages, 99, np.uint16)
    encoder_of(pack(SMALL, tensors)).encode(small.sound[0], codes)
    assert (codes < 4).all()


def test_sound_that_is_not_finite_gives_codes_all_the_same(small: Model) -> None:
    encoder, codes = encoder_of(small.packed), np.full(SMALL.stages, 99, np.uint16)
    encoder.encode(np.full(SMALL.hop, np.nan, np.float32), codes)
    assert (codes < SMALL.codes).all()
    encoder.state["history"][...] = np.nan
    encoder.encode(small.sound[0], codes)
    assert (codes < SMALL.codes).all()


def test_the_encoder_waits_for_a_hop_and_for_nothing_else(model: Model) -> None:
    encoder, config = encoder_of(model.packed), model.config
    assert delay_frames(list(layers(config).encoder.values())) == config.hop - 1
    assert delay_frames(list(layers(config).decoder.values())) == 0
    changed = copy(model)
    changed.sound = model.sound.copy()
    changed.sound[5, -1] += 1.0  # the last frame of a hop changes what that hop gives
    before = model.heard(encoder)
    encoder.reset()
    after = changed.heard(encoder)
    np.testing.assert_array_equal(after[:5], before[:5])
    assert (after[5] != before[5]).any()


def test_a_voices_bits_do_not_depend_on_the_other_voices(small: Model) -> None:
    alone = small.played(decoder_of(small.packed, 1))
    decoder = decoder_of(small.packed, 3)
    for frame in range(FRAMES):
        small.played(decoder, 2, 0, frame)  # something else, from anywhere
        block = small.played(decoder, 1, frame, frame + 1)
        np.testing.assert_array_equal(block[0], alone[frame])


@settings(deadline=None, max_examples=10)
@given(cut=st.integers(0, FRAMES))
def test_a_saved_state_goes_on_bit_for_bit(cut: int) -> None:
    model = made(SMALL)
    decoder, encoder = decoder_of(model.packed, 2), encoder_of(model.packed)
    model.played(decoder, 1, 0, cut)
    model.heard(encoder)
    saved = [{k: v.copy() for k, v in part.state.items()} for part in (decoder, encoder)]
    uninterrupted = model.played(decoder, 1, cut), model.heard(encoder)
    decoder, encoder = decoder_of(model.packed, 2), encoder_of(model.packed)
    model.played(decoder, 0)
    decoder.restore(saved[0])
    encoder.restore(saved[1])
    np.testing.assert_array_equal(model.played(decoder, 1, cut), uninterrupted[0])
    np.testing.assert_array_equal(model.heard(encoder), uninterrupted[1])


def test_a_reset_voice_starts_again_and_leaves_others_alone(small: Model) -> None:
    decoder = decoder_of(small.packed, 2)
    first = small.played(decoder, 0)
    small.played(decoder, 1, 0, 5)
    decoder.reset_voice(0)
    np.testing.assert_array_equal(small.played(decoder, 0), first)
    np.testing.assert_array_equal(small.played(decoder, 1, 5), first[5:])


def test_only_the_voices_that_are_due_go_on(small: Model) -> None:
    decoder, bias = decoder_of(small.packed, 3), label_bias(small.packed, small.embedding)
    before = {name: array.copy() for name, array in decoder.state.items()}
    latents, sound = small.latents[:3], np.full((3, SMALL.hop), 9.0, np.float32)
    decoder.decode_due(np.array([False, True, False]), latents, bias, sound)
    alone, expected = decoder_of(small.packed, 1), np.zeros(SMALL.hop, np.float32)
    alone.decode(0, latents[1], bias, expected)
    np.testing.assert_array_equal(sound[1], expected)
    assert (sound[[0, 2]] == 9.0).all()
    for name, array in decoder.state.items():
        np.testing.assert_array_equal(array[[0, 2]], before[name][[0, 2]])


def test_a_state_of_other_sizes_or_voices_is_refused(small: Model) -> None:
    decoder = decoder_of(small.packed, 2)
    with pytest.raises(ValueError, match="history"):
        decoder.restore(decoder_of(small.packed, 3).state)
    with pytest.raises(ValueError, match="pending"):
        decoder.restore({"history": decoder.state["history"]})
    with pytest.raises(ValueError, match="history"):
        encoder_of(small.packed).restore(decoder.state)


def test_a_label_between_two_labels_is_folded_into_the_biases(model: Model) -> None:
    between = copy(model)
    between.embedding = 0.3 * model.packed.labels[0] + 0.7 * model.packed.labels[-1] + 0.1
    ours = between.played(decoder_of(model.packed, 1))
    assert error(ours, between.expected()) < 1e-5
    assert error(ours, model.expected()) > 1e-3


def test_biases_are_filled_in_as_they_are_made(small: Model) -> None:
    made_anew = label_bias(small.packed, small.embedding)
    filled = np.full_like(made_anew, 9.0)
    small.packed.fill_bias(small.embedding, filled)
    np.testing.assert_array_equal(filled, made_anew)


def test_the_decoder_in_torch_equals_the_parallel_one_too(model: Model) -> None:
    decoder = TorchDecoder(model.network.decoder)
    embedding = torch.from_numpy(model.embedding)[None]
    latents = torch.from_numpy(model.latents.T[None].copy())
    parts = latents.split([1, 4, 1, FRAMES - 6], dim=-1)
    streamed = torch.cat([decoder.decode(part, embedding) for part in parts], dim=-1)
    assert error(streamed.numpy().reshape(FRAMES, -1), model.expected()) < 1e-5


def test_only_convolutions_are_rounded(small: Model) -> None:
    used = rounded(layers(SMALL), small.tensors)
    assert set(used) == set(small.tensors)
    changed = {name for name in used if (used[name] != small.tensors[name]).any()}
    assert changed == {
        name for name in used if name.endswith("weight") and used[name].ndim == 3
    }  # fmt: skip
    again = rounded(layers(SMALL), used)
    assert all((again[name] == used[name]).all() for name in used)


def test_the_packed_tensors_are_those_of_the_model_file() -> None:
    network = folded(VQVAE(SMALL))
    wanted = shapes(SMALL)
    assert {name: tuple(network[name].shape) for name in wanted} == wanted
    random = random_tensors(SMALL, np.random.default_rng(0))
    assert {name: value.shape for name, value in random.items()} == wanted


# the family's part of `rtaudiogen check`


def findings(path: Path) -> dict[str, Finding]:
    generator = create(describe(path), 16000)
    generator.prepare(64)
    return {finding.name: finding for finding in parallel.check(generator)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_untrained(tmp_path / "small.safetensors")


def failed(found: dict[str, Finding]) -> set[str]:
    return {name for name, finding in found.items() if not finding.passed}


def test_the_check_finds_nothing_wrong(path: Path) -> None:
    found = findings(path)
    assert len(found) == 5
    assert not failed(found), found


def test_the_check_finds_a_decoder_of_other_weights(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(layers: CoderLayers, tensors: dict[str, Any]) -> dict[str, Any]:
        used = rounded(layers, tensors)
        return used | {"decoder.up.0.weight": tensors["decoder.up.0.weight"]}

    monkeypatch.setattr(comparing, "rounded", other)
    assert failed(findings(path)) == {
        "decoder: streaming equals parallel", "decoder: the same across save and restore",
    }  # fmt: skip


@pytest.mark.parametrize("what", ["encoder", "decoder"])
def test_the_check_finds_a_state_that_is_not_restored(
    path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kind = {"encoder": StreamingEncoder, "decoder": StreamingDecoder}[what]
    monkeypatch.setattr(kind, "restore", lambda self, state: None)
    assert failed(findings(path)) == {f"{what}: the same across save and restore"}


def test_the_check_finds_a_quantiser_of_another_book(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(path: Path) -> dict[str, Any]:
        tensors, name = read_tensors(path), "quantizer.stages.1.book.vectors"
        return tensors | {name: tensors[name][::-1]}

    monkeypatch.setattr(parallel, "read_tensors", other)
    assert "quantiser: the nearest code in every stage" in failed(findings(path))
