"""A computation of fixed shapes on a device: one copy there, one replayed graph, one copy back.

A kernel takes microseconds to start and a block of sound holds dozens of them; so whatever a call
consists of is recorded once, as a CUDA graph, and replayed. Elsewhere it is simply called.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from rtaudiogen.errors import ProcessorLost

Shapes = Mapping[str, tuple[tuple[int, ...], DTypeLike]]
Tensors = Mapping[str, Tensor]
Compute = Callable[[Tensors, Tensors], None]

ALIGNMENT = 256  # bytes: no array shares a cache line, on any device
WARM_UPS = 3  # before a recording: libraries choose and allocate at their first calls
FIRST, LAST = -1, 0  # priorities of streams


class Exchange:
    """Arrays by name that lie in one piece of memory, here and once more on a device."""

    def __init__(self, shapes: Shapes, device: torch.device) -> None:
        """Allocate, zeros. [control]"""
        sizes = {n: -(-_bytes(*s) // ALIGNMENT) * ALIGNMENT for n, s in shapes.items()}
        total = max(sum(sizes.values()), 1)
        self._here = torch.zeros(total, dtype=torch.uint8, pin_memory=device.type == "cuda")
        self._there = torch.zeros(total, dtype=torch.uint8, device=device)
        self.here: dict[str, NDArray[Any]] = {}
        self.there: dict[str, Tensor] = {}
        start = 0
        for name, (shape, kind) in shapes.items():
            part = slice(start, start + _bytes(shape, kind))
            self.here[name] = self._here.numpy()[part].view(kind).reshape(shape)
            typed = torch.from_numpy(np.zeros(0, kind)).dtype
            self.there[name] = self._there[part].view(typed).reshape(shape)
            start += sizes[name]

    def send(self) -> None:
        """From here to there. [render]"""
        self._there.copy_(self._here, non_blocking=True)

    def fetch(self) -> None:
        """From there to here; on a GPU done when its stream is. [render]"""
        self._here.copy_(self._there, non_blocking=True)


class DeviceCall:
    """`compute(inputs, outputs)` on a device, from `inputs` to `outputs` that are arrays here.

    `compute` writes the output tensors, and whatever tensors of its own it keeps, in place; a call
    does the same whatever the numbers are. It may be called a few times before the first call, so
    what it keeps has to be set afterwards. What is `urgent` goes before what is not.
    """

    def __init__(
        self,
        compute: Compute,
        inputs: Shapes,
        outputs: Shapes,
        device: torch.device,
        urgent: bool = True,
        recorded: bool = True,
    ) -> None:
        """Allocate, warm up and record. [control] ProcessorLost if the device cannot."""
        self.device = device
        self._compute, self._graph = compute, None
        with lost(device):
            self._in, self._out = Exchange(inputs, device), Exchange(outputs, device)
            self.inputs, self.outputs = self._in.here, self._out.here
            self._stream: Any = None
            if device.type == "cuda":
                priority = FIRST if urgent else LAST
                self._stream = torch.cuda.Stream(device, priority=priority)  # type: ignore[no-untyped-call]
                torch.cuda.current_stream(device).synchronize()  # what was just allocated is there
            for _ in range(WARM_UPS if recorded else 0):
                self()
            if self._stream is not None and recorded:
                self._graph = self._record(self._stream)

    def _record(self, stream: Any) -> Any:
        """By hand: `torch.cuda.graph` would halt what other threads have sounding now."""
        graph = torch.cuda.CUDAGraph()
        with torch.inference_mode(), torch.cuda.stream(stream), exactly():
            graph.capture_begin(capture_error_mode="thread_local")
            try:
                self._compute(self._in.there, self._out.there)
            finally:
                graph.capture_end()
        return graph

    def __call__(self) -> None:
        """Read `inputs`, leave `outputs`. [render] or [worker], one at a time. ProcessorLost."""
        on_stream = torch.cuda.stream(self._stream) if self._stream is not None else nullcontext()
        with lost(self.device), torch.inference_mode(), on_stream:
            self._in.send()
            if self._graph is not None:
                self._graph.replay()
            else:
                with exactly():
                    self._compute(self._in.there, self._out.there)
            self._out.fetch()
            if self._stream is not None:
                self._stream.synchronize()


@contextmanager
def lost(device: torch.device) -> Iterator[None]:
    """Whatever torch raises within means that the device is of no more use."""
    try:
        yield
    except RuntimeError as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ProcessorLost(f"device '{device.type}': {first}") from error


@contextmanager
def exactly() -> Iterator[None]:
    """float32 as it is, and the same bits at every call: no tf32, no choice by measuring."""
    with torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    ):
        yield


def _bytes(shape: tuple[int, ...], kind: DTypeLike) -> int:
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(kind).itemsize
