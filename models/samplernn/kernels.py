"""SampleRNN sampling: all samples of a voice's block in one call that compiles. [render]

A voice's frame begins with its onset, so voices are at different places in their frames and go one
after the other. A voice's bits depend on nothing but the voice, nor on how its samples are cut
into calls.

Nothing here allocates, raises, or reads out of range, whatever the numbers are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numba import njit
from rtaudiogen.kernel_cache import cached_njit

from ..compiled.bfloat16 import product
from ..compiled.categorical import draw
from ..compiled.elementwise import add, rectify
from ..compiled.mulaw import LEVELS, SILENCE
from ..compiled.recurrent import turn_gru
from ..compiled.vectors import place
from .config import FRAME, STEP, TAPS
from .packing import Scratch, State, Weights

SLOW, MIDDLE = 0, 1
SCALE = np.float32(1 / 64)  # of a code's distance from silence, as in `network.py`
SUBNORMAL = 1e-30  # conditioning this close to 0 is 0: subnormal numbers are slow on some CPUs

_part: Any = njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)
_whole: Any = cached_njit(nogil=True, error_model="numpy", _nrt=False)


@_whole
def sample(
    weights: Weights,
    state: State,
    scratch: Scratch,
    active: NDArray[np.int32],
    frames: int,
    conditioning: NDArray[np.float32],
    bias: NDArray[np.float32],
    uniforms: NDArray[np.float32],
    temperatures: NDArray[np.float32],
    rates: NDArray[np.float64],
    codes: NDArray[np.uint8],
    logits: NDArray[np.float32],
    forced: bool,
) -> None:
    """Draw `frames` codes for each voice in `active`. [render]

    `Sampler.sample` describes the arrays. With `forced` the codes are read instead. `logits`
    (V, frames, 256) gets the first frames it has room for.
    """
    for voice in active:
        _stay_in_range(state, voice)
        row = min(voice, len(bias) - 1)
        for now in range(frames):
            _tell(weights, state, scratch, voice, conditioning[voice, now])
            position = state.position[voice]
            if position == 0:
                _slow(weights, state, scratch, voice, place(bias[row], 0), rates[SLOW])
            if position % STEP == 0:
                _middle(weights, state, scratch, voice, place(bias[row], 0), rates[MIDDLE])
            _predict(weights, state, scratch, voice, place(bias[row], 0))
            if now < logits.shape[1]:
                for k in range(LEVELS):
                    logits[voice, now, k] = scratch.logits[0, k]
            if not forced:
                codes[voice, now] = draw(
                    scratch.logits, 0, scratch.sums, temperatures[voice], uniforms[voice, now]
                )
            state.codes[voice, position] = codes[voice, now]
            state.position[voice] = (position + 1) % FRAME


@_part
def _stay_in_range(state: State, voice: int) -> None:
    """A state may come from a damaged file; it must not lead outside of the arrays."""
    if not 0 <= state.position[voice] < FRAME:
        state.position[voice] = 0
    for k in range(FRAME):
        state.codes[voice, k] = min(max(state.codes[voice, k], 0), LEVELS - 1)
    for tier in range(2):
        if not 0.0 <= state.clocks[voice, tier] <= 1.0:
            state.clocks[voice, tier] = 1.0
        for k in range(state.hidden.shape[2]):
            if not abs(state.hidden[voice, tier, k]) <= np.float32(1.0):
                state.hidden[voice, tier, k] = np.float32(0.0)


@_part
def _tell(
    weights: Weights, state: State, scratch: Scratch, voice: int, conditioning: NDArray[np.float32]
) -> None:
    """told = the last 16 samples, oldest first, and the conditioning."""
    position = state.position[voice]
    for k in range(FRAME):
        code = state.codes[voice, (position + k) % FRAME]
        scratch.told[k] = np.float32(code - SILENCE) * SCALE
    for k in range(min(conditioning.shape[0], weights.told - FRAME)):
        value = conditioning[k]
        scratch.told[FRAME + k] = value if abs(value) > SUBNORMAL else np.float32(0.0)


@_part
def _due(state: State, voice: int, tier: int, rate: float) -> bool:
    """Whether a tier whose clock goes at `rate` (1: as in training, 0: not at all) steps now."""
    clock = state.clocks[voice, tier]
    if clock < 1.0:  # 1: of a new voice, whose first step is due at any rate
        clock += min(max(rate, 0.0), 1.0)
    due: bool = clock >= 1.0
    state.clocks[voice, tier] = clock - 1.0 if due else clock
    return due


@_part
def _slow(
    weights: Weights, state: State, scratch: Scratch, voice: int, bias: int, rate: float
) -> None:
    if not _due(state, voice, SLOW, rate):
        return
    w = weights.width
    hidden, told = place(state.hidden, 2 * voice * w), place(scratch.told, 0)
    gates, own = place(scratch.gates, 0), place(scratch.own, 0)
    product(
        1, place(weights.lanes, weights.slow_in_at), weights.told, 3 * w, told, 0, bias, 0, gates, 0
    )
    product(
        1, place(weights.lanes, weights.slow_at), w, 3 * w, hidden, 0,
        place(weights.slow_bias, 0), 0, own, 0,
    )  # fmt: skip
    turn_gru(w, gates, own, hidden)
    product(
        1, place(weights.lanes, weights.slow_out_at), w, state.slow_out.shape[1] * w, hidden, 0,
        place(weights.slow_out_bias, 0), 0,
        place(state.slow_out, voice * state.slow_out.shape[1] * w), 0,
    )  # fmt: skip


@_part
def _middle(
    weights: Weights, state: State, scratch: Scratch, voice: int, bias: int, rate: float
) -> None:
    if not _due(state, voice, MIDDLE, rate):
        return
    w = weights.width
    hidden = place(state.hidden, (2 * voice + 1) * w)
    inputs, gates, own = place(scratch.inputs, 0), place(scratch.gates, 0), place(scratch.own, 0)
    step = voice * state.slow_out.shape[1] + state.position[voice] // STEP
    add(w, place(state.slow_out, step * w), bias + 4 * 3 * w, inputs)
    product(
        1, place(weights.lanes, weights.middle_told_at), weights.told, w, place(scratch.told, 0), 0,
        inputs, 0, inputs, 0,
    )  # fmt: skip
    product(
        1, place(weights.lanes, weights.middle_in_at), w, 3 * w, inputs, 0,
        place(weights.middle_in_bias, 0), 0, gates, 0,
    )  # fmt: skip
    product(
        1, place(weights.lanes, weights.middle_at), w, 3 * w, hidden, 0,
        place(weights.middle_bias, 0), 0, own, 0,
    )  # fmt: skip
    turn_gru(w, gates, own, hidden)
    product(
        1, place(weights.lanes, weights.middle_out_at), w, STEP * w, hidden, 0,
        place(weights.middle_out_bias, 0), 0, place(state.middle_out, voice * STEP * w), 0,
    )  # fmt: skip


@_part
def _predict(weights: Weights, state: State, scratch: Scratch, voice: int, bias: int) -> None:
    """The logits of the next code."""
    w, position = weights.width, state.position[voice]
    hidden, output = place(scratch.hidden, 0), place(scratch.output, 0)
    middle = (voice * STEP + position % STEP) * w
    add(w, place(state.middle_out, middle), bias + 4 * 4 * w, hidden)
    for tap in range(TAPS):
        code = state.codes[voice, (position + FRAME - TAPS + tap) % FRAME]
        add(w, hidden, place(weights.tables, (tap * LEVELS + code) * w), hidden)
    product(
        1, place(weights.lanes, weights.sample_told_at), weights.told, w, place(scratch.told, 0), 0,
        hidden, 0, hidden, 0,
    )  # fmt: skip
    rectify(w, hidden)
    product(
        1, place(weights.lanes, weights.output_at), w, w, hidden, 0,
        place(weights.output_bias, 0), 0, output, 0,
    )  # fmt: skip
    rectify(w, output)
    product(
        1, place(weights.lanes, weights.logit_at), w, LEVELS, output, 0,
        place(weights.logit_bias, 0), 0, place(scratch.logits, 0), 0,
    )  # fmt: skip


@_whole
def fill_bias(weights: Weights, embedding: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Fill `out` (5W,) with the biases of an instrument at `embedding` (E,). [render]"""
    for k in range(len(out)):
        total = weights.instrument_bias[k]
        for e in range(len(embedding)):
            total += weights.instrument[e, k] * embedding[e]
        out[k] = total
