"""A WaveNet's weights as its CPU sampler reads them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import packing
from ..compiled.channels import CHANNEL_MULTIPLE
from ..compiled.mulaw import LEVELS
from ..compiled.packing import INPUTS, Floats, Matrix
from ..compiled.vectors import aligned
from ..playing.codes.instruments import Instruments
from .config import WaveNetConfig
from .shapes import shapes as shapes

NO_CODE = LEVELS  # before the first frame
NEVER = -1e30  # logit of a code that does not exist, but fills a vector


class Weights(NamedTuple):
    """Compiled code takes it apart; every matrix lies in `lanes`, see `bfloat16`.

    R, S, A, N bands as in `WaveNetConfig`; C is the conditioning rounded up to a multiple of 4, its
    new weights 0. `…_at` are first lanes, one for each layer.
    """

    residual: int
    skip: int
    output: int  # of the lowest band
    conditioning: int
    dilations: NDArray[np.int64]  # (L,)
    history_at: NDArray[np.int64]  # (L,) first row of each layer's ring in `State.history`
    lanes: NDArray[np.uint32]
    condition_at: NDArray[np.int64]  # C → 2R
    past_at: NDArray[np.int64]  # R → 2R
    current_at: NDArray[np.int64]  # R → 2R
    residual_at: NDArray[np.int64]  # R → R; the last layer has none
    skip_at: NDArray[np.int64]  # R → S
    codes: NDArray[np.int64]  # (N,) of each band; 256 of the lowest
    choices: NDArray[np.int64]  # (N,) the same, rounded up to whole vectors
    outputs: NDArray[np.int64]  # (N,) A of each band
    output_at: NDArray[np.int64]  # (N,) S → A
    logit_at: NDArray[np.int64]  # (N,) A → codes
    previous_codes: NDArray[np.float32]  # (Σ codes + 1, R), the last row zeros
    current_codes: NDArray[np.float32]  # (Σ codes, R), band after band
    residual_bias: NDArray[np.float32]  # (L, R), the last one 0
    skip_bias: NDArray[np.float32]  # (S,)
    output_bias: NDArray[np.float32]  # (Σ A,)
    logit_bias: NDArray[np.float32]  # (Σ choices,)
    instruments: Instruments  # (E, L · 2R) and (L · 2R,), the biases of the gates


def matrices(config: WaveNetConfig) -> Iterator[Matrix]:
    """Yield all matrices, in the order in which the sampler reads them."""
    r, layers = config.residual, len(config.dilations)
    for k in range(layers):
        yield Matrix("condition_at", f"dilated.{k}.weight", slice(2 * r, None))
        yield Matrix("past_at", f"dilated.{k}.weight", slice(r))
    for k in range(layers):
        yield Matrix("current_at", f"dilated.{k}.weight", slice(r, 2 * r))
        if k < layers - 1:
            yield Matrix("residual_at", f"residual.{k}.weight")
        yield Matrix("skip_at", "skip.weight", slice(k * r, (k + 1) * r))
    for head in heads(config):
        yield Matrix("output_at", f"{head}output.weight")
        yield Matrix("logit_at", f"{head}logit.weight")


def heads(config: WaveNetConfig) -> list[str]:
    """Return what the names of each band's head begin with."""
    return ["", *(f"upper.{k}." for k in range(len(config.upper_codes)))]


def pack(config: WaveNetConfig, tensors: Mapping[str, Floats]) -> Weights:
    """Pack `WaveNet.state_dict()`. [control] RtAudioGenError if anything does not fit."""
    t = packing.checked(shapes(config), tensors)
    r, layers = config.residual, len(config.dilations)
    lanes, at = packing.pack(matrices(config), t)
    nothing = np.zeros((1, r), np.float32)
    residual_biases = [t[f"residual.{k}.bias"][None] for k in range(layers - 1)]
    gate_bias = np.concatenate([t[f"dilated.{k}.bias"] for k in range(layers)])
    codes = np.array(config.codes, np.int64)
    choices = codes + -codes % CHANNEL_MULTIPLE
    logit_bias = [
        np.pad(t[f"{head}logit.bias"], (0, added), constant_values=NEVER)
        for head, added in zip(heads(config), choices - codes, strict=True)
    ]
    return Weights(
        residual=r,
        skip=config.skip,
        output=config.output,
        conditioning=config.conditioning + -config.conditioning % INPUTS,
        dilations=np.array(config.dilations, np.int64),
        history_at=np.cumsum([0, *config.dilations[:-1]], dtype=np.int64),
        lanes=lanes,
        condition_at=at["condition_at"],
        past_at=at["past_at"],
        current_at=at["current_at"],
        residual_at=at.get("residual_at", np.zeros(0, np.int64)),  # a single layer has none
        skip_at=at["skip_at"],
        codes=codes,
        choices=choices,
        outputs=np.array([config.output, *config.upper_output], np.int64),
        output_at=at["output_at"],
        logit_at=at["logit_at"],
        previous_codes=aligned(np.concatenate([t["previous.weight"], nothing])),
        current_codes=aligned(t["current.weight"]),
        residual_bias=aligned(np.concatenate([*residual_biases, nothing])),
        skip_bias=aligned(t["skip.bias"]),
        output_bias=aligned(np.concatenate([t[f"{head}output.bias"] for head in heads(config)])),
        logit_bias=aligned(np.concatenate(logit_bias)),
        instruments=Instruments(aligned(t["instrument.weight"].T), aligned(gate_bias)),
    )


def rounded(config: WaveNetConfig, tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the tensors as they are computed with, to compare in float32."""
    return packing.rounded(matrices(config), shapes(config), tensors)


def random_tensors(config: WaveNetConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    return packing.random_tensors(shapes(config), random)
