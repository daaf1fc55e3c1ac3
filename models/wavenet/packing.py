"""A WaveNet's weights as its CPU sampler reads them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from .. import bfloat16
from ..vectors import aligned
from .config import LEVELS, WaveNetConfig

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


def pack(config: WaveNetConfig, tensors: Mapping[str, NDArray[np.float32]]) -> Weights:
    """From `WaveNet.state_dict()`'s names. [control] RtAudioGenError if anything does not fit."""
    for name, size in (("residual", config.residual), ("skip", config.skip), ("output", config.output)):
        if size < 16 or size % 16:
            raise RtAudioGenError(f"{name} channels must be a multiple of 16, not {size}")
    wanted = shapes(config)
    for name, shape in wanted.items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor {name!r}")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"{name!r} should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"{name!r} contains numbers that are not finite")
    r, layers = config.residual, len(config.dilations)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in wanted}
    parts: list[NDArray[np.uint32]] = []
    size = 0

    def place(weight: NDArray[np.float32]) -> int:
        nonlocal size
        parts.append(bfloat16.pack(weight))
        start, size = size, size + parts[-1].size
        return start

    conditioning = -(-config.conditioning // 4) * 4
    condition_at, past_at, current_at, residual_at, skip_at = [], [], [], [], []
    for k in range(layers):
        dilated = t[f"dilated.{k}.weight"]
        padded = np.pad(dilated[:, 2 * r :], ((0, 0), (0, conditioning - config.conditioning)))
        condition_at.append(place(padded) if conditioning else 0)
        past_at.append(place(dilated[:, :r]))
    for k in range(layers):
        current_at.append(place(t[f"dilated.{k}.weight"][:, r : 2 * r]))
        residual_at.append(place(t[f"residual.{k}.weight"]) if k < layers - 1 else 0)
        skip_at.append(place(t["skip.weight"][:, k * r : (k + 1) * r]))
    output_at, logit_at = place(t["output.weight"]), place(t["logit.weight"])
    biases = [t[f"residual.{k}.bias"] for k in range(layers - 1)]
    return Weights(
        residual=r,
        skip=config.skip,
        output=config.output,
        conditioning=conditioning,
        dilations=np.array(config.dilations, np.int64),
        history_at=np.cumsum([0, *config.dilations[:-1]], dtype=np.int64),
        lanes=aligned(np.concatenate(parts)),
        condition_at=np.array(condition_at, np.int64),
        past_at=np.array(past_at, np.int64),
        current_at=np.array(current_at, np.int64),
        residual_at=np.array(residual_at, np.int64),
        skip_at=np.array(skip_at, np.int64),
        output_at=output_at,
        logit_at=logit_at,
        previous_codes=aligned(np.concatenate([t["previous.weight"], np.zeros((1, r), np.float32)])),
        current_codes=aligned(t["current.weight"]),
        residual_bias=aligned(np.stack([*biases, np.zeros(r, np.float32)])),
        skip_bias=aligned(t["skip.bias"]),
        output_bias=aligned(t["output.bias"]),
        logit_bias=aligned(t["logit.bias"]),
        instrument=np.ascontiguousarray(t["instrument.weight"].T),
        gate_bias=aligned(np.concatenate([t[f"dilated.{k}.bias"] for k in range(layers)])),
    )


def shapes(config: WaveNetConfig) -> dict[str, tuple[int, ...]]:
    """The tensors that a WaveNet of this configuration consists of."""
    r, s, a, layers = config.residual, config.skip, config.output, len(config.dilations)
    wanted: dict[str, tuple[int, ...]] = {
        "previous.weight": (LEVELS, r),
        "current.weight": (LEVELS, r),
        "instruments.weight": (len(config.instruments), config.embedding),
        "instrument.weight": (2 * r * layers, config.embedding),
        "skip.weight": (s, r * layers),
        "skip.bias": (s,),
        "output.weight": (a, s),
        "output.bias": (a,),
        "logit.weight": (LEVELS, a),
        "logit.bias": (LEVELS,),
    }
    for k in range(layers):
        wanted[f"dilated.{k}.weight"] = (2 * r, 2 * r + config.conditioning)
        wanted[f"dilated.{k}.bias"] = (2 * r,)
    for k in range(layers - 1):
        wanted[f"residual.{k}.weight"], wanted[f"residual.{k}.bias"] = (r, r), (r,)
    return wanted


def rounded(
    config: WaveNetConfig, tensors: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """The tensors with every matrix rounded as the sampler rounds it, for comparison in float32."""

    def once(weight: NDArray[np.float32]) -> NDArray[np.float32]:
        return bfloat16.unpack(bfloat16.pack(weight), *weight.shape)

    r = config.residual
    result = {name: np.array(tensors[name], np.float32) for name in shapes(config)}
    for name, weight in result.items():
        if name.startswith("dilated") and name.endswith("weight"):
            weight[:, :r], weight[:, r : 2 * r] = once(weight[:, :r]), once(weight[:, r : 2 * r])
            extra = config.conditioning
            padded = np.pad(weight[:, 2 * r :], ((0, 0), (0, -extra % 4)))
            weight[:, 2 * r :] = once(padded)[:, :extra] if extra else padded
        elif name == "skip.weight":
            for k in range(0, weight.shape[1], r):
                weight[:, k : k + r] = once(weight[:, k : k + r])
        elif name.startswith("residual") and name.endswith("weight") or name in (
            "output.weight",
            "logit.weight",
        ):
            weight[:] = once(weight)
    return result
