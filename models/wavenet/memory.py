"""The memory of the compiled sampler: a stream's state, and scratch for one call."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled.categorical import GROUP
from ..compiled.mulaw import LEVELS
from ..compiled.multicore import TOGETHER
from ..compiled.vectors import aligned_zeros
from .packing import Weights

CHUNK = 4  # frames whose known parts are computed at once


class State(NamedTuple):
    """Everything the future output depends on; V voices, L layers, N bands."""

    history: NDArray[np.float32]  # (V, Σ dilations, R) rings of each layer's last inputs
    cursors: NDArray[np.int64]  # (V, L) oldest row of each ring
    codes: NDArray[np.int64]  # (V, 2N) each band's last code and the one before


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    conditioning: NDArray[np.float32]  # (CHUNK, C)
    taps: NDArray[np.float32]  # (CHUNK, R)
    gates: NDArray[np.float32]  # (TOGETHER, CHUNK, L, 2R)
    hidden: NDArray[np.float32]  # (TOGETHER, R)
    gated: NDArray[np.float32]  # (TOGETHER, R)
    skips: NDArray[np.float32]  # (TOGETHER, S)
    outputs: NDArray[np.float32]  # (TOGETHER, largest A)
    logits: NDArray[np.float32]  # (N · TOGETHER, 256)
    sums: NDArray[np.float32]  # (256 / GROUP,)


def state_of(weights: Weights, voices: int) -> State:
    """Return zeros, which `Sampler.reset_voice` turns into silence."""
    return State(
        history=aligned_zeros(voices, int(weights.dilations.sum()), weights.residual),
        cursors=np.zeros((voices, len(weights.dilations)), np.int64),
        codes=np.zeros((voices, 2 * len(weights.codes)), np.int64),
    )


def scratch_of(weights: Weights) -> Scratch:
    """Return memory for any number of voices."""
    r, layers = weights.residual, len(weights.dilations)
    return Scratch(
        conditioning=aligned_zeros(CHUNK, weights.conditioning),
        taps=aligned_zeros(CHUNK, r),
        gates=aligned_zeros(TOGETHER, CHUNK, layers, 2 * r),
        hidden=aligned_zeros(TOGETHER, r),
        gated=aligned_zeros(TOGETHER, r),
        skips=aligned_zeros(TOGETHER, weights.skip),
        outputs=aligned_zeros(TOGETHER, int(weights.outputs.max())),
        logits=aligned_zeros(len(weights.codes) * TOGETHER, LEVELS),
        sums=aligned_zeros(LEVELS // GROUP),
    )
