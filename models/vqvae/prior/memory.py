"""The memory of the compiled prior: a stream's state, and scratch for one call."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.channels import CHANNEL_MULTIPLE
from ...compiled.vectors import aligned_zeros
from .packing import Weights


class State(NamedTuple):
    """Everything the future codes depend on; V voices, L layers."""

    hidden: NDArray[np.float32]  # (V, L, W)
    codes: NDArray[np.int64]  # (V, stages) the last frame; the number of codes: nothing yet
    surprise: NDArray[np.float64]  # (V,) nats per drawn code at temperature 1, running mean


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    inputs: NDArray[np.float32]  # (X,)
    from_input: NDArray[np.float32]  # (3W,) of reset, update and new gate
    from_state: NDArray[np.float32]  # (3W,)
    seen: NDArray[np.float32]  # (W + stages · D,) the core's output, then this frame's codes
    hidden: NDArray[np.float32]  # (W,)
    point: NDArray[np.float32]  # (D,)
    logits: NDArray[np.float32]  # (C,), then probabilities


def state_of(weights: Weights, voices: int) -> State:
    """Return zeros, which `PriorSampler.reset_voice` turns into a beginning."""
    return State(
        hidden=aligned_zeros(voices, len(weights.input_at), weights.width),
        codes=np.zeros((voices, weights.stages), np.int64),
        surprise=np.zeros(voices),
    )


def scratch_of(weights: Weights) -> Scratch:
    """Return memory for any number of voices."""
    w, d, q = weights.width, weights.points, weights.stages
    return Scratch(
        inputs=aligned_zeros(q * d + weights.labels.shape[1]),
        from_input=aligned_zeros(3 * w),
        from_state=aligned_zeros(3 * w),
        seen=aligned_zeros(w + q * d),
        hidden=aligned_zeros(w),
        point=aligned_zeros(d),
        logits=aligned_zeros(weights.codes + -weights.codes % CHANNEL_MULTIPLE),
    )
