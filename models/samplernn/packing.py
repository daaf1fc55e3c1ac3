"""A SampleRNN's weights as its compiled sampler reads them, and the sampler's memory."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import packing
from ..compiled.categorical import GROUP
from ..compiled.dense import Dense, dense
from ..compiled.mulaw import LEVELS
from ..compiled.packing import Floats, Matrix
from ..compiled.recurrent import Recurrent
from ..compiled.vectors import aligned, aligned_zeros
from ..playing.codes.instruments import Instruments
from .config import FRAME, STEP, TAPS, UP, SampleRNNConfig, shapes

TOLD = "slow.weight_ih_l0", "middle_in.weight", "sample_in.weight"  # their last columns: a bias


class Weights(NamedTuple):
    """Compiled code takes it apart. W is the width, X = 16 + C rounded up to a multiple of 4."""

    slow: Recurrent  # X and W → 3W
    slow_out: Dense  # W → 4W
    middle_told: Dense  # X → W
    middle: Recurrent  # W and W → 3W
    middle_out: Dense  # W → 4W
    sample_told: Dense  # X → W
    output: Dense  # W → W
    logit: Dense  # W → 256
    tables: Floats  # (4, 256, W), the oldest code's first
    instruments: Instruments  # (E, 5W) and (5W,): of the slow gates, the middle and the sample tier


class State(NamedTuple):
    """Everything that the future output depends on; V voices."""

    hidden: Floats  # (V, 2, W) of the slow and the middle tier
    slow_out: Floats  # (V, 4, W) what the slow tier gives to the next middle steps
    middle_out: Floats  # (V, 4, W) what the middle tier gives to the next samples
    codes: NDArray[np.int64]  # (V, 16) a ring of the last codes
    position: NDArray[np.int64]  # (V,) in the frame, the oldest code's place in the ring
    clocks: NDArray[np.float64]  # (V, 2) of the tiers; at 1 a step is due


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    told: Floats  # (X,)
    inputs: Floats  # (W,)
    gates: Floats  # (6W,)
    output: Floats  # (W,)
    logits: Floats  # (1, 256)
    sums: Floats  # (256 / GROUP,)


def matrices(config: SampleRNNConfig) -> list[Matrix]:
    """Return all matrices that products compute with."""
    names = [name for name in shapes(config) if "weight" in name and name != "instruments.weight"]
    told = slice(config.told)
    return [Matrix(name, name, told if name in TOLD else packing.ALL) for name in names]


def pack(config: SampleRNNConfig, tensors: Mapping[str, Floats]) -> Weights:
    """Pack `SampleRNN.state_dict()`. [control] RtAudioGenError if anything does not fit."""
    t = packing.checked(shapes(config), tensors)

    def layer(name: str, bias: bool = True) -> Dense:
        weight = t[f"{name}.weight"]
        return dense(weight, t[f"{name}.bias"]) if bias else dense(weight[:, : config.told])

    def own(tier: str) -> Dense:
        return dense(t[f"{tier}.weight_hh_l0"], t[f"{tier}.bias_hh_l0"])

    embedded = np.concatenate([t[name][:, config.told :] for name in TOLD])
    bias = np.pad(t["slow.bias_ih_l0"], (0, 2 * config.width))
    return Weights(
        slow=Recurrent(dense(t["slow.weight_ih_l0"][:, : config.told]), own("slow")),
        slow_out=layer("slow_out"),
        middle_told=layer("middle_in", bias=False),
        middle=Recurrent(dense(t["middle.weight_ih_l0"], t["middle.bias_ih_l0"]), own("middle")),
        middle_out=layer("middle_out"),
        sample_told=layer("sample_in", bias=False),
        output=layer("output"),
        logit=layer("logit"),
        tables=aligned(t["tables"].reshape(TAPS, LEVELS, config.width)),
        instruments=Instruments(aligned(embedded.T), aligned(bias)),
    )


def rounded(config: SampleRNNConfig, tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the tensors as they are computed with, to compare in float32."""
    return packing.rounded(matrices(config), shapes(config), tensors)


def random_tensors(config: SampleRNNConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    return packing.random_tensors(shapes(config), random)


def state_of(weights: Weights, voices: int) -> State:
    """Return zeros, which `Sampler.reset_voice` turns into silence."""
    w = weights.output.inputs
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
    w = weights.output.inputs
    return Scratch(
        told=aligned_zeros(weights.slow.told.inputs),
        inputs=aligned_zeros(w),
        gates=aligned_zeros(6 * w),
        output=aligned_zeros(w),
        logits=aligned_zeros(1, LEVELS),
        sums=aligned_zeros(LEVELS // GROUP),
    )
