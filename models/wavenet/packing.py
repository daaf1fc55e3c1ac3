"""A WaveNet's weights as its CPU sampler reads them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..compiled import bfloat16
from ..compiled.mulaw import LEVELS
from ..compiled.vectors import aligned
from .config import WaveNetConfig
from .shapes import shapes as shapes

INPUTS = 4  # a product's inputs come in multiples of it
NO_CODE = LEVELS  # the row of `previous` before the first frame: zeros


class Weights(NamedTuple):
    """Compiled code takes it apart; every matrix lies in `lanes`, see `bfloat16`.

    R, S, A as in `WaveNetConfig`; C is the conditioning rounded up to a multiple of 4, its new
    weights 0. `…_at` are first lanes, one for each layer.
    """

    residual: int
    skip: int
    output: int
    conditioning: int
    dilations: NDArray[np.int64]  # (L,)
    history_at: NDArray[np.int64]  # (L,) first row of each layer's ring in `State.history`
    lanes: NDArray[np.uint32]
    condition_at: NDArray[np.int64]  # C → 2R
    past_at: NDArray[np.int64]  # R → 2R
    current_at: NDArray[np.int64]  # R → 2R
    residual_at: NDArray[np.int64]  # R → R; the last layer has none
    skip_at: NDArray[np.int64]  # R → S
    output_at: int  # S → A
    logit_at: int  # A → 256
    previous_codes: NDArray[np.float32]  # (257, R)
    current_codes: NDArray[np.float32]  # (256, R)
    residual_bias: NDArray[np.float32]  # (L, R), the last one 0
    skip_bias: NDArray[np.float32]  # (S,)
    output_bias: NDArray[np.float32]  # (A,)
    logit_bias: NDArray[np.float32]  # (256,)
    instrument: NDArray[np.float32]  # (E, L · 2R)
    gate_bias: NDArray[np.float32]  # (L · 2R,)


class Matrix(NamedTuple):
    """Columns of a tensor, and the field of `Weights` that says where its lanes begin."""

    field: str
    tensor: str
    columns: slice


def matrices(config: WaveNetConfig) -> Iterator[Matrix]:
    """In the order in which the sampler reads them."""
    r, layers = config.residual, len(config.dilations)
    everything = slice(None)
    for k in range(layers):
        yield Matrix("condition_at", f"dilated.{k}.weight", slice(2 * r, None))
        yield Matrix("past_at", f"dilated.{k}.weight", slice(r))
    for k in range(layers):
        yield Matrix("current_at", f"dilated.{k}.weight", slice(r, 2 * r))
        if k < layers - 1:
            yield Matrix("residual_at", f"residual.{k}.weight", everything)
        yield Matrix("skip_at", "skip.weight", slice(k * r, (k + 1) * r))
    yield Matrix("output_at", "output.weight", everything)
    yield Matrix("logit_at", "logit.weight", everything)


def pack(config: WaveNetConfig, tensors: Mapping[str, NDArray[np.float32]]) -> Weights:
    """From `WaveNet.state_dict()`'s names. [control] RtAudioGenError if anything does not fit."""
    _check(config, tensors)
    r, layers = config.residual, len(config.dilations)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    starts: dict[str, list[int]] = {"residual_at": []}  # which a single layer has not
    lanes: list[NDArray[np.uint32]] = []
    size = 0
    for field, tensor, columns in matrices(config):
        starts.setdefault(field, []).append(size)
        lanes.append(bfloat16.pack(_padded(t[tensor][:, columns])))
        size += lanes[-1].size
    nothing = np.zeros((1, r), np.float32)
    residual_biases = [t[f"residual.{k}.bias"][None] for k in range(layers - 1)]
    return Weights(
        residual=r,
        skip=config.skip,
        output=config.output,
        conditioning=config.conditioning + -config.conditioning % INPUTS,
        dilations=np.array(config.dilations, np.int64),
        history_at=np.cumsum([0, *config.dilations[:-1]], dtype=np.int64),
        lanes=aligned(np.concatenate(lanes)),
        condition_at=np.array(starts["condition_at"], np.int64),
        past_at=np.array(starts["past_at"], np.int64),
        current_at=np.array(starts["current_at"], np.int64),
        residual_at=np.array(starts["residual_at"], np.int64),
        skip_at=np.array(starts["skip_at"], np.int64),
        output_at=starts["output_at"][0],
        logit_at=starts["logit_at"][0],
        previous_codes=aligned(np.concatenate([t["previous.weight"], nothing])),
        current_codes=aligned(t["current.weight"]),
        residual_bias=aligned(np.concatenate([*residual_biases, nothing])),
        skip_bias=aligned(t["skip.bias"]),
        output_bias=aligned(t["output.bias"]),
        logit_bias=aligned(t["logit.bias"]),
        instrument=aligned(t["instrument.weight"].T),
        gate_bias=aligned(np.concatenate([t[f"dilated.{k}.bias"] for k in range(layers)])),
    )


def rounded(
    config: WaveNetConfig, tensors: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """The tensors with every matrix rounded as `pack` rounds it, for comparison in float32."""
    result = {name: np.array(tensors[name], np.float32) for name in shapes(config)}
    for _, tensor, columns in matrices(config):
        part = result[tensor][:, columns]
        padded = _padded(part)
        part[:] = bfloat16.unpack(bfloat16.pack(padded), *padded.shape)[:, : part.shape[1]]
    return result


def random_tensors(
    config: WaveNetConfig, random: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    """Untrained tensors, for measuring and testing without torch."""
    return {
        name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[-1]))
        for name, shape in shapes(config).items()
    }


def _check(config: WaveNetConfig, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    for name, shape in shapes(config).items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"'{name}' should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"'{name}' contains numbers that are not finite")


def _padded(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """With inputs of weight 0 up to a multiple of `INPUTS`."""
    return np.pad(weight, ((0, 0), (0, -weight.shape[1] % INPUTS)))
