"""The drum machine on a device: the same contract, and almost the CPU's sound.

Where there is no CUDA device, torch's own CPU stands for it: the same code, less the recording.
"""

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rtaudiogen.errors import ProcessorLostError
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.models.compiled import device_call
from rtaudiogen.models.compiled.device_call import DeviceCall, Exchange
from rtaudiogen.models.measuring import speed
from rtaudiogen.models.wavegan import device_renderer, parallel
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.descriptor import builtin, describe
from rtaudiogen.models.wavegan.generator import WaveGANGenerator, _sides, create
from rtaudiogen.models.wavegan.measuring import device_benchmark
from rtaudiogen.models.wavegan.packing import Packed, pack, random_tensors
from rtaudiogen.models.wavegan.renderer import Renderer, renderers
from rtaudiogen.processors import missing

from .untrained import SMALL, SPECIAL, write_untrained

pytestmark = pytest.mark.slow

DEVICE = "cuda"
RATE = 16000
TOLERANCE = 1e-5  # of full scale
Values = NDArray[np.float32]

CONFIGS = {**SPECIAL, "the papers": WaveGANConfig(width=64)}


def one_core() -> None:
    """Use one core in this thread: on the CPU the order of a sum depends on the number."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module", autouse=True)
def a_device() -> Iterator[None]:
    """Let a device always be found."""
    threads = torch.get_num_threads()
    one_core()
    with pytest.MonkeyPatch.context() as patch:
        if missing(DEVICE):
            patch.setattr(device_call, "torch_device", lambda name: torch.device("cpu"))
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "drums.safetensors")


def prepared(path: Path, device: str) -> WaveGANGenerator:
    generator = create(describe(path), RATE)
    assert isinstance(generator, WaveGANGenerator)
    generator.prepare(4 * RATE, device)
    generator.reset(1)
    return generator


@pytest.fixture
def model(path: Path) -> WaveGANGenerator:
    return prepared(path, DEVICE)


@pytest.fixture
def on_cpu(path: Path) -> WaveGANGenerator:
    return prepared(path, "cpu")


def packed(config: WaveGANConfig, seed: int = 0) -> Packed:
    return pack(config, random_tensors(config, np.random.default_rng(seed)))


def struck(key: int, frame: int = 0, voice: int = 0) -> NDArray[np.void]:
    return event(frame, EventKind.NOTE_ON, voice, key, 1.0)


def played(model: WaveGANGenerator, *events: NDArray[np.void], frames: int = RATE) -> Values:
    """Return the next frames, (frames, 2)."""
    out = np.full((frames, 2), np.nan, np.float32)
    happens = np.concatenate(events) if events else no_events()
    model.render(out, model.descriptor.defaults(), happens)
    return out


# -- what it sounds like ---------------------------------------------------------------------------


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_hit_is_the_cpus_wherever_it_lies(config: WaveGANConfig) -> None:
    """The hits lie anywhere in latent space and between classes."""
    same = packed(config)
    compiled, (now, ahead) = Renderer(same), renderers(same, DEVICE)
    random, classes = np.random.default_rng(1), max(1, len(config.classes))
    mixtures = [*np.eye(classes), *random.dirichlet(np.ones(classes), 4)]
    for mixture in np.array(mixtures, np.float32):
        latent = random.uniform(-1.0, 1.0, config.latent).astype(np.float32)
        expected = compiled.render(latent, mixture)
        assert np.abs(expected).max() > 0.01
        hit = now.render(latent, mixture)
        np.testing.assert_allclose(hit, expected, rtol=0, atol=TOLERANCE)
        np.testing.assert_array_equal(ahead.render(latent, mixture), hit)


def test_the_shipped_drums_are_the_cpus() -> None:
    shipped = next(iter(builtin()))
    compiled, device = (create(shipped, RATE) for _ in range(2))
    assert isinstance(compiled, WaveGANGenerator)
    assert isinstance(device, WaveGANGenerator)
    compiled.prepare(64)
    device.prepare(64, DEVICE)
    for pad in range(16):
        recipe = device.recipe(pad, pad, 0, shipped.defaults())
        hit, expected = device.make(recipe), compiled.make(recipe)
        np.testing.assert_allclose(hit, expected, rtol=0, atol=1e-4)  # levelled to -1 dBFS


def test_a_pool_makes_the_bits_that_are_played_meanwhile(model: WaveGANGenerator) -> None:
    values = model.descriptor.defaults()
    recipes = [model.recipe(pad, 0, 0, values) for pad in range(16)]
    with ThreadPoolExecutor(1, initializer=one_core) as worker:
        ahead = worker.map(model.make, recipes)
        whole = [played(model, struck(36 + pad), frames=2 * RATE) for pad in range(16)]
    for hit, sound, pad in zip(ahead, whole, range(16), strict=True):
        strike = model.strike(pad, 1.0, values)
        expected = hit * np.array([strike.gain * side for side in _sides(strike.pan)], np.float32)
        np.testing.assert_array_equal(sound[: len(hit)], expected)
        assert not sound[len(hit) :].any()


def test_weights_are_uploaded_once_and_live_calls_are_urgent(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads, urgent = [], []
    real = device_renderer.upload

    class Noted(DeviceCall):
        def __init__(self, *given: object) -> None:
            urgent.append(given[-1])
            super().__init__(*given)

    monkeypatch.setattr(device_renderer, "upload", lambda *given: uploads.append(1) or real(*given))
    monkeypatch.setattr(device_renderer, "DeviceCall", Noted)
    prepared(path, DEVICE)
    assert (len(uploads), urgent) == (1, [True, False])


def test_a_dropped_object_leaves_the_device_at_once() -> None:
    """It does not wait for garbage collection."""
    now, ahead = renderers(packed(SMALL), DEVICE)
    there = [weakref.ref(now), weakref.ref(ahead)]
    gc.disable()
    try:
        del now, ahead
        assert [renderer() for renderer in there] == [None, None]
    finally:
        gc.enable()


def test_a_state_travels_to_a_device_and_back(
    path: Path, model: WaveGANGenerator, on_cpu: WaveGANGenerator
) -> None:
    """Hits that sound continue where they are."""
    later = (struck(42, 50, voice=3), struck(36, 2000, voice=4))
    played(on_cpu, struck(36, 0, 0), struck(38, 300, 1), struck(49, 700, 2), frames=1000)
    state = on_cpu.save_state()
    model.load_state(state)
    assert np.count_nonzero(model.voices["playing"]) == 3
    rest = played(on_cpu, *later)
    there = played(model, *later)
    np.testing.assert_allclose(there, rest, rtol=0, atol=1e-4)

    model.load_state(state)
    played(model, frames=200)
    back = prepared(path, "cpu")
    back.load_state(model.save_state())
    on_cpu.load_state(state)
    played(on_cpu, frames=200)
    np.testing.assert_array_equal(played(back, *later), played(on_cpu, *later))


# -- what is checked -------------------------------------------------------------------------------


def test_the_check_compares_the_playing_renderers(model: WaveGANGenerator) -> None:
    assert all(finding.passed for finding in parallel.check(model))
    now, ahead = model.renderers
    model.renderers = renderers(packed(SMALL, seed=9), DEVICE)
    assert [finding.passed for finding in parallel.check(model)] == [False, True]
    model.renderers = now, model.renderers[1]
    assert [finding.passed for finding in parallel.check(model)] == [True, False]
    model.renderers = now, ahead
    assert all(finding.passed for finding in parallel.check(model))


# -- a lost device ---------------------------------------------------------------------------------


@pytest.fixture
def losing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every later call fail."""

    def fail(exchange: Exchange) -> None:
        raise RuntimeError("CUDA error: the launch failed\nCompile with …")

    monkeypatch.setattr(Exchange, "send", fail)


def test_a_strike_without_a_device_is_silent_and_the_cpu_goes_on(
    path: Path, model: WaveGANGenerator, on_cpu: WaveGANGenerator, request: pytest.FixtureRequest
) -> None:
    for both in (model, on_cpu):
        played(both, struck(36), frames=500)
    before = model.save_state()
    request.getfixturevalue("losing")
    with pytest.raises(ProcessorLostError, match=r"the launch failed$"):
        played(model, struck(38, 100, voice=1), frames=200)
    assert model.voice_levels()[0] > 0
    assert not model.voice_levels()[1:].any()
    assert np.isfinite(played(model, frames=100)).all()

    state = model.save_state()
    assert state["played"].view(np.int64)[2] == 1, "the strike counts"
    on_cpu.load_state(state)
    other = prepared(path, "cpu")
    other.load_state(before)
    played(other, frames=200)
    np.testing.assert_array_equal(played(on_cpu), played(other))


def test_a_state_without_a_device_is_silent_and_not_lost(
    model: WaveGANGenerator, on_cpu: WaveGANGenerator, request: pytest.FixtureRequest
) -> None:
    played(model, struck(49), struck(36, voice=1), frames=500)
    played(on_cpu, struck(38), struck(42, voice=1), frames=500)
    state = on_cpu.save_state()
    rest = played(on_cpu)
    request.getfixturevalue("losing")
    with pytest.raises(ProcessorLostError):
        model.load_state(state)
    kept = model.save_state()
    assert not played(model, frames=100).any()
    on_cpu.load_state(kept)
    np.testing.assert_array_equal(played(on_cpu), rest)


def test_a_pool_hears_that_the_device_is_lost(model: WaveGANGenerator, losing: None) -> None:
    with pytest.raises(ProcessorLostError):
        model.make(model.recipe(0, 0, 0, model.descriptor.defaults()))


def test_out_of_memory_is_reported_and_the_prepared_plays_on(
    path: Path, on_cpu: WaveGANGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = played(on_cpu, struck(36))

    def full(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB.")

    monkeypatch.setattr(torch.Tensor, "to", full)
    with pytest.raises(ProcessorLostError, match="out of memory"):
        on_cpu.prepare(64, DEVICE)
    on_cpu.reset(1)
    np.testing.assert_array_equal(played(on_cpu, struck(36)), before)


# -- without one -----------------------------------------------------------------------------------


def test_every_promised_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.02)
    monkeypatch.setattr(device_benchmark, "WIDTHS", (16, 32))
    rows = list(device_benchmark.bench_rows(DEVICE))
    assert [row.unit for row in rows] == [*["× real time", "ms"] * 2, "ms"]
    assert all(row.value > 0 and DEVICE in row.name and "\n" not in row.detail for row in rows)
