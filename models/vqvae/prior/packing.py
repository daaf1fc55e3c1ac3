"""A prior's weights as its CPU sampler reads them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ...compiled import packing
from ...compiled.channels import CHANNEL_MULTIPLE
from ...compiled.packing import INPUTS, Floats, Matrix
from ...compiled.vectors import aligned
from ..config import CodesConfig
from ..shapes import PRIOR as PREFIX
from ..shapes import prior_shapes as shapes


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


def matrices(config: CodesConfig) -> Iterator[Matrix]:
    """Yield all matrices, in the order in which the sampler reads them."""
    for k in range(config.prior_layers):
        yield Matrix("input_at", f"core.weight_ih_l{k}")
        yield Matrix("recurrent_at", f"core.weight_hh_l{k}")
    for q in range(config.stages):
        yield Matrix("hidden_at", f"hidden.{q}.weight")
        yield Matrix("point_at", f"point.{q}.weight")
        yield Matrix("logit_at", f"tables.{q}.weight", rows=slice(config.codes))


def tensors_in(model: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the prior's tensors of a model file, without the prefix."""
    return {k.removeprefix(PREFIX): array for k, array in model.items() if k.startswith(PREFIX)}


def pack(config: CodesConfig, tensors: Mapping[str, Floats]) -> Weights:
    """Pack `Prior.state_dict()`. [control] RtAudioGenError if anything does not fit."""
    if config.prior_layers < 1:
        raise RtAudioGenError("the model has no prior; train one with --prior-minutes above 0")
    packing.checked(shapes(config), tensors, "the prior")
    layers, stages = range(config.prior_layers), range(config.stages)
    t = rounded(config, tensors)  # tables are read both as they are and as a product's lanes
    lanes, at = packing.pack(matrices(config), t)
    padding = (0, -config.embedding % INPUTS)
    return Weights(
        width=config.prior_width,
        points=config.prior_embedding,
        stages=config.stages,
        codes=config.codes,
        lanes=lanes,
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


def rounded(config: CodesConfig, tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the tensors as they are computed with, to compare in float32."""
    return packing.rounded(matrices(config), shapes(config), tensors)


def random_tensors(config: CodesConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    return packing.random_tensors(shapes(config), random)
