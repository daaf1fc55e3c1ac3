"""The GPU's sampler; without a GPU Triton's interpreter runs the kernel, on torch's CPU."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.models.compiled import device_call
from rtaudiogen.models.compiled.mulaw import LEVELS
from rtaudiogen.models.playing.codes.instruments import biases
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.descriptor import describe
from rtaudiogen.models.wavenet.generator import WaveNetGenerator, create
from rtaudiogen.models.wavenet.packing import pack, random_tensors
from rtaudiogen.models.wavenet.sampler import Sampler, sampler_on

from ..untrained import write_untrained

pytest.importorskip("triton", reason="the GPU's kernel is written in Triton (Linux only)")
from rtaudiogen.models.wavenet.device.sampler import DeviceSampler

pytestmark = pytest.mark.slow

NOTES = WaveNetConfig(residual=32, skip=16, output=32, dilations=(1, 2, 3), harmonics=1)
TEXTURE = WaveNetConfig(residual=16, skip=32, output=16, dilations=(2,), harmonics=0)
CONFIGS = [NOTES, TEXTURE]
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
VOICES, FRAMES = 3, 10
ALL = np.arange(VOICES, dtype=np.int32)


class Material:
    """A random network and everything that a call of its samplers takes."""

    def __init__(self, config: WaveNetConfig) -> None:
        random = np.random.default_rng(0)
        self.config = config
        self.packed = pack(config, random_tensors(config, random))
        shape = (VOICES, FRAMES, config.conditioning)
        self.conditioning = random.standard_normal(shape, np.float32)
        self.codes = random.integers(0, LEVELS, (VOICES, FRAMES), np.uint8)
        self.uniforms = random.random((VOICES, FRAMES), np.float32)
        self.bias = biases(self.packed.instruments, random.standard_normal((1, config.embedding)))
        self.temperature = np.linspace(0.5, 1.2, VOICES, dtype=np.float32)

    def on_cpu(self) -> Sampler:
        return Sampler(self.packed, VOICES)

    def on_device(self) -> DeviceSampler:
        return DeviceSampler(self.packed, VOICES, self.config.conditioning, FRAMES, DEVICE)

    def force(self, sampler: Sampler | DeviceSampler, begin: int = 0, end: int = FRAMES) -> NDArray:
        """Return teacher-forced logits of frames begin … end."""
        codes = np.ascontiguousarray(self.codes[:, begin:end])
        told = np.ascontiguousarray(self.conditioning[:, begin:end])
        return sampler.teacher_force(codes, told, self.bias, ALL)

    def sample(
        self,
        sampler: Sampler | DeviceSampler,
        begin: int = 0,
        end: int = FRAMES,
        active: NDArray[np.int32] = ALL,
    ) -> NDArray[np.uint8]:
        """Return sampled codes of frames begin … end."""
        codes = np.zeros((VOICES, end - begin), np.uint8)
        sampler.sample(
            codes, np.ascontiguousarray(self.conditioning[:, begin:end]), self.bias,
            np.ascontiguousarray(self.uniforms[:, begin:end]), self.temperature, active,
            end - begin,
        )  # fmt: skip
        return codes


MATERIALS = [Material(config) for config in CONFIGS]
of_each_kind = pytest.mark.parametrize("material", MATERIALS, ids=["notes", "texture"])


def same(a: dict[str, NDArray], b: dict[str, NDArray]) -> bool:
    """Return whether two states have the same bits."""
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@of_each_kind
def test_device_logits_equal_those_of_the_cpu(material):
    expected = material.force(material.on_cpu())
    error = np.abs(material.force(material.on_device()) - expected).max()
    assert error < 1e-5 * np.abs(expected).max()


@of_each_kind
def test_the_device_draws_the_codes_of_the_cpu(material):
    cpu, device = material.on_cpu(), material.on_device()
    codes = material.sample(device)
    np.testing.assert_array_equal(codes, material.sample(cpu))
    assert len(np.unique(codes)) > 5


@settings(max_examples=3, deadline=None)
@given(cuts=st.sets(st.integers(1, FRAMES - 1), min_size=1, max_size=4))
def test_bits_do_not_depend_on_how_frames_are_cut_into_calls(cuts):
    material, one = MATERIALS[0], np.array([1], np.int32)
    whole, cut = material.on_device(), material.on_device()
    expected = material.sample(whole, active=one)
    parts = [material.sample(cut, *span, one) for span in pairwise([0, *sorted(cuts), FRAMES])]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)
    assert same(cut.state, whole.state)


def test_voices_are_independent_and_silent_ones_keep_their_state():
    material = MATERIALS[0]
    together, alone = material.on_device(), material.on_device()
    expected = material.sample(together)
    before = alone.state
    codes = material.sample(alone, active=np.array([1], np.int32))
    np.testing.assert_array_equal(codes[1], expected[1])
    assert not codes[0].any()
    assert not codes[2].any()
    for name, array in alone.state.items():
        np.testing.assert_array_equal(array[[0, 2]], before[name][[0, 2]])
        np.testing.assert_array_equal(array[1], together.state[name][1])


@of_each_kind
def test_the_device_continues_a_saved_state_bit_exact(material):
    sampler = material.on_device()
    material.sample(sampler, 0, 5)
    saved = sampler.state
    expected = material.sample(sampler, 5)
    other = material.on_device()
    material.sample(other, 2, 6)
    other.restore(saved)
    assert same(other.state, saved)
    np.testing.assert_array_equal(material.sample(other, 5), expected)


def test_a_state_goes_from_the_cpu_to_the_gpu_and_back():
    material = MATERIALS[0]
    cpu = material.on_cpu()
    expected = material.force(cpu)
    first, second, third = material.on_cpu(), material.on_device(), material.on_cpu()
    logits = [material.force(first, 0, 4)]
    second.restore(first.state)
    logits.append(material.force(second, 4, 8))
    third.restore(second.state)
    logits.append(material.force(third, 8))
    error = np.abs(np.concatenate(logits, axis=1) - expected).max()
    assert error < 1e-5 * np.abs(expected).max()
    np.testing.assert_array_equal(third.state["cursors"], cpu.state["cursors"])


def test_a_reset_voice_sounds_like_a_fresh_one():
    material = MATERIALS[0]
    sampler, fresh = material.on_device(), material.on_device()
    material.sample(sampler)
    sampler.reset_voice(2)
    second = np.array([2], np.int32)
    np.testing.assert_array_equal(
        material.sample(sampler, 0, 4, second), material.sample(fresh, 0, 4, second)
    )


@pytest.mark.filterwarnings("ignore:All-NaN slice")  # of some versions of the interpreter
def test_a_damaged_state_leads_nowhere_else():
    material = MATERIALS[0]
    sampler = material.on_device()
    damaged = sampler.state
    damaged["cursors"][:] = 10**12
    damaged["codes"][:] = -7
    damaged["history"][:] = np.nan
    sampler.restore(damaged)
    material.sample(sampler)
    dilations = np.array(material.config.dilations)
    assert (sampler.state["cursors"] < dilations).all()
    assert (sampler.state["cursors"] >= 0).all()


def test_another_networks_state_is_refused_and_changes_nothing():
    sampler = MATERIALS[0].on_device()
    before = sampler.state
    with pytest.raises(ValueError, match="another network's"):
        sampler.restore({**before, "codes": np.zeros((9, 2), np.int64)})
    assert same(sampler.state, before)


def test_sizes_that_are_no_power_of_two_are_refused_in_one_line():
    config = replace(NOTES, residual=48)
    packed = pack(config, random_tensors(config, np.random.default_rng(0)))
    with pytest.raises(RtAudioGenError, match="residual channels must be a power of 2, not 48"):
        DeviceSampler(packed, 1, config.conditioning, 4, DEVICE)


def test_a_gpu_that_it_cannot_use_is_refused_in_one_line():
    with pytest.raises(RtAudioGenError, match="sampled on 'cpu' or 'cuda'"):
        sampler_on("mps", MATERIALS[0].packed, 1, NOTES, 4)


def test_without_triton_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtaudiogen.models.wavenet.device.sampler", None)
    with pytest.raises(RtAudioGenError, match="needs the package"):
        sampler_on("cuda", MATERIALS[0].packed, 1, NOTES, 4)


@pytest.fixture
def instrument(tmp_path, monkeypatch) -> WaveNetGenerator:
    """Return a generator that finds a GPU on every machine."""
    monkeypatch.setattr(device_call, "torch_device", lambda name: DEVICE)
    path = write_untrained(tmp_path / "small.safetensors", replace(NOTES, preemphasis=0.85))
    return create(replace(describe(path), voices=2), 16000)


def played(generator: WaveNetGenerator, blocks: list[int], *notes: np.ndarray) -> NDArray:
    """Return (frames,) of blocks one after the other; notes are in the first."""
    values, out = generator.descriptor.defaults(), []
    for number, frames in enumerate(blocks):
        block = np.full((frames, 1), np.nan, np.float32)
        generator.render(
            block, values, np.concatenate(notes) if notes and number == 0 else no_events()
        )
        out.append(block[:, 0])
    return np.concatenate(out)


A4, E5 = (event(0, EventKind.NOTE_ON, voice, key, 0.8) for voice, key in ((0, 69.0), (1, 76.0)))


def test_the_instrument_plays_on_a_gpu_what_it_plays_on_the_cpu(instrument):
    instrument.prepare(16)
    instrument.reset(1)
    expected = played(instrument, [16], A4, E5)
    instrument.prepare(16, "cuda")
    instrument.reset(1)
    np.testing.assert_array_equal(played(instrument, [16], A4, E5), expected)
    assert np.abs(expected).max() > 0


def test_blocks_and_saved_state_keep_every_bit_on_a_gpu(instrument):
    instrument.prepare(16, "cuda")
    instrument.reset(1)
    expected = played(instrument, [16, 8], A4, E5)
    instrument.reset(1)
    first = played(instrument, [1, 7, 8], A4, E5)
    saved = instrument.save_state()
    played(instrument, [3], A4)
    instrument.load_state(saved)
    np.testing.assert_array_equal(
        np.concatenate([first, played(instrument, [5, 3])])[: len(expected)], expected
    )


@pytest.mark.slow
@pytest.mark.parametrize("capability", [80, 90, 120])
def test_the_kernel_compiles_for_absent_gpus_and_fits_registers(capability):
    """It compiles down to machine code: the assembler comes with Triton."""
    program = Path(__file__).with_name("compile_kernel.py")
    command = [sys.executable, str(program), str(capability)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sizes = ["32/128/256", "64/128/256", "128/256/256"]
    assert done.stdout.splitlines() == [f"{size} 0" for size in sizes for _ in range(2)]
