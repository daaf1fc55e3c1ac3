"""Devices of a training, and the transfer of its batches to them. [control]"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor

from rtaudiogen.processors import AUTO, CPU, CUDA

Tensors = Mapping[str, Tensor]
Make = Callable[[int, int], Sequence[Tensors]]  # (step, process) to the step's micro-batches

HELP = "What to compute on: cpu, cuda, mps, or auto, the GPU where there is one."


def accelerator(device: str = AUTO) -> Accelerator:
    """Return this process's place among all that train together, on a `device` that passed
    `checked`.

    All calls of a process name the same device.
    """
    on_cpu = device == CPU or (device == AUTO and not torch.accelerator.is_available())
    return Accelerator(cpu=on_cpu)


def prefers_bfloat16(device: torch.device) -> bool:
    """Return True if the device computes bfloat16 products natively, so mixed precision pays."""
    if device.type == CUDA:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == CPU and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def finish(device: torch.device) -> None:
    """Wait until a GPU has finished all its work."""
    if device.type != CPU:
        torch.accelerator.synchronize(device)


def moved(batch: Tensors, device: torch.device) -> dict[str, Tensor]:
    """Return a batch on the device. A copy to CUDA may be unfinished; computations there wait for
    it.
    """
    if device.type != CUDA:
        return {name: value.to(device) for name, value in batch.items()}
    pinned = {name: value.contiguous().pin_memory() for name, value in batch.items()}
    return {name: value.to(device, non_blocking=True) for name, value in pinned.items()}


def as_tensors(batch: Any) -> dict[str, Tensor]:
    """Return the arrays of a batch, a dataclass, by name; those that it lacks are left out."""
    arrays = vars(batch).items()
    return {name: torch.from_numpy(array) for name, array in arrays if array is not None}


class Batches:
    """Micro-batches of each step on a device; with `ahead`, a thread prepares the next step
    meanwhile.

    On the CPU that thread would only take time from the training.
    """

    def __init__(self, make: Make, device: torch.device, ahead: bool | None = None) -> None:
        """`make` must depend on its arguments alone and leave torch's random state unchanged."""
        self._make, self._device = make, device
        ahead = device.type != CPU if ahead is None else ahead
        self._thread = ThreadPoolExecutor(1, "batches") if ahead else None
        self._next: tuple[tuple[int, int], Future[Sequence[Tensors]]] | None = None

    def of(self, step: int, process: int) -> list[dict[str, Tensor]]:
        """Return those of one step of one process; the next step is expected to be asked for
        next.
        """
        return [moved(batch, self._device) for batch in self._made(step, process)]

    def _made(self, step: int, process: int) -> Sequence[Tensors]:
        if self._thread is None:
            return self._make(step, process)
        known, self._next = self._next, None
        if known is not None and known[0] == (step, process):
            made = known[1].result()
        else:
            made = self._make(step, process)
        following = (step + 1, process)
        self._next = following, self._thread.submit(self._make, *following)
        return made
