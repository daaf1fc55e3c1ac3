"""The compiled prior against the network, and its promises about state, voices and chance."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.compiled.random_numbers import fill_uniforms
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.prior.network import Prior
from rtaudiogen.models.vqvae.prior.packing import random_tensors, rounded, tensors_in
from rtaudiogen.models.vqvae.prior.sampler import RESTLESS, SURPRISE_SECONDS, PriorSampler

LABELS = ("any", "flute", "voice")
USUAL = VQVAEConfig(
    prior_layers=1, prior_width=64, prior_embedding=32, stages=4, codes=128, labels=LABELS
)
ODD = VQVAEConfig(
    prior_layers=2, prior_width=48, prior_embedding=16, stages=3, codes=37, labels=LABELS,
    embedding=5,
)  # fmt: skip
PLAIN = VQVAEConfig(prior_layers=1, prior_width=16, prior_embedding=16, stages=1, codes=20)
VOICES, FRAMES = 3, 40


class Material:
    """A random network, and frames and labels to feed it."""

    def __init__(self, config: VQVAEConfig) -> None:
        random = np.random.default_rng(0)
        self.config, self.tensors = config, random_tensors(config, random)
        self.codes = random.integers(0, config.codes, (FRAMES, config.stages), np.uint16)
        weights = random.random(len(config.labels), np.float32)
        self.label = weights / weights.sum()

    def sampler(self) -> PriorSampler:
        return PriorSampler(self.config, self.tensors, VOICES)

    def sample(
        self,
        sampler: PriorSampler,
        voice: int = 0,
        begin: int = 0,
        end: int = FRAMES,
        temperature: float = 1.0,
        top_k: int = 0,
    ) -> NDArray[np.uint16]:
        """Return frames begin … end, each drawn with its own random numbers."""
        stages = self.config.stages
        codes, uniforms = np.zeros((end - begin, stages), np.uint16), np.zeros(stages, np.float32)
        for row, frame in enumerate(range(begin, end)):
            fill_uniforms(np.uint64(7), frame * stages, uniforms)
            sampler.sample(voice, self.label, temperature, top_k, uniforms, codes[row])
        return codes

    @torch.inference_mode()
    def network(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Return the logits (frames, stages, codes) of the network with rounded weights."""
        prior = Prior(self.config).eval()
        tensors = rounded(self.config, self.tensors)
        prior.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
        before = np.full((1, self.config.stages), self.config.codes)
        stream = torch.from_numpy(np.concatenate([before, codes.astype(np.int64)]))[None]
        embedding = torch.from_numpy(self.label) @ prior.labels.weight
        logits = prior(stream[:, :-1], stream[:, 1:], embedding.expand(1, len(codes), -1))
        return np.stack([stage[0].numpy() for stage in logits], 1)


MATERIALS = [Material(config) for config in (USUAL, ODD, PLAIN)]
of_each_size = pytest.mark.parametrize("material", MATERIALS, ids=["usual", "odd", "plain"])


def assert_close(ours: NDArray[np.float32], expected: NDArray[np.float32]) -> None:
    assert np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()


@of_each_size
def test_teacher_forced_logits_equal_the_rounded_network(material: Material) -> None:
    ours = material.sampler().teacher_force(1, material.codes, material.label)
    assert_close(ours, material.network(material.codes))


@of_each_size
def test_logits_equal_the_network_after_a_restored_state(material: Material) -> None:
    first, second = material.sampler(), material.sampler()
    head = first.teacher_force(0, material.codes[:17], material.label)
    second.restore({name: array.copy() for name, array in first.state.items()})
    tail = second.teacher_force(0, material.codes[17:], material.label)
    assert_close(np.concatenate([head, tail]), material.network(material.codes))


@of_each_size
def test_a_forced_stream_is_continued_as_if_it_had_been_drawn(material: Material) -> None:
    drawing, hearing = material.sampler(), material.sampler()
    drawn = material.sample(drawing)
    hearing.force(0, drawn[:25], material.label)
    np.testing.assert_array_equal(material.sample(hearing, begin=25), drawn[25:])


@of_each_size
def test_a_code_is_where_the_cdf_passes_the_uniform(material: Material) -> None:
    codes = material.sample(material.sampler(), temperature=0.8)
    stages = material.config.stages
    logits = material.network(codes).astype(np.float64) / 0.8
    chances = np.exp(logits - logits.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    passed = np.concatenate([np.zeros((FRAMES, stages, 1)), chances.cumsum(-1)], -1)
    below, above = (
        np.take_along_axis(passed, codes[..., None].astype(int) + k, -1)[..., 0] for k in (0, 1)
    )
    uniforms = np.zeros(FRAMES * stages, np.float32)
    fill_uniforms(np.uint64(7), 0, uniforms)
    uniforms = uniforms.reshape(FRAMES, stages)
    assert (below - 1e-4 <= uniforms).all()
    assert (uniforms <= above + 1e-4).all()
    assert len(np.unique(codes)) > material.config.codes / 3


@of_each_size
@settings(deadline=None, max_examples=20)
@given(top_k=st.integers(1, 19), uniform=st.floats(0, 1, exclude_max=True, width=32))
def test_no_code_below_the_k_likeliest_is_drawn(
    material: Material, top_k: int, uniform: float
) -> None:
    sampler, stages = material.sampler(), material.config.stages
    codes = np.zeros((1, stages), np.uint16)
    uniforms = np.full(stages, uniform, np.float32)
    sampler.sample(0, material.label, 1.0, top_k, uniforms, codes[0])
    logits = material.network(codes)[0]
    for stage, code in enumerate(codes[0]):
        likelier = np.count_nonzero(logits[stage] > logits[stage, code] + 1e-3)
        assert likelier < top_k


@of_each_size
def test_the_coldest_temperature_takes_the_most_likely_code(material: Material) -> None:
    codes = material.sample(material.sampler(), temperature=0.0)
    logits = np.sort(material.network(codes), axis=-1)
    clear = logits[..., -1] - logits[..., -2] > 0.02
    assert clear.mean() > 0.5
    best = material.network(codes).argmax(-1)
    np.testing.assert_array_equal(codes[clear], best[clear])
    np.testing.assert_array_equal(codes, material.sample(material.sampler(), top_k=1))


@of_each_size
@settings(deadline=None, max_examples=20)
@given(cut=st.integers(1, FRAMES - 1))
def test_a_saved_state_goes_on_bit_for_bit(material: Material, cut: int) -> None:
    sampler, other = material.sampler(), material.sampler()
    material.sample(sampler, end=cut)
    saved = {name: array.copy() for name, array in sampler.state.items()}
    uninterrupted = material.sample(sampler, begin=cut)
    other.restore(saved)
    np.testing.assert_array_equal(material.sample(other, begin=cut), uninterrupted)
    for name, array in sampler.state.items():
        np.testing.assert_array_equal(other.state[name], array)


@of_each_size
def test_voices_do_not_hear_each_other_and_begin_anew_alone(material: Material) -> None:
    sampler = material.sampler()
    alone = material.sample(material.sampler())
    for frame in range(FRAMES):
        for voice in (0, 2):
            row = material.sample(sampler, voice, frame, frame + 1)[0]
            np.testing.assert_array_equal(row, alone[frame])
    other = {name: array[2].copy() for name, array in sampler.state.items()}
    sampler.reset_voice(0)
    np.testing.assert_array_equal(material.sample(sampler), alone)
    for name, array in sampler.state.items():
        np.testing.assert_array_equal(array[2], other[name])


def test_labels_change_what_is_likely_and_mix() -> None:
    material = MATERIALS[0]
    pure = np.eye(3, dtype=np.float32)

    def logits(label: NDArray[np.float32]) -> NDArray[np.float32]:
        return material.sampler().teacher_force(0, material.codes[:1], label)

    flute, voice = logits(pure[1]), logits(pure[2])
    mixed = logits(0.5 * pure[1] + 0.5 * pure[2])
    assert np.abs(flute - voice).max() > 0.01
    assert np.abs(mixed - flute).max() < np.abs(voice - flute).max()
    assert np.abs(mixed - voice).max() < np.abs(voice - flute).max()


def test_surprise_is_the_mean_cost_of_the_codes_drawn() -> None:
    material = MATERIALS[1]
    sampler = material.sampler()
    codes = material.sample(sampler, temperature=0.7)
    logits = torch.from_numpy(material.network(codes)).double()
    costs = -logits.log_softmax(-1).gather(-1, torch.from_numpy(codes.astype(int))[..., None])
    share = 1 / (1 + SURPRISE_SECONDS * material.config.code_rate)
    expected = np.log(material.config.codes)
    for cost in costs.mean((1, 2)).numpy():
        expected += share * (cost - expected)
    assert abs(sampler.state["surprise"][0] - expected) < 1e-3


def test_a_long_predictable_stream_is_called_stuck() -> None:
    material = certain_material()
    sampler = material.sampler()
    assert not sampler.stuck(0)
    codes = material.sample(sampler, end=400, temperature=0.3)
    assert len(np.unique(codes[-200:], axis=0)) == 1
    assert sampler.stuck(0)
    assert not sampler.stuck(1)
    sampler.reset_voice(0)
    assert not sampler.stuck(0)


def test_a_restless_voice_leaves_what_a_cold_one_is_stuck_in() -> None:
    material = certain_material()
    sampler, codes = material.sampler(), np.zeros((400, material.config.stages), np.uint16)
    uniforms = np.random.default_rng(0).random(codes.shape, np.float32)
    for row, chance in zip(codes, uniforms, strict=True):
        sampler.sample(0, material.label, 0.3, 0, chance, row, restlessness=RESTLESS)
    assert len(np.unique(codes[-200:], axis=0)) > 20


def certain_material() -> Material:
    """Return material of a network that is sure of code 3, whatever came before."""
    material = Material(USUAL)
    bias = np.zeros((USUAL.stages, USUAL.codes), np.float32)
    bias[:, 3] = 7.0
    for name in ("point.{}.weight", "point.{}.bias"):
        for stage in range(USUAL.stages):
            material.tensors[name.format(stage)] *= 0
    material.tensors["bias"] = bias
    return material


numbers = st.floats(width=32)


@settings(deadline=None, max_examples=50)
@given(bad=numbers, uniform=numbers, temperature=numbers, top_k=st.integers(-5, 500))
@example(bad=0.0, uniform=-1.0, temperature=1.0, top_k=5)
def test_no_number_leads_out_of_range_or_outlives_its_frame(
    bad: float, uniform: float, temperature: float, top_k: int
) -> None:
    material = MATERIALS[1]
    sampler, frame = material.sampler(), np.zeros(3, np.uint16)
    for label in (np.full(3, bad, np.float32), material.label):
        uniforms = np.full(3, uniform, np.float32)
        sampler.sample(0, label, temperature, top_k, uniforms, frame)
        assert (frame < material.config.codes).all()
    assert np.isfinite(sampler.state["hidden"][0]).all()
    assert np.isfinite(sampler.state["surprise"]).all()


@of_each_size
def test_a_state_of_nonsense_plays_on(material: Material) -> None:
    sampler = material.sampler()
    sampler.state["hidden"][...] = np.resize([np.nan, np.inf, -1e30], sampler.state["hidden"].shape)
    sampler.state["codes"][...] = np.resize([-1, 2**62, -(2**62)], sampler.state["codes"].shape)
    sampler.force(0, np.full((1, material.config.stages), 65535, np.uint16), material.label)
    sampler.teacher_force(1, np.full((1, material.config.stages), 65535, np.uint16), material.label)
    material.sample(sampler)
    assert np.isfinite(sampler.state["hidden"][0]).all()
    assert (sampler.state["codes"][0] < material.config.codes).all()


def test_a_state_of_another_network_is_refused() -> None:
    with pytest.raises(ValueError, match="'hidden' is another network's"):
        MATERIALS[0].sampler().restore(MATERIALS[1].sampler().state)


def test_the_priors_tensors_are_found_among_a_models() -> None:
    tensors = MATERIALS[2].tensors
    model = {f"prior.{name}": array for name, array in tensors.items()} | {"bias": np.zeros(1)}
    assert tensors_in(model).keys() == tensors.keys()
    assert tensors_in(model)["bias"] is tensors["bias"]


def without(name: str, tensors: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tensors.items() if key != name}


def test_tensors_that_do_not_fit_are_refused() -> None:
    tensors = MATERIALS[0].tensors
    with pytest.raises(RtAudioGenError, match=r"the prior has no tensor 'point\.1\.bias'"):
        PriorSampler(USUAL, without("point.1.bias", tensors), 1)
    with pytest.raises(RtAudioGenError, match=r"'bias' should be \(4, 128\), not \(4, 1\)"):
        PriorSampler(USUAL, {**tensors, "bias": np.zeros((4, 1), np.float32)}, 1)
    with pytest.raises(RtAudioGenError, match="'bias' contains numbers that are not finite"):
        PriorSampler(USUAL, {**tensors, "bias": np.full((4, 128), np.nan, np.float32)}, 1)
    with pytest.raises(RtAudioGenError, match="the model has no prior"):
        PriorSampler(VQVAEConfig(), tensors, 1)
