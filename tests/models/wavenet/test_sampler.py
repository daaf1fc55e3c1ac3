"""The compiled sampler against the network, and its promises about state, voices and blocks."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.compiled.mulaw import LEVELS, SILENCE
from rtaudiogen.models.playing.codes.instruments import biases
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.network import WaveNet
from rtaudiogen.models.wavenet.packing import pack, random_tensors, rounded
from rtaudiogen.models.wavenet.sampler import Sampler
from rtaudiogen.realtime.render.worker_pool import WorkerPool

USUAL = WaveNetConfig(residual=32, skip=64, output=64, dilations=(1, 2, 4, 8, 16, 32) * 2)
ODD = WaveNetConfig(residual=48, skip=80, output=16, dilations=(3, 1, 7, 2, 5), harmonics=5)
TEXTURE = WaveNetConfig(residual=16, skip=16, output=16, dilations=(1, 2, 4, 8), harmonics=0)
CONFIGS = [USUAL, ODD, TEXTURE]
VOICES, FRAMES = 7, 90
ALL = np.arange(VOICES, dtype=np.int32)
POOL, HURRIED_HZ = WorkerPool(3), 10**9


class Material:
    """A random network and everything that a call of its sampler takes."""

    def __init__(self, config: WaveNetConfig) -> None:
        random = np.random.default_rng(0)
        self.config, self.tensors = config, random_tensors(config, random)
        self.packed = pack(config, self.tensors)
        shape = (VOICES, FRAMES, config.conditioning)
        self.conditioning = random.standard_normal(shape, np.float32)
        self.codes = random.integers(0, LEVELS, (VOICES, FRAMES), np.uint8)
        self.uniforms = random.random((VOICES, FRAMES), np.float32)
        self.embedding = random.standard_normal((VOICES, config.embedding), np.float32)
        self.temperature = np.linspace(0.5, 1.2, VOICES, dtype=np.float32)

    def sampler(self) -> Sampler:
        return Sampler(self.packed, VOICES)

    def shared_sampler(self) -> Sampler:
        """Return a sampler for which one core alone is always too slow."""
        return Sampler(self.packed, VOICES, HURRIED_HZ, POOL)

    def force(self, sampler: Sampler, begin: int = 0, end: int = FRAMES) -> NDArray[np.float32]:
        """Return teacher-forced logits of frames begin … end."""
        codes = np.ascontiguousarray(self.codes[:, begin:end])
        conditioning = np.ascontiguousarray(self.conditioning[:, begin:end])
        return sampler.teacher_force(
            codes, conditioning, biases(sampler.weights.instruments, self.embedding), ALL
        )

    def sample(
        self, sampler: Sampler, begin: int = 0, end: int = FRAMES, active: NDArray[Any] = ALL
    ) -> NDArray[np.uint8]:
        """Return sampled codes of frames begin … end."""
        codes = np.zeros((VOICES, end - begin), np.uint8)
        sampler.sample(
            codes,
            np.ascontiguousarray(self.conditioning[:, begin:end]),
            biases(sampler.weights.instruments, self.embedding),
            np.ascontiguousarray(self.uniforms[:, begin:end]),
            self.temperature,
            np.asarray(active, np.int32),
            end - begin,
        )
        return codes


MATERIALS = [Material(config) for config in CONFIGS]
of_each_size = pytest.mark.parametrize("material", MATERIALS, ids=["usual", "odd", "texture"])


@torch.inference_mode()
def parallel(material: Material, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the network's logits of `codes`, with the sampler's rounded weights."""
    network = WaveNet(material.config)
    tensors = rounded(material.config, material.tensors)
    network.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    past = np.pad(codes[:, :-1], ((0, 0), (1, 0)), constant_values=SILENCE)
    conditioning = torch.from_numpy(material.conditioning) if material.config.pitched else None
    embedding = torch.from_numpy(material.embedding)
    logits: NDArray[np.float32] = network(torch.from_numpy(past).long(), conditioning, embedding)
    return np.asarray(logits)


@of_each_size
def test_teacher_forced_logits_equal_the_rounded_network(material: Material) -> None:
    expected = parallel(material, material.codes)
    ours = material.force(material.sampler())
    assert np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()


@of_each_size
def test_a_code_is_where_the_cdf_passes_the_uniform(material: Material) -> None:
    codes = material.sample(material.sampler())
    logits = parallel(material, codes).astype(np.float64) / material.temperature[:, None, None]
    probability = np.exp(logits - logits.max(-1, keepdims=True))
    probability /= probability.sum(-1, keepdims=True)
    passed = np.concatenate([np.zeros((VOICES, FRAMES, 1)), probability.cumsum(-1)], -1)
    below, above = (
        np.take_along_axis(passed, codes[..., None].astype(int) + k, -1)[..., 0] for k in (0, 1)
    )
    assert (below - 1e-4 <= material.uniforms).all()
    assert (material.uniforms <= above + 1e-4).all()
    assert len(np.unique(codes)) > 30


@of_each_size
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_stream_does_not_depend_on_block_sizes(material: Material, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, FRAMES - 1), max_size=12)))
    whole, sampler = material.sample(material.sampler()), material.sampler()
    edges = [0, *cuts, FRAMES]
    blocks = [material.sample(sampler, *edge) for edge in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), whole)


@of_each_size
def test_logits_have_the_same_bits_in_blocks_of_one_frame(material: Material) -> None:
    sampler = material.sampler()
    single = [material.force(sampler, frame, frame + 1) for frame in range(FRAMES)]
    np.testing.assert_array_equal(np.concatenate(single, 1), material.force(material.sampler()))


@of_each_size
@settings(deadline=None, max_examples=25)
@given(voices=st.lists(st.integers(0, VOICES - 1), unique=True, min_size=1))
def test_a_voice_does_not_depend_on_which_others_sound(
    material: Material, voices: list[int]
) -> None:
    together = material.sample(material.sampler())
    some = material.sample(material.sampler(), active=np.array(voices))
    np.testing.assert_array_equal(some[voices], together[voices])
    others = [voice for voice in range(VOICES) if voice not in voices]
    assert not some[others].any()


@of_each_size
@settings(deadline=None, max_examples=25)
@given(voices=st.lists(st.integers(0, VOICES - 1), unique=True, min_size=2), data=st.data())
def test_a_voice_does_not_depend_on_which_core_computes_it(
    material: Material, voices: list[int], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, FRAMES - 1))
    alone, shared = material.sampler(), material.shared_sampler()
    for begin, end in ((0, cut), (cut, FRAMES)):
        expected = material.sample(alone, begin, end, np.array(voices))
        codes = material.sample(shared, begin, end, np.array(voices))
        np.testing.assert_array_equal(codes, expected)
    for name, array in alone.state.items():
        np.testing.assert_array_equal(shared.state[name], array)


@of_each_size
@settings(deadline=None, max_examples=25)
@given(cut=st.integers(1, FRAMES - 1))
def test_a_saved_state_goes_on_bit_for_bit(material: Material, cut: int) -> None:
    sampler = material.sampler()
    material.sample(sampler, 0, cut)
    saved = {name: array.copy() for name, array in sampler.state.items()}
    uninterrupted = material.sample(sampler, cut)
    other = material.sampler()
    other.restore(saved)
    np.testing.assert_array_equal(material.sample(other, cut), uninterrupted)


@of_each_size
def test_a_reset_voice_starts_again_and_leaves_others_alone(
    material: Material,
) -> None:
    sampler, expected = material.sampler(), material.sampler()
    first = material.sample(sampler)
    material.sample(expected)
    sampler.reset_voice(3)
    second, untouched = material.sample(sampler), material.sample(expected)
    np.testing.assert_array_equal(second[3], first[3])
    others = [voice for voice in range(VOICES) if voice != 3]
    np.testing.assert_array_equal(second[others], untouched[others])


def test_a_state_of_another_network_is_refused() -> None:
    with pytest.raises(ValueError, match="history"):
        MATERIALS[0].sampler().restore(MATERIALS[1].sampler().state)


def test_the_coldest_temperature_takes_the_most_likely_code() -> None:
    material = Material(USUAL)
    material.temperature[:] = 0.0
    codes = material.sample(material.sampler())
    logits = parallel(material, codes)
    best = np.sort(logits, axis=-1)
    clear = best[..., -1] - best[..., -2] > 0.02
    assert clear.mean() > 0.5
    np.testing.assert_array_equal(codes[clear], logits.argmax(-1)[clear])


numbers = st.floats(width=32)


@settings(deadline=None, max_examples=50)
@given(bad=numbers, uniform=numbers, temperature=numbers, channel=st.integers(0, 17))
def test_no_number_that_is_not_finite_outlives_its_frame(
    bad: float, uniform: float, temperature: float, channel: int
) -> None:
    material = Material(ODD)
    material.conditioning[:, 10:20, channel] = bad
    material.uniforms[:] = uniform
    material.temperature[:] = temperature
    sampler = material.sampler()
    material.sample(sampler)
    assert np.isfinite(sampler.state["history"]).all()
    assert np.isfinite(material.force(sampler)).all()


@of_each_size
def test_a_state_of_nonsense_plays_on(material: Material) -> None:
    sampler = material.sampler()
    for name in ("cursors", "codes"):
        array = sampler.state[name]
        array[...] = np.resize([-1, -(2**62), 2**62, 10**6], array.shape)
    sampler.state["history"][...] = np.nan
    material.sample(sampler)
    assert (sampler.state["cursors"] >= 0).all()
    assert (sampler.state["cursors"] < material.packed.dilations).all()


@pytest.mark.parametrize("name", ["residual", "skip", "output"])
def test_channels_that_are_no_multiple_of_sixteen_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} 40: expected a multiple of 16"):
        replace(USUAL, **{name: 40})


def test_tensors_that_do_not_fit_are_refused() -> None:
    material = MATERIALS[0]
    without = {name: array for name, array in material.tensors.items() if name != "skip.bias"}
    with pytest.raises(RtAudioGenError, match=r"no tensor 'skip\.bias'"):
        pack(USUAL, without)
    with pytest.raises(RtAudioGenError, match=r"'skip\.bias' should be \(64,\), not \(3,\)"):
        pack(USUAL, {**material.tensors, "skip.bias": np.zeros(3, np.float32)})
    with pytest.raises(RtAudioGenError, match=r"'skip\.bias' contains numbers that are not finite"):
        pack(USUAL, {**material.tensors, "skip.bias": np.full(64, np.nan, np.float32)})


def test_dilations_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="dilations must be at least 1"):
        replace(USUAL, dilations=(1, 0))
