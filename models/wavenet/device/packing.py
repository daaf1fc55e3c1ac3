"""A WaveNet's weights in the layout of the GPU's kernel: the CPU's lanes, row by row. [control]"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtaudiogen.errors import RtAudioGenError

from ...compiled import bfloat16
from ...compiled.mulaw import LEVELS
from ..packing import Weights

Lanes = NDArray[np.uint32]


class DeviceWeights(NamedTuple):
    """Weights in the order of the kernel's arguments, see `kernel.sample_block`."""

    lanes: Tensor
    previous_codes: Tensor
    current_codes: Tensor
    residual_bias: Tensor
    skip_bias: Tensor
    output_bias: Tensor
    logit_bias: Tensor
    dilations: Tensor
    history_at: Tensor


def upload(weights: Weights, device: torch.device) -> DeviceWeights:
    """Upload the weights. RtAudioGenError if the kernel does not know the network's sizes."""
    if len(weights.codes) > 1:
        raise RtAudioGenError("on a GPU a WaveNet of several bands cannot be played: use the CPU")
    for name in ("residual", "skip", "output"):
        size = getattr(weights, name)
        if size & (size - 1):
            raise RtAudioGenError(f"on a GPU {name} channels must be a power of 2, not {size}")

    def there(array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.array(array)).to(device)

    return DeviceWeights(
        lanes=there(kernel_lanes(weights).view(np.int32)),
        previous_codes=there(weights.previous_codes),
        current_codes=there(weights.current_codes),
        residual_bias=there(weights.residual_bias),
        skip_bias=there(weights.skip_bias),
        output_bias=there(weights.output_bias),
        logit_bias=there(weights.logit_bias),
        dilations=there(weights.dilations),
        history_at=there(weights.history_at),
    )


def told_pairs(conditioning: int) -> int:
    """Return the pairs of conditioning channels, rounded up to a power of 2."""
    return 1 << max(0, -(-conditioning // 2) - 1).bit_length()


def kernel_lanes(weights: Weights) -> Lanes:
    """Return all matrices row by row, even rows first; of gates a quarter after the other."""
    r, s, a, c = weights.residual, weights.skip, weights.output, weights.conditioning

    def matrix(at: int, outputs: int, inputs: int) -> Lanes:
        return bfloat16.rows(weights.lanes[at : at + outputs * inputs // 2], outputs, inputs)

    missing = told_pairs(c) - c // 2
    layers = len(weights.dilations)
    parts: list[Lanes] = []
    for k in range(layers):
        told = np.pad(matrix(weights.condition_at[k], 2 * r, c), ((0, 0), (0, missing)))
        gates = told, *(matrix(at[k], 2 * r, r) for at in (weights.past_at, weights.current_at))
        for quarter in zip(*(np.split(_gates_in_four(gate), 4) for gate in gates), strict=True):
            parts += quarter
        last = k == layers - 1  # it feeds only the skip path
        residual = (
            np.zeros((r, r // 2), np.uint32) if last else matrix(weights.residual_at[k], r, r)
        )
        parts += [_even_first(residual), _even_first(matrix(weights.skip_at[k], s, r))]
    output_at, logit_at = weights.output_at[0], weights.logit_at[0]
    parts += [_even_first(matrix(output_at, a, s)), matrix(logit_at, LEVELS, a)]
    return np.concatenate([part.ravel() for part in parts])


def _gates_in_four(rows: Lanes) -> Lanes:
    """Return the even rows of the filter, its odd ones, and both of the gate."""
    return np.concatenate([_even_first(half) for half in np.split(rows, 2)])


def _even_first(rows: Lanes) -> Lanes:
    return np.concatenate([rows[0::2], rows[1::2]])
