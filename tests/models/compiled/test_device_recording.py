"""Calls recorded on a fake GPU that notes its commands, and on a real one."""

import gc
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from rtaudiogen.errors import ProcessorLostError, RtAudioGenError
from rtaudiogen.models.compiled import device_call
from rtaudiogen.models.compiled.device_call import (
    FIRST,
    LAST,
    STREAMS,
    WARM_UPS,
    DeviceCall,
    Exchange,
    Tensors,
)
from rtaudiogen.processors import missing

NUMBERS = {"x": ((4,), np.float32)}
CPU = torch.device("cpu")

# nothing else records a graph, and a fake of the driver would prove nothing of it
only_with_cuda = pytest.mark.skipif(bool(missing("cuda")), reason=missing("cuda") or "there is one")


class FakeGPU:
    """A GPU whose streams are numbers that repeat, as torch's do; a replay does nothing."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.stream: FakeStream | None = None  # the stream in use
        self.dealt: dict[int, Iterator[int]] = {}

    @contextmanager
    def on(self, stream: "FakeStream") -> Iterator[None]:
        before, self.stream = self.stream, stream
        yield
        self.stream = before

    def note(self, what: str) -> None:
        self.log.append(what if self.stream is not None else f"{what} on no stream")

    def compute(self, inputs: Tensors, outputs: Tensors) -> None:
        self.note("compute")


class FakeStream:
    def __init__(self, gpu: FakeGPU, priority: int) -> None:
        dealt = gpu.dealt.setdefault(priority, itertools.cycle(range(STREAMS)))
        self.gpu, self.identity = gpu, (priority, next(dealt))

    def __eq__(self, other: object) -> bool:
        mine = isinstance(other, FakeStream) and other.gpu is self.gpu
        return mine and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def synchronize(self) -> None:
        self.gpu.note("wait")


class FakeGraph:
    def __init__(self, gpu: FakeGPU) -> None:
        self.gpu = gpu

    def capture_begin(self, capture_error_mode: str) -> None:
        self.gpu.note(f"record {capture_error_mode}")

    def capture_end(self) -> None:
        self.gpu.note("recorded")

    def replay(self) -> None:
        self.gpu.note("replay")


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGPU:
    fake, real = FakeGPU(), Exchange
    monkeypatch.setattr(device_call, "Exchange", lambda shapes, device: real(shapes, CPU))
    monkeypatch.setattr(torch.cuda, "Stream", lambda device, priority: FakeStream(fake, priority))
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: FakeGraph(fake))
    monkeypatch.setattr(torch.cuda, "stream", fake.on)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: FakeStream(fake, 7))
    return fake


def on_gpu(gpu: FakeGPU, **options: bool) -> DeviceCall:
    return DeviceCall(gpu.compute, NUMBERS, NUMBERS, torch.device("cuda"), **options)


def test_a_computation_is_recorded_once_and_replayed(gpu: FakeGPU) -> None:
    call = on_gpu(gpu)
    assert gpu.log == [
        "wait on no stream",  # for what was allocated
        *["compute", "wait"] * WARM_UPS,
        *["record thread_local", "compute", "recorded"],
        *["replay", "wait"],
    ]
    gpu.log.clear()
    call()
    assert gpu.log == ["replay", "wait"]


def test_an_unrecorded_call_computes_every_time(gpu: FakeGPU) -> None:
    call = on_gpu(gpu, recorded=False)
    assert gpu.log == ["wait on no stream"]
    call()
    assert gpu.log[1:] == ["compute", "wait"]


def test_urgent_calls_have_the_higher_priority(gpu: FakeGPU) -> None:
    assert FIRST < LAST
    calls = [on_gpu(gpu, urgent=urgent) for urgent in (True, False)]
    assert [call._stream.identity[0] for call in calls] == [FIRST, LAST]


def test_a_recording_that_fails_is_ended_and_says_why(
    gpu: FakeGPU, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compute(inputs: Tensors, outputs: Tensors) -> None:
        gpu.note("compute")
        if gpu.log[-2].startswith("record"):
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing")

    def spoilt(graph: FakeGraph) -> None:
        gpu.note("recorded")
        raise RuntimeError("CUDA error: operation failed due to a previous error during capture")

    monkeypatch.setattr(FakeGraph, "capture_end", spoilt)
    with pytest.raises(ProcessorLostError, match="not permitted when stream is capturing"):
        DeviceCall(compute, NUMBERS, NUMBERS, torch.device("cuda"))
    assert gpu.log[-3:] == ["record thread_local", "compute", "recorded"]


def test_a_stream_is_shared_with_no_other_call(gpu: FakeGPU) -> None:
    """A recording on a shared stream would include another call's work."""
    sounding = on_gpu(gpu)
    for _ in range(3 * STREAMS):
        assert on_gpu(gpu)._stream != sounding._stream
    calls = [sounding, *(on_gpu(gpu) for _ in range(STREAMS - 1))]
    assert len({call._stream for call in calls}) == STREAMS
    on_gpu(gpu, urgent=False)
    with pytest.raises(RtAudioGenError, match="all 32 streams are in use") as refused:
        on_gpu(gpu)
    assert not isinstance(refused.value, ProcessorLostError)  # the GPU is as good as before
    calls.pop()
    on_gpu(gpu)


def test_pinned_memory_is_freed_even_when_the_gpu_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registered: list[int] = []
    runtime = SimpleNamespace(
        cudaHostRegister=lambda at, size, flags: registered.append(at) or 0,
        cudaHostUnregister=lambda at: registered.remove(at) or 700,  # an error that sticks
    )
    monkeypatch.setattr(torch.cuda, "cudart", lambda: runtime)
    monkeypatch.setattr(torch.cuda, "check_error", lambda status: None)
    memory = device_call._pinned(5000)
    assert registered == [memory.data_ptr()]
    assert (memory.shape, memory.dtype, int(memory.sum())) == ((5000,), torch.uint8, 0)
    view = memory[256:].numpy()
    del memory
    assert len(registered) == 1  # somebody still looks at it
    del view
    assert registered == []


def test_nothing_is_collected_while_a_computation_is_recorded(gpu: FakeGPU) -> None:
    """A dead graph that is freed during a recording would spoil it."""
    collects: list[bool] = []
    compute = partial(_note_collecting, collects)
    DeviceCall(compute, NUMBERS, NUMBERS, torch.device("cuda"))
    assert collects == [True] * WARM_UPS + [False]
    assert gc.isenabled()


def _note_collecting(collects: list[bool], inputs: Tensors, outputs: Tensors) -> None:
    collects.append(gc.isenabled())


def test_streams_of_what_nobody_has_any_more_are_free(gpu: FakeGPU) -> None:
    """This includes an object that refers to itself because its own method is computed."""

    class Selfish:
        def __init__(self) -> None:
            self.call = DeviceCall(self.compute, NUMBERS, NUMBERS, torch.device("cuda"))

        def compute(self, inputs: Tensors, outputs: Tensors) -> None:
            pass

    gc.disable()
    try:
        for _ in range(2 * STREAMS):
            Selfish()
    finally:
        gc.enable()


def layers(device: torch.device) -> list[Tensor]:
    random = torch.Generator().manual_seed(1)
    return [torch.randn(300, 300, generator=random).to(device) / 17 for _ in range(4)]


def network(device: torch.device, **options: bool) -> DeviceCall:
    weights = layers(device)

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        x = inputs["x"]
        for weight in weights:
            x = torch.tanh(torch.nn.functional.linear(x, weight))
        outputs["y"].copy_(x)

    return DeviceCall(
        compute, {"x": ((9, 300), np.float32)}, {"y": ((9, 300), np.float32)}, device, **options
    )


def answers(call: DeviceCall, count: int = 50) -> np.ndarray:
    random, found = np.random.default_rng(2), []
    for _ in range(count):
        call.inputs["x"][:] = random.standard_normal((9, 300))
        call()
        found.append(call.outputs["y"].copy())
    return np.stack(found)


@only_with_cuda
def test_a_replay_is_the_plain_call_to_the_bit() -> None:
    cuda = torch.device("cuda")
    plain = answers(network(cuda, recorded=False))
    recorded = network(cuda)
    for call in (recorded, recorded, network(cuda, urgent=False)):
        np.testing.assert_array_equal(answers(call), plain)
    np.testing.assert_allclose(plain, answers(network(CPU)), atol=1e-5)


@only_with_cuda
def test_calls_and_recordings_on_three_threads_do_not_interfere() -> None:
    cuda = torch.device("cuda")
    urgent, other = network(cuda), network(cuda, urgent=False)
    alone = answers(urgent)
    with ThreadPoolExecutor(2) as threads:
        playing = [threads.submit(answers, call, 50 * 20) for call in (urgent, other)]
        for _ in range(2 * STREAMS):
            np.testing.assert_array_equal(answers(network(cuda)), alone)
        for played in playing:
            np.testing.assert_array_equal(played.result()[:50], alone)


@only_with_cuda
def test_a_call_that_cannot_be_recorded_harms_no_other() -> None:
    cuda = torch.device("cuda")
    sounding = network(cuda)
    before = answers(sounding)

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        outputs["x"].fill_(float(inputs["x"].sum()))  # waits for the device

    with pytest.raises(ProcessorLostError, match="captur"):
        DeviceCall(compute, NUMBERS, NUMBERS, cuda)
    np.testing.assert_array_equal(answers(sounding), before)
    np.testing.assert_array_equal(answers(network(cuda)), before)
