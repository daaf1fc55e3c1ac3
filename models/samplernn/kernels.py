"""SampleRNN sampling: all samples of a voice's block in one call that compiles. [render]

A voice's frame begins with its onset, so voices are at different places in their frames and go one
after the other. A voice's bits depend on nothing but the voice, nor on how its samples are cut
into calls.

Nothing here allocates, raises, or reads out of range, whatever the numbers are.
"""

import numpy as np
from numpy.typing import NDArray

from ..compiled.categorical import draw
from ..compiled.decorators import part, whole_call
from ..compiled.dense import advance, apply
from ..compiled.elementwise import add, normal, rectify
from ..compiled.mulaw import LEVELS, SILENCE
from ..compiled.recurrent import step_gru
from ..compiled.vectors import place
from .config import FRAME, STEP, TAPS, UP
from .packing import Scratch, State, Weights

SLOW, MIDDLE = 0, 1
SCALE = np.float32(1 / 64)  # of a code's distance from silence, as in `network.py`


@whole_call
def sample(
    weights: Weights,
    state: State,
    scratch: Scratch,
    rates: NDArray[np.float64],
    active: NDArray[np.int32],
    frames: int,
    conditioning: NDArray[np.float32],
    bias: NDArray[np.float32],
    uniforms: NDArray[np.float32],
    temperatures: NDArray[np.float32],
    codes: NDArray[np.uint8],
    logits: NDArray[np.float32],
    forced: bool,
) -> None:
    """Implement `VoiceSampler.draw`; `rates` are those of the slow and middle clocks. [render]"""
    for voice in active:
        _stay_in_range(state, voice)
        start = place(bias, min(voice, len(bias) - 1) * bias.shape[1])
        for now in range(frames):
            _tell(state, scratch, voice, conditioning[voice, now])
            position = state.position[voice]
            if position == 0 and _due(state, voice, SLOW, rates[SLOW]):
                _slow(weights, state, scratch, voice, start)
            if position % STEP == 0 and _due(state, voice, MIDDLE, rates[MIDDLE]):
                _middle(weights, state, scratch, voice, start)
            _predict(weights, state, scratch, voice, start)
            if now < logits.shape[1]:
                for k in range(LEVELS):
                    logits[voice, now, k] = scratch.logits[0, k]
            if not forced:
                codes[voice, now] = draw(
                    scratch.logits, 0, LEVELS, scratch.sums, temperatures[voice],
                    uniforms[voice, now],
                )  # fmt: skip
            state.codes[voice, position] = codes[voice, now]
            state.position[voice] = (position + 1) % FRAME


@part
def _stay_in_range(state: State, voice: int) -> None:
    """Clamp a state's positions: a state from a damaged file must not leave the arrays."""
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


@part
def _tell(state: State, scratch: Scratch, voice: int, conditioning: NDArray[np.float32]) -> None:
    """Fill `told` with the last 16 samples, oldest first, and the conditioning."""
    position = state.position[voice]
    for k in range(FRAME):
        code = state.codes[voice, (position + k) % FRAME]
        scratch.told[k] = np.float32(code - SILENCE) * SCALE
    for k in range(min(conditioning.shape[0], len(scratch.told) - FRAME)):
        scratch.told[FRAME + k] = normal(conditioning[k])


@part
def _due(state: State, voice: int, tier: int, rate: float) -> bool:
    """Return True if a tier steps now; its clock goes at `rate`, 1 as in training, 0 stopped."""
    clock = state.clocks[voice, tier]
    if clock < 1.0:  # 1: of a new voice, whose first step is due at any rate
        clock += min(max(rate, 0.0), 1.0)
    due: bool = clock >= 1.0
    state.clocks[voice, tier] = clock - 1.0 if due else clock
    return due


@part
def _slow(weights: Weights, state: State, scratch: Scratch, voice: int, bias: int) -> None:
    w = state.hidden.shape[2]
    hidden = place(state.hidden, 2 * voice * w)
    step_gru(weights.slow, place(scratch.told, 0), bias, place(scratch.gates, 0), hidden)
    apply(weights.slow_out, hidden, place(state.slow_out, voice * UP * w))


@part
def _middle(weights: Weights, state: State, scratch: Scratch, voice: int, bias: int) -> None:
    w = state.hidden.shape[2]
    hidden, inputs = place(state.hidden, (2 * voice + 1) * w), place(scratch.inputs, 0)
    step = voice * UP + state.position[voice] // STEP
    add(w, place(state.slow_out, step * w), bias + 4 * 3 * w, inputs)
    advance(weights.middle_told, place(scratch.told, 0), inputs, inputs)
    step_gru(
        weights.middle, inputs, place(weights.middle.told.bias, 0), place(scratch.gates, 0), hidden
    )
    apply(weights.middle_out, hidden, place(state.middle_out, voice * STEP * w))


@part
def _predict(weights: Weights, state: State, scratch: Scratch, voice: int, bias: int) -> None:
    """Compute the logits of the next code."""
    w, position = state.hidden.shape[2], state.position[voice]
    hidden, output = place(scratch.inputs, 0), place(scratch.output, 0)
    middle = (voice * STEP + position % STEP) * w
    add(w, place(state.middle_out, middle), bias + 4 * 4 * w, hidden)
    for tap in range(TAPS):
        code = state.codes[voice, (position + FRAME - TAPS + tap) % FRAME]
        add(w, hidden, place(weights.tables, (tap * LEVELS + code) * w), hidden)
    advance(weights.sample_told, place(scratch.told, 0), hidden, hidden)
    rectify(w, hidden)
    apply(weights.output, hidden, output)
    rectify(w, output)
    apply(weights.logit, output, place(scratch.logits, 0))
