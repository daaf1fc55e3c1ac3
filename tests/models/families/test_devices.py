"""Generators on another processor than the CPU, or on the CPU in its place."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from rtaudiogen.errors import ProcessorLostError
from rtaudiogen.generator import Audio, Descriptor, Generator
from rtaudiogen.models.compiled import device_call
from rtaudiogen.registry import create
from rtaudiogen.verification.score import MAX_FRAMES, moving_parameters, play, score
from rtaudiogen.verification.verify import verify

from .members import EVERY_DEVICE_MODEL, MEMBERS

HOST_RATE = 16000  # Hz
DEVICE = "cuda"
ALIKE = 1e-4  # of the peak
FRAMES, CUT = 1800, 901


@pytest.fixture(autouse=True)
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let torch compute on the CPU, on one thread, where a device is asked for."""
    monkeypatch.setattr(device_call, "torch_device", lambda name: torch.device("cpu"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=EVERY_DEVICE_MODEL)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Descriptor:
    member, kind = request.param
    described: Descriptor = member.described(kind, tmp_path_factory.mktemp("models"))
    return described


def prepared(model: Descriptor, device: str) -> Generator:
    generator = create(model, HOST_RATE)
    generator.prepare(MAX_FRAMES, device)
    generator.reset(1)
    return generator


def played(generator: Generator, start: int = 0, end: int = FRAMES) -> Audio:
    """Return frames start … end of a performance."""
    events, _ = score(generator)
    values = moving_parameters(generator.descriptor)
    return play(generator, events, end, [MAX_FRAMES], values, start)


def assert_alike(ours: Audio, expected: Audio) -> None:
    peak = np.abs(expected).max()
    assert peak > 0.01
    np.testing.assert_allclose(ours, expected, rtol=0, atol=ALIKE * peak)


@pytest.mark.slow
def test_the_contract_holds_on_a_device(model: Descriptor) -> None:
    family = MEMBERS[model.family].family
    assert DEVICE in family.devices
    findings = verify(lambda: create(model, HOST_RATE), family, DEVICE)
    assert [f"{f.name}: {f.detail}" for f in findings if not f.passed] == []


def test_a_generator_sounds_as_on_the_cpu(model: Descriptor) -> None:
    assert_alike(played(prepared(model, DEVICE)), played(prepared(model, "cpu")))


def test_a_performance_moves_to_the_device_and_back(model: Descriptor) -> None:
    here, there = prepared(model, "cpu"), prepared(model, DEVICE)
    whole, middle = played(prepared(model, "cpu")), (CUT + FRAMES) // 2
    parts = [played(here, 0, CUT)]
    there.load_state(here.save_state())
    parts.append(played(there, CUT, middle))
    here.load_state(there.save_state())
    parts.append(played(here, middle))
    assert_alike(np.concatenate(parts), whole)


def test_prepared_for_another_processor_it_begins_anew(model: Descriptor) -> None:
    moved, expected = prepared(model, "cpu"), played(prepared(model, "cpu"))
    played(moved, 0, 300)
    moved.prepare(MAX_FRAMES, DEVICE)
    assert not moved.voice_levels().any()
    moved.reset(1)
    assert_alike(played(moved), expected)
    moved.prepare(MAX_FRAMES, "cpu")
    moved.reset(1)
    np.testing.assert_array_equal(played(moved), expected)


def test_a_device_that_goes_in_the_middle_is_told_as_lost(
    model: Descriptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = prepared(model, DEVICE)
    played(generator, 0, 100)

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nCompile with …")

    monkeypatch.setattr(device_call.Exchange, "send", broken)
    with pytest.raises(ProcessorLostError, match=r"memory access was encountered$"):
        played(generator, 100)
