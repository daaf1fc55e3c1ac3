"""Weights of a WaveGAN generator in the layout of its compiled form, in numpy without torch.

Memory is channels-last, so the 7 frames that a group of 4 output frames depends on are one vector,
and a level is one matrix times many such windows. The last level has one channel only: there a
window of 10 frames gives 4 groups, 16 outputs, which fill whole vectors, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..compiled import bfloat16
from ..compiled.channels import CHANNEL_MULTIPLE
from ..compiled.vectors import aligned, aligned_zeros
from .config import KERNEL, LEVELS, STRIDE, WaveGANConfig
from .shapes import shapes as shapes

TAPS = 7  # frames of a level that a group of STRIDE output frames depends on
EDGE = TAPS // 2  # frames of silence before and after a level
PADDED = (1, 2)  # weights that are 0, before and after the kernel: 28 are 7 groups of 4
LAST_GROUPS = CHANNEL_MULTIPLE // STRIDE  # groups that the last level computes at a time
INPUTS = 4  # a product's inputs come in multiples of it

Floats = NDArray[np.float32]
FIELDS = ("frames", "inputs", "window", "rows", "groups", "lanes_at", "bias_at", "memory_at")
LEVEL = np.dtype([(name, np.int64) for name in FIELDS])


class Weights(NamedTuple):
    """Inputs of the compiled call."""

    levels: NDArray[Any]  # (LEVELS,) of LEVEL
    lanes: NDArray[np.uint32]  # the first layer's matrix, then the levels': see `bfloat16`
    bias: Floats  # of the levels
    first_bias: Floats  # (first frames · 16 d,)
    classes: Floats  # (classes, first frames · 16 d): added to the first layer
    filter: Floats  # (taps,), 0 of them if there is none


class Scratch(NamedTuple):
    """Memory for one call; its frames of silence stay 0."""

    latent: Floats  # (whole latent,)
    memory: Floats  # the levels' inputs, each with its edges
    signal: Floats  # (edges, frames) of the filter's input


@dataclass(frozen=True)
class Packed:
    """Data that all renderers of one model share."""

    config: WaveGANConfig
    weights: Weights


def pack(config: WaveGANConfig, tensors: Mapping[str, NDArray[Any]]) -> Packed:
    """Return the packed weights of tensors named as in `network.Generator`. [control]

    RtAudioGenError if their names or shapes do not fit.
    """
    _check(config, tensors)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    levels = np.zeros(LEVELS, LEVEL)
    lanes = [_lanes(_first_matrix(config, t["first.weight"]))]
    biases: list[Floats] = []
    memory_at = 0
    for level in range(LEVELS):
        groups = _groups(level)
        matrix = level_matrix(t[f"levels.{level}.weight"], groups)
        frames, inputs = config.first_frames * STRIDE**level, config.widths[level]
        lanes_at, bias_at = sum(map(len, lanes)), sum(map(len, biases))
        levels[level] = (frames, inputs, matrix.shape[1], len(matrix), groups, lanes_at, bias_at,
                         memory_at)  # fmt: skip
        lanes.append(_lanes(matrix))
        biases.append(np.tile(t[f"levels.{level}.bias"], STRIDE * groups))
        memory_at += (frames + 2 * EDGE) * inputs
    weights = Weights(
        levels=levels,
        lanes=aligned(np.concatenate(lanes)),
        bias=aligned(np.concatenate(biases)),
        first_bias=aligned(_frames_first(config, t["first.bias"])),
        classes=aligned(_frames_first(config, t["classes.weight"])),
        filter=aligned(t.get("filter.weight", np.zeros(0, np.float32))),
    )
    return Packed(config, weights)


def scratch_of(config: WaveGANConfig) -> Scratch:
    """Return the memory for one call at a time."""
    frames = [config.first_frames * STRIDE**level + 2 * EDGE for level in range(LEVELS)]
    size = sum(count * inputs for count, inputs in zip(frames, config.widths, strict=True))
    return Scratch(
        latent=aligned_zeros(_whole_latent(config)),
        memory=aligned_zeros(size),
        signal=aligned_zeros(config.frames + max(0, config.filter_taps - 1)),
    )


def rounded(config: WaveGANConfig, tensors: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Return the tensors after rounding, as the compiled form computes with them."""
    result = {name: np.asarray(tensors[name], np.float32) for name in shapes(config)}
    first = _as_computed(_first_matrix(config, result["first.weight"]))
    by_frame = first[:, : config.latent].reshape(config.first_frames, config.widths[0], -1)
    result["first.weight"] = by_frame.swapaxes(0, 1).reshape(-1, config.latent)
    for level in range(LEVELS):
        weight = result[f"levels.{level}.weight"]
        result[f"levels.{level}.weight"] = level_weight(
            _as_computed(level_matrix(weight, _groups(level))), *weight.shape[:2]
        )
    return result


def first_matrix(packed: Packed) -> Floats:
    """Return the first layer's rounded matrix (first frames · 16 d, whole latent); rows are
    channels-last.
    """
    rows, inputs = len(packed.weights.first_bias), _whole_latent(packed.config)
    return bfloat16.unpack(packed.weights.lanes[: rows * inputs // 2], rows, inputs)


def packed_level(packed: Packed, level: int) -> tuple[Floats, Floats]:
    """Return a level's rounded matrix (rows, window), see `level_matrix`, and its bias (rows,)."""
    record, weights = packed.weights.levels[level], packed.weights
    rows, window = int(record["rows"]), int(record["window"])
    lanes = weights.lanes[record["lanes_at"] :][: rows * window // 2]
    return bfloat16.unpack(lanes, rows, window), weights.bias[record["bias_at"] :][:rows]


def level_matrix(weight: Floats, groups: int) -> Floats:
    """Return the matrix (groups · 4 · outputs, frames · inputs) of a weight (inputs, outputs, 25).

    Row g·4·outputs + r·outputs + o is channel o of frame r in group g.
    """
    inputs, outputs, _ = weight.shape
    padded = np.pad(weight, ((0, 0), (0, 0), PADDED)).reshape(inputs, outputs, TAPS, STRIDE)
    one = padded[:, :, ::-1].transpose(3, 1, 2, 0).reshape(STRIDE * outputs, TAPS * inputs)
    rows = np.zeros((groups, len(one), TAPS + groups - 1, inputs), np.float32)
    for group in range(groups):
        rows[group, :, group : group + TAPS] = one.reshape(len(one), TAPS, inputs)
    return rows.reshape(groups * len(one), -1)


def level_weight(matrix: Floats, inputs: int, outputs: int) -> Floats:
    """Return the weight of which `level_matrix` made `matrix`."""
    one = matrix[: STRIDE * outputs, : TAPS * inputs]  # every group has the same
    by_tap = one.reshape(STRIDE, outputs, TAPS, inputs).transpose(3, 1, 2, 0)[:, :, ::-1]
    padded = by_tap.reshape(inputs, outputs, TAPS * STRIDE)
    return padded[..., PADDED[0] : PADDED[0] + KERNEL].copy()


def random_tensors(config: WaveGANConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    tensors = {}
    for name, shape in shapes(config).items():
        fan = {3: shape[0] * KERNEL / STRIDE, 2: shape[-1]}.get(len(shape), 100.0)
        fan = 100.0 if name == "classes.weight" else fan
        tensors[name] = random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan))
    return tensors


def _groups(level: int) -> int:
    """Return the number of groups of 4 output frames that a level computes at a time."""
    return LAST_GROUPS if level == LEVELS - 1 else 1


def _whole_latent(config: WaveGANConfig) -> int:
    return -(-config.latent // INPUTS) * INPUTS


def _first_matrix(config: WaveGANConfig, weight: Floats) -> Floats:
    """Return the matrix (first frames · 16 d, whole latent) with channels-last rows."""
    more = _whole_latent(config) - config.latent
    return np.pad(_frames_first(config, weight.T).T, ((0, 0), (0, more)))


def _frames_first(config: WaveGANConfig, values: Floats) -> Floats:
    """Return torch's (…, 16 d · first frames) as (…, first frames · 16 d)."""
    by_channel = values.reshape(*values.shape[:-1], config.widths[0], config.first_frames)
    return np.ascontiguousarray(by_channel.swapaxes(-1, -2)).reshape(values.shape)


def _lanes(matrix: Floats) -> NDArray[np.uint32]:
    """Pack with `bfloat16.pack`, block by block, so that the intermediate values stay in cache."""
    blocks = range(0, len(matrix), bfloat16.WIDE)
    return np.concatenate([bfloat16.pack(matrix[row : row + bfloat16.WIDE]) for row in blocks])


def _as_computed(matrix: Floats) -> Floats:
    return bfloat16.unpack(_lanes(matrix), *matrix.shape)


def _check(config: WaveGANConfig, tensors: Mapping[str, NDArray[Any]]) -> None:
    for name, shape in shapes(config).items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"'{name}' should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"'{name}' contains numbers that are not finite")
