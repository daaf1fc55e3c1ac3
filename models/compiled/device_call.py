"""Call of fixed shapes on a device: one copy there, one replayed graph, one copy back.

A kernel takes microseconds to start, and a block of sound needs dozens of them. So a call is
recorded once, as a CUDA graph, and replayed. On other devices it is simply called.
"""

import gc
import mmap
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from threading import Lock, RLock
from typing import Any
from weakref import WeakSet, finalize

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from rtaudiogen.errors import ProcessorLostError, RtAudioGenError

Shapes = Mapping[str, tuple[tuple[int, ...], DTypeLike]]
Tensors = Mapping[str, Tensor]
Compute = Callable[[Tensors, Tensors], None]

UINT8 = torch.uint8
ALIGNMENT = 256  # bytes; no two arrays share a cache line, on any device
WARM_UPS = 3  # before a recording, because libraries choose and allocate at their first calls
FIRST, LAST = -1, 0  # priorities of streams
STREAMS = 32  # of one priority; torch hands them out repeatedly

_recording = Lock()  # torch allows one recording at a time
_taken: WeakSet[Any] = WeakSet()  # streams of the existing calls
_unfinished: list[Any] = []  # torch's allocator also uses graphs whose recording has failed
_metal = RLock()  # torch may abort the process if two threads use an Apple GPU at once


def torch_device(name: str) -> torch.device:
    """Return the torch device for one of `processors.NAMES`. [control] RtAudioGenError if there is
    none.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    usable = {"cpu": True, "cuda": cuda, "mps": mps}
    if not usable.get(name):
        raise RtAudioGenError(f"device '{name}': torch finds none here; 'cpu' always works")
    return torch.device(name)


class Exchange:
    """Arrays by name in one piece of memory, here and on a device."""

    def __init__(self, shapes: Shapes, device: torch.device) -> None:
        """Allocate zeros. [control]"""
        sizes = {n: -(-_bytes(*s) // ALIGNMENT) * ALIGNMENT for n, s in shapes.items()}
        total = max(sum(sizes.values()), 1)
        self._waits = device.type != "cuda"  # with CUDA, the call waits for its stream
        self._here = _pinned(total) if device.type == "cuda" else torch.zeros(total, dtype=UINT8)
        self._there = torch.zeros(total, dtype=UINT8, device=device)
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
        """Copy from here to the device. [render]"""
        self._there.copy_(self._here, non_blocking=not self._waits)

    def fetch(self) -> None:
        """Copy from the device to here; with CUDA it is done when the stream is. [render]"""
        self._here.copy_(self._there, non_blocking=not self._waits)


class DeviceCall:
    """A call `compute(inputs, outputs)` on a device, with arrays here as its inputs and outputs.

    `compute` writes the output tensors, and any tensors of its own, in place; a call does the same
    operations whatever the numbers are. Make its own tensors on the thread that makes this object,
    and set them after it is made, because `compute` may be called a few times before the first
    call. `urgent` calls use a high-priority stream.
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
        """Allocate, warm up and record. [control] ProcessorLostError if the device cannot."""
        self.device = device
        self._compute, self._graph = compute, None
        with lost(device):
            self._in, self._out = Exchange(inputs, device), Exchange(outputs, device)
            self.inputs, self.outputs = self._in.here, self._out.here
            self._stream: Any = None
            if device.type == "cuda":
                self._stream = _stream_of_its_own(device, FIRST if urgent else LAST)
                torch.cuda.current_stream(device).synchronize()  # completes the allocations
            for _ in range(WARM_UPS if recorded else 0):
                self()
            if self._stream is not None and recorded:
                self._graph = self._record(self._stream)
                self()  # the first replay brings the graph to the device

    def _record(self, stream: Any) -> Any:
        """Record the graph by hand, because `torch.cuda.graph` would halt what other threads play
        now.
        """
        graph = torch.cuda.CUDAGraph()
        with (
            _recording,
            _uncollected(),
            torch.inference_mode(),
            torch.cuda.stream(stream),
            exactly(),
        ):
            _unfinished.append(graph)
            graph.capture_begin(capture_error_mode="thread_local")
            try:
                self._compute(self._in.there, self._out.there)
            except BaseException:  # also Ctrl-C: an unfinished recording spoils the next one
                with suppress(RuntimeError):  # it only repeats the error above
                    graph.capture_end()
                raise
            graph.capture_end()
            _unfinished.remove(graph)
        return graph

    def __call__(self) -> None:
        """Read `inputs`, write `outputs`; one at a time. [render] or [worker] ProcessorLostError"""
        with self.in_order():
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
    def in_order(self) -> Iterator[None]:
        """Run the block after all earlier calls and before all later ones. [render]

        ProcessorLostError for any error of torch.
        """
        with lost(self.device), torch.inference_mode(), self._on_stream():
            yield

    def _on_stream(self) -> Any:
        return nullcontext() if self._stream is None else torch.cuda.stream(self._stream)


@contextmanager
def lost(device: torch.device) -> Iterator[None]:
    """Raise ProcessorLostError for any error of torch in the block: the device cannot be used any
    more.

    On an Apple GPU only one thread at a time enters the block.
    """
    try:
        with _metal if device.type == "mps" else nullcontext():
            yield
    except RuntimeError as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ProcessorLostError(f"device '{device.type}': {first}") from error


class _Exactness:
    """torch's global flags: the first one who enters sets them, the last one who leaves restores
    them.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._set = Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._set.callback(
                    torch.set_float32_matmul_precision, torch.get_float32_matmul_precision()
                )
                torch.set_float32_matmul_precision("highest")
                self._set.enter_context(
                    torch.backends.cudnn.flags(
                        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
                    )
                )
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._set.close()


_exactness = _Exactness()


def exactly() -> _Exactness:
    """Return a context with plain float32 and the same bits at every call, without tf32. [any]"""
    return _exactness


def _stream_of_its_own(device: torch.device, priority: int) -> Any:
    """Return a stream of this call alone: a recording would include other calls on the same
    stream.
    """
    with _recording:
        for attempt in range(2 * STREAMS):
            if attempt == STREAMS:
                gc.collect()  # unused calls may still hold their streams
            stream = torch.cuda.Stream(device, priority=priority)  # type: ignore[no-untyped-call]  # torch's
            if stream not in _taken:
                _taken.add(stream)
                return stream
    raise RtAudioGenError(f"device 'cuda': all {STREAMS} streams are in use")


def _pinned(size: int) -> Tensor:
    """Return (size,) zeros in pages of their own that a GPU may read and write by itself.

    torch's allocator is not used: it ends the process if memory is freed after the device was lost.
    """
    memory = np.frombuffer(mmap.mmap(-1, size), np.uint8)
    cudart = torch.cuda.cudart()  # type: ignore[no-untyped-call]  # torch's
    at = memory.ctypes.data
    torch.cuda.check_error(int(cudart.cudaHostRegister(at, size, 0)))
    finalize(memory, cudart.cudaHostUnregister, at).atexit = False  # its status does not matter
    return torch.from_numpy(memory)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Run the block without garbage collection: freeing a dead graph would spoil a recording."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _bytes(shape: tuple[int, ...], kind: DTypeLike) -> int:
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(kind).itemsize
