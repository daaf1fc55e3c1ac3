"""A SampleRNN's weights as its compiled sampler reads them, and the memory that it works in."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..compiled import bfloat16
from ..compiled.categorical import GROUP
from ..compiled.mulaw import LEVELS
from ..compiled.vectors import aligned, aligned_zeros
from .config import FRAME, STEP, TAPS, SampleRNNConfig
from .shapes import UP, shapes

INPUTS = 4  # a product's inputs come in multiples of it


class Weights(NamedTuple):
    """Compiled code takes it apart; every matrix lies in `lanes`, see `bfloat16`.

    W is the width, X = 16 + C rounded up to a multiple of 4: what a tier sees and is told beside
    the instrument, whose part is a bias. `…_at` are first lanes.
    """

    width: int
    told: int  # X
    lanes: NDArray[np.uint32]
    slow_in_at: int  # X → 3W
    slow_at: int  # W → 3W
    slow_out_at: int  # W → 4W
    middle_told_at: int  # X → W
    middle_in_at: int  # W → 3W
    middle_at: int  # W → 3W
    middle_out_at: int  # W → 4W
    sample_told_at: int  # X → W
    output_at: int  # W → W
    logit_at: int  # W → 256
    tables: NDArray[np.float32]  # (4, 256, W), the oldest code's first
    slow_bias: NDArray[np.float32]  # (3W,) of the recurrent product
    slow_out_bias: NDArray[np.float32]  # (4W,)
    middle_in_bias: NDArray[np.float32]  # (3W,)
    middle_bias: NDArray[np.float32]  # (3W,)
    middle_out_bias: NDArray[np.float32]  # (4W,)
    output_bias: NDArray[np.float32]  # (W,)
    logit_bias: NDArray[np.float32]  # (256,)
    instrument: NDArray[np.float32]  # (E, 5W) to the slow gates, the middle and the sample tier
    instrument_bias: NDArray[np.float32]  # (5W,)


class State(NamedTuple):
    """Everything that the future output depends on; V voices."""

    hidden: NDArray[np.float32]  # (V, 2, W) of the slow and the middle tier
    slow_out: NDArray[np.float32]  # (V, 4, W) what the slow tier gives to the next middle steps
    middle_out: NDArray[np.float32]  # (V, 4, W) what the middle tier gives to the next samples
    codes: NDArray[np.int64]  # (V, 16) a ring of the last codes
    position: NDArray[np.int64]  # (V,) in the frame, the oldest code's place in the ring
    clocks: NDArray[np.float64]  # (V, 2) of the tiers; at 1 a step is due


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    told: NDArray[np.float32]  # (X,)
    inputs: NDArray[np.float32]  # (W,)
    gates: NDArray[np.float32]  # (3W,) from the inputs
    own: NDArray[np.float32]  # (3W,) from the state
    hidden: NDArray[np.float32]  # (W,)
    output: NDArray[np.float32]  # (W,)
    logits: NDArray[np.float32]  # (1, 256)
    sums: NDArray[np.float32]  # (256 / GROUP,)


class Matrix(NamedTuple):
    """A tensor's columns as a product: the field of `Weights` that says where its lanes begin."""

    field: str
    tensor: str
    columns: slice


def matrices(config: SampleRNNConfig) -> Iterator[Matrix]:
    """Yield all matrices, in the order in which the sampler reads them."""
    told, everything = slice(FRAME + config.conditioning), slice(None)
    yield Matrix("slow_in_at", "slow.weight_ih_l0", told)
    yield Matrix("slow_at", "slow.weight_hh_l0", everything)
    yield Matrix("slow_out_at", "slow_out.weight", everything)
    yield Matrix("middle_told_at", "middle_in.weight", told)
    yield Matrix("middle_in_at", "middle.weight_ih_l0", everything)
    yield Matrix("middle_at", "middle.weight_hh_l0", everything)
    yield Matrix("middle_out_at", "middle_out.weight", everything)
    yield Matrix("sample_told_at", "sample_in.weight", told)
    yield Matrix("output_at", "output.weight", everything)
    yield Matrix("logit_at", "logit.weight", everything)


def pack(config: SampleRNNConfig, tensors: Mapping[str, NDArray[np.float32]]) -> Weights:
    """Pack `SampleRNN.state_dict()`. [control] RtAudioGenError if anything does not fit."""
    _check(config, tensors)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    lanes: list[NDArray[np.uint32]] = []
    starts: dict[str, int] = {}
    for field, tensor, columns in matrices(config):
        starts[field] = sum(part.size for part in lanes)
        lanes.append(bfloat16.pack(_padded(t[tensor][:, columns])))
    w, after = config.width, slice(FRAME + config.conditioning, None)
    instrument = [t[n][:, after] for n in ("slow.weight_ih_l0", "middle_in.weight")]
    instrument.append(t["sample_in.weight"][:, after])
    return Weights(
        width=w,
        told=_told(config),
        lanes=aligned(np.concatenate(lanes)),
        **starts,
        tables=aligned(t["tables"].reshape(TAPS, LEVELS, w)),
        slow_bias=aligned(t["slow.bias_hh_l0"]),
        slow_out_bias=aligned(t["slow_out.bias"]),
        middle_in_bias=aligned(t["middle.bias_ih_l0"]),
        middle_bias=aligned(t["middle.bias_hh_l0"]),
        middle_out_bias=aligned(t["middle_out.bias"]),
        output_bias=aligned(t["output.bias"]),
        logit_bias=aligned(t["logit.bias"]),
        instrument=aligned(np.concatenate(instrument).T),
        instrument_bias=aligned(np.pad(t["slow.bias_ih_l0"], (0, 2 * w))),
    )


def rounded(
    config: SampleRNNConfig, tensors: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """Return the tensors with every matrix rounded as `pack` rounds it, to compare in float32."""
    result = {name: np.array(tensors[name], np.float32) for name in shapes(config)}
    for _, tensor, columns in matrices(config):
        part = result[tensor][:, columns]
        padded = _padded(part)
        part[:] = bfloat16.unpack(bfloat16.pack(padded), *padded.shape)[:, : part.shape[1]]
    return result


def random_tensors(
    config: SampleRNNConfig, random: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    """Return untrained tensors, for measuring and testing without torch."""
    return {
        name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[-1]))
        for name, shape in shapes(config).items()
    }


def state_of(weights: Weights, voices: int) -> State:
    """Return zeros, which is not yet silence: see `Sampler.reset_voice`."""
    w = weights.width
    return State(
        hidden=aligned_zeros(voices, 2, w),
        slow_out=aligned_zeros(voices, UP, w),
        middle_out=aligned_zeros(voices, STEP, w),
        codes=np.zeros((voices, FRAME), np.int64),
        position=np.zeros(voices, np.int64),
        clocks=np.zeros((voices, 2)),
    )


def scratch_of(weights: Weights) -> Scratch:
    """Return memory for one thread."""
    w = weights.width
    return Scratch(
        told=aligned_zeros(weights.told),
        inputs=aligned_zeros(w),
        gates=aligned_zeros(3 * w),
        own=aligned_zeros(3 * w),
        hidden=aligned_zeros(w),
        output=aligned_zeros(w),
        logits=aligned_zeros(1, LEVELS),
        sums=aligned_zeros(LEVELS // GROUP),
    )


def _told(config: SampleRNNConfig) -> int:
    told = FRAME + config.conditioning
    return told + -told % INPUTS


def _padded(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the matrix with inputs of weight 0 up to a multiple of `INPUTS`."""
    return np.pad(weight, ((0, 0), (0, -weight.shape[1] % INPUTS)))


def _check(config: SampleRNNConfig, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    for name, shape in shapes(config).items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"'{name}' should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"'{name}' contains numbers that are not finite")
