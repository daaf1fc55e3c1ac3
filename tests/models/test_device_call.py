"""One call of fixed shapes on a device: what goes in, what comes out, what stays, what is lost."""

import gc
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from rtaudiogen.errors import ProcessorLostError, RtAudioGenError
from rtaudiogen.models import device_call
from rtaudiogen.models.device_call import (
    ALIGNMENT,
    FIRST,
    LAST,
    STREAMS,
    WARM_UPS,
    DeviceCall,
    Exchange,
    Tensors,
    exactly,
    torch_device,
)
from rtaudiogen.processors import NAMES, missing

EVERY_KIND = {
    "reals": ((2, 3, 5), np.float32),
    "one": ((), np.float32),
    "bytes": ((7,), np.uint8),
    "none": ((0, 4), np.float32),
    "numbers": ((3,), np.int32),
    "wide": ((1, 2), np.int64),
    "flags": ((5,), np.bool_),
}
NUMBERS = {"x": ((4,), np.float32)}
CPU = torch.device("cpu")

only_with_cuda = pytest.mark.skipif(bool(missing("cuda")), reason=missing("cuda") or "there is one")


@pytest.fixture(params=NAMES)
def device(request: pytest.FixtureRequest) -> torch.device:
    reason = missing(request.param)
    if reason:
        pytest.skip(f"device '{request.param}': {reason}")
    return torch_device(request.param)


def copied(inputs: Tensors, outputs: Tensors) -> None:
    for name, tensor in inputs.items():
        outputs[name].copy_(tensor)


class Sum:
    """Adds up what it is given."""

    def __init__(self, device: torch.device, **options: Any) -> None:
        self.total = torch.zeros(4, device=device)
        self.call = DeviceCall(self._add, NUMBERS, {"sum": ((4,), np.float32)}, device, **options)

    def _add(self, inputs: Tensors, outputs: Tensors) -> None:
        self.total += inputs["x"]
        outputs["sum"].copy_(self.total)

    def start_at(self, value: float) -> None:
        with self.call.in_order():
            self.total.fill_(value)

    def plus(self, value: float) -> np.ndarray:
        self.call.inputs["x"][:] = value
        self.call()
        return self.call.outputs["sum"].copy()


# -- what goes in and comes out --------------------------------------------------------------------


def test_what_goes_in_comes_out_in_its_shape_and_kind(device: torch.device) -> None:
    call = DeviceCall(copied, EVERY_KIND, EVERY_KIND, device)
    random = np.random.default_rng(0)
    for _ in range(3):
        given = {n: random.integers(0, 2**31, s).astype(k) for n, (s, k) in EVERY_KIND.items()}
        for name, array in given.items():
            call.inputs[name][...] = array
        call()
        for name, (shape, kind) in EVERY_KIND.items():
            assert (call.outputs[name].shape, call.outputs[name].dtype) == (shape, kind)
            np.testing.assert_array_equal(call.outputs[name], given[name])


def test_outputs_have_arrived_when_a_call_returns(device: torch.device) -> None:
    """Also if what is computed takes longer than telling the device to."""
    large = torch.full((1024, 1024), 2.0**-10, device=device)

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        y = inputs["x"][0] * large
        for _ in range(10):
            y = y @ large  # times 1
        outputs["y"].copy_(y[0, :4] * 1024)

    call = DeviceCall(compute, NUMBERS, {"y": ((4,), np.float32)}, device)
    for number in range(1, 20):
        call.inputs["x"][:] = number
        call()
        np.testing.assert_array_equal(call.outputs["y"], float(number))


@pytest.mark.parametrize("where", ["here", "there"])
def test_no_two_arrays_share_a_cache_line(device: torch.device, where: str) -> None:
    exchange = Exchange(EVERY_KIND, device)
    addresses = sorted(
        (a.ctypes.data, a.nbytes) if isinstance(a, np.ndarray) else (a.data_ptr(), a.nbytes)
        for name, a in getattr(exchange, where).items()
        if name != "none"
    )
    first = addresses[0][0]
    assert all((address - first) % ALIGNMENT == 0 for address, _ in addresses)
    for (address, size), (following, _) in itertools.pairwise(addresses):
        assert address + size <= following


def test_nothing_can_go_in_or_come_out(device: torch.device) -> None:
    done: list[int] = []
    call = DeviceCall(lambda inputs, outputs: done.append(1), {}, {}, device, recorded=False)
    call()
    assert done == [1]
    assert (call.inputs, call.outputs) == ({}, {})


# -- what stays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"urgent": False}, {"recorded": False}])
def test_what_a_computation_keeps_stays(device: torch.device, options: dict[str, bool]) -> None:
    adding = Sum(device, **options)
    adding.start_at(100.0)
    for number in range(1, 5):
        assert adding.plus(number).tolist() == [100.0 + number * (number + 1) / 2] * 4
    adding.start_at(0.0)
    assert adding.plus(3.0).tolist() == [3.0] * 4


def test_it_computes_without_gradients_and_exactly(careless: None) -> None:
    seen: list[bool] = []

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        seen.append(torch.is_inference_mode_enabled() and flags() == EXACT)

    DeviceCall(compute, NUMBERS, {}, CPU)()
    assert seen == [True] * (WARM_UPS + 1)


# -- what is lost ----------------------------------------------------------------------------------

LOST = {
    "out of memory": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "reset": RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be …"),
    "not known there": NotImplementedError("The operator 'aten::x' is not implemented for MPS"),
    "wordless": RuntimeError(""),
}


@pytest.mark.parametrize("error", LOST.values(), ids=LOST)
@pytest.mark.parametrize("good_calls", [0, WARM_UPS + 2])
def test_whatever_torch_raises_means_that_the_device_is_lost(
    error: RuntimeError, good_calls: int
) -> None:
    calls = itertools.count()

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        if next(calls) >= good_calls:
            raise error

    def play() -> None:
        call = DeviceCall(compute, NUMBERS, {}, CPU)
        for _ in range(5):
            call()

    with pytest.raises(ProcessorLostError, match=r"^device 'cpu': ") as raised:
        play()
    assert next(calls) == good_calls + 1
    assert raised.value.__cause__ is error
    assert "\n" not in str(raised.value)
    told = (str(error) or "RuntimeError").splitlines()[0]
    assert str(raised.value) == f"device 'cpu': {told}"


def test_a_mistake_of_the_computation_is_no_lost_device() -> None:
    def compute(inputs: Tensors, outputs: Tensors) -> None:
        outputs["z"].zero_()

    with pytest.raises(KeyError):
        DeviceCall(compute, NUMBERS, NUMBERS, CPU)


@pytest.mark.parametrize("name", [*NAMES, "tpu"])
def test_a_device_is_torchs_or_refused_in_a_line(name: str) -> None:
    if name in NAMES and not missing(name):
        assert torch_device(name).type == name
        return
    with pytest.raises(RtAudioGenError, match=f"^device '{name}': [^\n]*$"):
        torch_device(name)


# -- exactly ---------------------------------------------------------------------------------------

EXACT = (False, "highest", True, False)


def flags() -> tuple[bool, str, bool, bool]:
    """tf32 in convolutions, products' precision, deterministic, chosen by measuring."""
    cudnn = torch.backends.cudnn
    precision = torch.get_float32_matmul_precision()
    return cudnn.allow_tf32, precision, cudnn.deterministic, cudnn.benchmark


@pytest.fixture
def careless() -> Iterator[None]:
    """Flags of a process that prefers speed."""
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    with torch.backends.cudnn.flags(
        enabled=True, benchmark=True, deterministic=False, allow_tf32=True
    ):
        yield
    torch.set_float32_matmul_precision(precision)


def test_exactly_is_exact_inside_and_leaves_no_trace(careless: None) -> None:
    before = flags()
    assert before == (True, "high", False, True)

    def fail() -> None:
        with exactly():
            assert flags() == EXACT
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
        assert flags() == before


def test_exactly_holds_until_the_last_thread_has_left(careless: None) -> None:
    """The flags are the process's; the first to leave must not take them from the other."""
    before = flags()
    inside, leave = Event(), Event()

    def other() -> None:
        with exactly():
            inside.set()
            leave.wait(10)

    thread = Thread(target=other)
    with exactly():
        thread.start()
        assert inside.wait(10)
    assert flags() == EXACT
    leave.set()
    thread.join(10)
    assert flags() == before


# -- recording, with what only notes what is asked of a GPU ----------------------------------------


class FakeGPU:
    """Streams are numbers that come round, as torch's do; a replay does nothing."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.stream: FakeStream | None = None  # that is in use
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


def test_what_is_not_to_be_recorded_is_computed_at_every_call(gpu: FakeGPU) -> None:
    call = on_gpu(gpu, recorded=False)
    assert gpu.log == ["wait on no stream"]
    call()
    assert gpu.log[1:] == ["compute", "wait"]


def test_what_is_urgent_goes_first(gpu: FakeGPU) -> None:
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
    """A recording on it would take in what the other does meanwhile."""
    sounding = on_gpu(gpu)
    for _ in range(3 * STREAMS):
        assert on_gpu(gpu)._stream != sounding._stream
    calls = [sounding, *(on_gpu(gpu) for _ in range(STREAMS - 1))]
    assert len({call._stream for call in calls}) == STREAMS
    on_gpu(gpu, urgent=False)
    with pytest.raises(RtAudioGenError, match="32 computations at most") as refused:
        on_gpu(gpu)
    assert not isinstance(refused.value, ProcessorLostError)  # the GPU is as good as before
    calls.pop()
    on_gpu(gpu)


def test_pinned_memory_is_given_back_by_itself_also_when_the_gpu_is_lost(
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
    """A dead graph that is freed then would spoil the recording."""
    collects: list[bool] = []
    compute = partial(_note_collecting, collects)
    DeviceCall(compute, NUMBERS, NUMBERS, torch.device("cuda"))
    assert collects == [True] * WARM_UPS + [False]
    assert gc.isenabled()


def _note_collecting(collects: list[bool], inputs: Tensors, outputs: Tensors) -> None:
    collects.append(gc.isenabled())


def test_streams_of_what_nobody_has_any_more_are_free(gpu: FakeGPU) -> None:
    """Also of what refers to itself, as an object does whose own method is what is computed."""

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


# -- with a real one -------------------------------------------------------------------------------


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
def test_calls_on_two_threads_and_recordings_on_a_third_do_not_disturb_each_other() -> None:
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
def test_what_cannot_be_recorded_is_refused_and_harms_nobody() -> None:
    cuda = torch.device("cuda")
    sounding = network(cuda)
    before = answers(sounding)

    def compute(inputs: Tensors, outputs: Tensors) -> None:
        outputs["x"].fill_(float(inputs["x"].sum()))  # waits for the device

    with pytest.raises(ProcessorLostError, match="captur"):
        DeviceCall(compute, NUMBERS, NUMBERS, cuda)
    np.testing.assert_array_equal(answers(sounding), before)
    np.testing.assert_array_equal(answers(network(cuda)), before)
