"""A WaveGAN generator's weights as its compiled form reads them: plain numpy, no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import bfloat16
from ..compiled.conv.layers import RELU, TransposedConv
from ..compiled.conv.whole import (
    Padded,
    WholeMemory,
    WholeWeights,
    lanes_of,
    whole_memory,
    whole_weights,
)
from ..compiled.dense import Dense
from ..compiled.packing import INPUTS, checked, padded
from ..compiled.packing import Floats as Floats
from ..compiled.vectors import aligned, aligned_zeros
from .config import KERNEL, LEVELS, STRIDE, WaveGANConfig
from .shapes import shapes as shapes

TAPS = 7  # frames of a level that a group of STRIDE output frames depends on
EDGE = TAPS // 2  # frames of silence before and after a level
PADDED = (1, 2)  # weights that are 0, before and after the kernel: 28 are 7 groups of 4


class Weights(NamedTuple):
    """Inputs of the compiled call."""

    first: Dense  # latent → first frames · 16 d, channels-last
    classes: Floats  # (classes, first frames · 16 d): added to the first layer
    levels: WholeWeights
    filter: Floats  # (taps,), 0 of them if there is none


class Scratch(NamedTuple):
    """Memory for one call."""

    latent: Floats  # (whole latent,)
    memory: WholeMemory  # of the levels
    signal: Floats  # (edges, frames) of the filter's input; the edges stay 0


@dataclass(frozen=True)
class Packed:
    """Data that all renderers of one model share."""

    config: WaveGANConfig
    weights: Weights


def levels_of(config: WaveGANConfig) -> list[Padded]:
    """Return the layers behind the first one."""
    sizes = zip(config.widths, (*config.widths[1:], 1), strict=True)
    return [
        Padded(TransposedConv(*size, TAPS * STRIDE, STRIDE, activation=RELU), EDGE, EDGE)
        for size in sizes
    ]


def pack(config: WaveGANConfig, tensors: Mapping[str, NDArray[Any]]) -> Packed:
    """Pack `network.Generator`. [control] RtAudioGenError if anything does not fit."""
    t = checked(shapes(config), tensors)
    levels = [(_wider(t[f"levels.{k}.weight"]), t[f"levels.{k}.bias"]) for k in range(LEVELS)]
    matrix = _first_matrix(config, t["first.weight"])
    bias = aligned(_frames_first(config, t["first.bias"]))
    weights = Weights(
        first=Dense(aligned(lanes_of(matrix)), matrix.shape[1], matrix.shape[0], bias),
        classes=aligned(_frames_first(config, t["classes.weight"])),
        levels=whole_weights(levels_of(config), levels, config.first_frames),
        filter=aligned(t.get("filter.weight", np.zeros(0, np.float32))),
    )
    return Packed(config, weights)


def scratch_of(config: WaveGANConfig) -> Scratch:
    """Return memory for one call at a time."""
    return Scratch(
        latent=aligned_zeros(config.latent + -config.latent % INPUTS),
        memory=whole_memory(levels_of(config), config.first_frames),
        signal=aligned_zeros(config.frames + max(0, config.filter_taps - 1)),
    )


def rounded(config: WaveGANConfig, tensors: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Return the tensors as they are computed with."""
    result = {name: np.asarray(tensors[name], np.float32) for name in shapes(config)}
    matrix = _first_matrix(config, result["first.weight"])
    first = bfloat16.unpack(lanes_of(matrix), *matrix.shape)
    by_frame = first[:, : config.latent].reshape(config.first_frames, config.widths[0], -1)
    result["first.weight"] = by_frame.swapaxes(0, 1).reshape(-1, config.latent)
    for number, level in enumerate(levels_of(config)):
        wide = level.rounded(_wider(result[f"levels.{number}.weight"]))
        result[f"levels.{number}.weight"] = wide[..., PADDED[0] : PADDED[0] + KERNEL].copy()
    return result


def first_matrix(packed: Packed) -> Floats:
    """Return (first frames · 16 d, whole latent) as it is computed with; rows channels-last."""
    first = packed.weights.first
    return bfloat16.unpack(first.lanes, first.outputs, first.inputs)


def packed_level(packed: Packed, level: int) -> tuple[Floats, Floats, int]:
    """Return a level's matrix (rows, window) as it is computed with, bias (rows,), and groups.

    Row g·4·outputs + r·outputs + o is channel o of frame r in group g.
    """
    levels = packed.weights.levels
    record = levels.layers[level]
    rows, window = int(record["rows"]), int(record["window"])
    lanes = levels.lanes[record["lanes_at"] :][: rows * window // 2]
    bias = levels.bias[record["bias_at"] :][:rows]
    return bfloat16.unpack(lanes, rows, window), bias, int(record["merged"])


def random_tensors(config: WaveGANConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    tensors = {}
    for name, shape in shapes(config).items():
        fan = {3: shape[0] * KERNEL / STRIDE, 2: shape[-1]}.get(len(shape), 100.0)
        fan = 100.0 if name == "classes.weight" else fan
        tensors[name] = random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan))
    return tensors


def _wider(weight: Floats) -> Floats:
    """Return a weight (inputs, outputs, 25) as one of whole groups."""
    return np.pad(weight, ((0, 0), (0, 0), PADDED))


def _first_matrix(config: WaveGANConfig, weight: Floats) -> Floats:
    """Return (first frames · 16 d, whole latent): rows are channels-last."""
    return padded(_frames_first(config, weight.T).T)


def _frames_first(config: WaveGANConfig, values: Floats) -> Floats:
    """Return torch's (…, 16 d · first frames) as (…, first frames · 16 d)."""
    by_channel = values.reshape(*values.shape[:-1], config.widths[0], config.first_frames)
    return np.ascontiguousarray(by_channel.swapaxes(-1, -2)).reshape(values.shape)
