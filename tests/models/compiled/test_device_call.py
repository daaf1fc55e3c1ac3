"""A device call of fixed shapes: inputs, outputs, state, and a lost device."""

import itertools
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
import torch

from rtaudiogen.errors import ProcessorLostError, RtAudioGenError
from rtaudiogen.models.compiled.device_call import (
    ALIGNMENT,
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
    """A module that adds up its inputs."""

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


def test_arrays_keep_shape_and_type_through_a_call(device: torch.device) -> None:
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


@pytest.mark.slow
def test_outputs_have_arrived_when_a_call_returns(device: torch.device) -> None:
    """The computation may take longer than its launch."""
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
def test_tensors_kept_by_a_computation_persist(
    device: torch.device, options: dict[str, bool]
) -> None:
    adding = Sum(device, **options)
    adding.start_at(100.0)
    for number in range(1, 5):
        assert adding.plus(number).tolist() == [100.0 + number * (number + 1) / 2] * 4
    adding.start_at(0.0)
    assert adding.plus(3.0).tolist() == [3.0] * 4


def test_a_call_computes_without_gradients_and_exactly(careless: None) -> None:
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
def test_any_error_of_torch_means_a_lost_device(error: RuntimeError, good_calls: int) -> None:
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
    """Return tf32 in convolutions, precision of products, determinism, and autotuning."""
    cudnn = torch.backends.cudnn
    precision = torch.get_float32_matmul_precision()
    return cudnn.allow_tf32, precision, cudnn.deterministic, cudnn.benchmark


@pytest.fixture
def careless() -> Iterator[None]:
    """Set the flags of a process that prefers speed."""
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
    """The flags are the process's: the first thread to leave must not reset them for the other."""
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
