"""Generator network in torch, for a device: the computation of `kernels.generate` in float32.

The matrices and windows are those of the CPU, with the same rounding; a level's windows are copied
one after another, so that it is one product. Library convolutions are not used, because they save
multiplications in ways that are less exact.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..compiled import device_call
from ..compiled.device_call import DeviceCall, Tensors, lost
from .config import LEVELS, STRIDE
from .packing import EDGE, TAPS, Floats, Packed, first_matrix, packed_level

FILTERED = 64  # frames that the filter computes at a time


class Level(NamedTuple):
    """One upsampling, which computes `groups` of STRIDE output frames at a time."""

    matrix: Tensor  # (rows, window)
    bias: Tensor  # (rows,)
    groups: int


class Weights(NamedTuple):
    """Tensors on a device, for any number of renderers."""

    first: Tensor  # (first frames · 16 d, latent)
    first_bias: Tensor  # (first frames · 16 d,)
    classes: Tensor  # (classes, first frames · 16 d)
    levels: tuple[Level, ...]
    filter: Tensor | None  # (FILTERED, taps + FILTERED - 1)


def renderers(packed: Packed, device: str) -> tuple["DeviceRenderer", "DeviceRenderer"]:
    """Return an urgent renderer, and one that yields to it. [control] RtAudioGenError without the
    device.
    """
    there = device_call.torch_device(device)
    weights = upload(packed, there)
    return (
        DeviceRenderer(packed, weights, there, urgent=True),
        DeviceRenderer(packed, weights, there, urgent=False),
    )


def upload(packed: Packed, device: torch.device) -> Weights:
    """Copy the weights to a device. [control] ProcessorLostError if it has no room for them."""

    def there(array: Floats) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    def level(number: int) -> Level:
        matrix, bias, groups = packed_level(packed, number)
        return Level(there(matrix), there(bias), groups)

    weights = packed.weights
    with lost(device):
        return Weights(
            first=there(first_matrix(packed)[:, : packed.config.latent]),
            first_bias=there(weights.first.bias),
            classes=there(weights.classes),
            levels=tuple(level(number) for number in range(LEVELS)),
            filter=there(_filter_matrix(weights.filter)) if len(weights.filter) else None,
        )


class DeviceRenderer:
    """Implements `renderer.AnyRenderer`; any number of them may share `Weights`."""

    def __init__(
        self, packed: Packed, weights: Weights, device: torch.device, urgent: bool
    ) -> None:
        """Allocate and record; `urgent` ones run before others. [control] ProcessorLostError"""
        self.config = packed.config
        self._call = DeviceCall(
            partial(
                _generate, weights, self.config.first_frames
            ),  # no cycle: memory is freed at once
            {
                "latent": ((self.config.latent,), np.float32),
                "mixture": ((len(weights.classes),), np.float32),
            },
            {"signal": ((self.config.frames,), np.float32)},
            device,
            urgent,
        )

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """Implement `AnyRenderer.render`."""
        self._call.inputs["latent"][:] = latent
        self._call.inputs["mixture"][:] = mixture
        self._call()
        return self._call.outputs["signal"]


def _generate(weights: Weights, first_frames: int, inputs: Tensors, outputs: Tensors) -> None:
    """Compute as `kernels.generate` does; the recording owns what is allocated here."""
    x = torch.addmv(weights.first_bias, weights.classes.T, inputs["mixture"])
    x = torch.addmv(x, weights.first, inputs["latent"])  # (first frames · 16 d,)
    x = x.view(first_frames, -1)  # (first frames, 16 d)
    for level in weights.levels:
        x = _upsampled(F.relu(x), level)  # (4 T, half as many)
    signal = torch.tanh(x.flatten())  # (frames,)
    if weights.filter is not None:
        signal = _filtered(signal, weights.filter)
    outputs["signal"].copy_(signal)


def _upsampled(x: Tensor, level: Level) -> Tensor:
    """Return the next level (4 T, outputs) of (T, inputs)."""
    frames, inputs = x.shape
    taps = TAPS + level.groups - 1
    padded = F.pad(x, (0, 0, EDGE, EDGE))
    windows = padded.unfold(0, taps, level.groups).transpose(1, 2)  # (T / groups, taps, inputs)
    windows = windows.reshape(-1, taps * inputs)  # (T / groups, window)
    return F.linear(windows, level.matrix, level.bias).view(STRIDE * frames, -1)


def _filtered(signal: Tensor, matrix: Tensor) -> Tensor:
    """Return the filtered signal, (frames,) both ways."""
    around = matrix.shape[1] - FILTERED  # taps - 1
    padded = F.pad(signal, (around // 2, around - around // 2))
    windows = padded.unfold(0, matrix.shape[1], FILTERED)  # (frames / FILTERED, window)
    return F.linear(windows, matrix).flatten()


def _filter_matrix(taps: Floats) -> Floats:
    """Return the matrix (FILTERED, taps + FILTERED - 1) from a window of the signal to FILTERED
    frames.
    """
    rows = np.zeros((FILTERED, len(taps) + FILTERED - 1), np.float32)
    for row in range(FILTERED):
        rows[row, row : row + len(taps)] = taps
    return rows
