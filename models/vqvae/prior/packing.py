"""A prior's weights as its CPU sampler reads them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ...compiled import bfloat16
from ...compiled.channels import CHANNEL_MULTIPLE
from ...compiled.vectors import aligned
from ..config import CodesConfig
from ..shapes import PRIOR as PREFIX
from ..shapes import prior_shapes as shapes

INPUTS = 4  # a product's inputs come in multiples of it


class Weights(NamedTuple):
    """Compiled code takes it apart; every matrix lies in `lanes`, see `bfloat16`.

    W, D, Q, C are width, dimensions of a code's point, stages and codes; L the core's layers, X the
    inputs of its first one: Q·D and the label's point, E rounded up to a multiple of 4. `…_at` are
    first lanes. Rows of `logit_bias` are C rounded up to a multiple of 16.
    """

    width: int
    points: int
    stages: int
    codes: int
    lanes: NDArray[np.uint32]
    input_at: NDArray[np.int64]  # (L,) X or W → 3W
    recurrent_at: NDArray[np.int64]  # (L,) W → 3W
    hidden_at: NDArray[np.int64]  # (Q,) W + q·D → W
    point_at: NDArray[np.int64]  # (Q,) W → D
    logit_at: NDArray[np.int64]  # (Q,) D → C
    tables: NDArray[np.float32]  # (Q, C + 1, D), the last row is "nothing yet"
    labels: NDArray[np.float32]  # (labels, E)
    input_bias: NDArray[np.float32]  # (L, 3W)
    recurrent_bias: NDArray[np.float32]  # (L, 3W)
    hidden_bias: NDArray[np.float32]  # (Q, W)
    point_bias: NDArray[np.float32]  # (Q, D)
    logit_bias: NDArray[np.float32]  # (Q, C)


class Matrix(NamedTuple):
    """Rows of a tensor, and the field of `Weights` that says where its lanes begin."""

    field: str
    tensor: str
    rows: int


def matrices(config: CodesConfig) -> Iterator[Matrix]:
    """In the order in which the sampler reads them."""
    width, points = config.prior_width, config.prior_embedding
    for k in range(config.prior_layers):
        yield Matrix("input_at", f"core.weight_ih_l{k}", 3 * width)
        yield Matrix("recurrent_at", f"core.weight_hh_l{k}", 3 * width)
    for q in range(config.stages):
        yield Matrix("hidden_at", f"hidden.{q}.weight", width)
        yield Matrix("point_at", f"point.{q}.weight", points)
        yield Matrix("logit_at", f"tables.{q}.weight", config.codes)


def tensors_in(model: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Those of a model file's tensors that are the prior's, without the prefix."""
    return {k.removeprefix(PREFIX): array for k, array in model.items() if k.startswith(PREFIX)}


def pack(config: CodesConfig, tensors: Mapping[str, NDArray[np.float32]]) -> Weights:
    """From `Prior.state_dict()`'s names. [control] RtAudioGenError if anything does not fit."""
    _check(config, tensors)
    layers, stages = range(config.prior_layers), range(config.stages)
    t = rounded(config, tensors)  # tables are read both as they are and as a product's lanes
    starts: dict[str, list[int]] = {}
    lanes: list[NDArray[np.uint32]] = []
    size = 0
    for field, tensor, rows in matrices(config):
        starts.setdefault(field, []).append(size)
        lanes.append(bfloat16.pack(_padded(t[tensor][:rows])))
        size += lanes[-1].size
    at = {field: np.array(first, np.int64) for field, first in starts.items()}
    padding = (0, -config.embedding % INPUTS)
    return Weights(
        width=config.prior_width,
        points=config.prior_embedding,
        stages=config.stages,
        codes=config.codes,
        lanes=aligned(np.concatenate(lanes)),
        input_at=at["input_at"],
        recurrent_at=at["recurrent_at"],
        hidden_at=at["hidden_at"],
        point_at=at["point_at"],
        logit_at=at["logit_at"],
        tables=aligned(np.stack([t[f"tables.{q}.weight"] for q in stages])),
        labels=aligned(np.pad(t["labels.weight"], ((0, 0), padding))),
        input_bias=aligned(np.stack([t[f"core.bias_ih_l{k}"] for k in layers])),
        recurrent_bias=aligned(np.stack([t[f"core.bias_hh_l{k}"] for k in layers])),
        hidden_bias=aligned(np.stack([t[f"hidden.{q}.bias"] for q in stages])),
        point_bias=aligned(np.stack([t[f"point.{q}.bias"] for q in stages])),
        logit_bias=aligned(np.pad(t["bias"], ((0, 0), (0, -config.codes % CHANNEL_MULTIPLE)))),
    )


def rounded(
    config: CodesConfig, tensors: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """The tensors with every matrix rounded as `pack` rounds it, for comparison in float32."""
    result = {name: np.array(tensors[name], np.float32) for name in shapes(config)}
    for _, tensor, rows in matrices(config):
        part = result[tensor][:rows]
        padded = _padded(part)
        unpacked = bfloat16.unpack(bfloat16.pack(padded), *padded.shape)
        part[:] = unpacked[: part.shape[0], : part.shape[1]]
    return result


def random_tensors(
    config: CodesConfig, random: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    """Untrained tensors, for measuring and testing without torch."""
    return {
        name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[-1]))
        for name, shape in shapes(config).items()
    }


def _check(config: CodesConfig, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    if config.prior_layers < 1:
        raise RtAudioGenError("the model has no prior; train one with --prior-minutes above 0")
    for name, shape in shapes(config).items():
        if name not in tensors:
            raise RtAudioGenError(f"the prior has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"the prior's '{name}' should be {shape}, not "
                                  f"{tensors[name].shape}")  # fmt: skip
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"the prior's '{name}' contains numbers that are not finite")


def _padded(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """With outputs and inputs of weight 0 up to what a product takes."""
    outputs, inputs = weight.shape
    return np.pad(weight, ((0, -outputs % CHANNEL_MULTIPLE), (0, -inputs % INPUTS)))
