"""Frames of the prior, drawn or forced, in calls that compile to machine code. [render]

There are 50 to 100 frames a second, so plain loops do beside the products.

Nothing here allocates, raises, or reads out of range, whatever the numbers are.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ...compiled.bfloat16 import product
from ...compiled.conv.kernels import part, whole_call
from ...compiled.vectors import place
from .memory import Scratch, State
from .packing import Weights

COLDEST = 1e-3  # at and below this temperature the likeliest code is taken
HALVINGS = 40  # in the search for the k-th highest logit: more than a float32 has bits


@whole_call
def sample(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    label_weights: NDArray[np.float32],
    temperature: float,
    top_k: int,
    uniforms: NDArray[np.float32],
    codes: NDArray[np.uint16],
    restlessness: float,
    share: float,
) -> None:
    """Implement `PriorSampler.sample`; a frame's surprise enters the mean by `share`. [render]"""
    surprise = 0.0
    temperature = begin_frame(
        weights, state, scratch, voice, label_weights, temperature, restlessness
    )
    for stage in range(weights.stages):
        surprise += draw_stage(weights, scratch, stage, temperature, top_k, uniforms, codes)
    end_frame(weights, state, voice, codes, surprise, share)


@whole_call
def begin_frame(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    label_weights: NDArray[np.float32],
    temperature: float,
    restlessness: float,
) -> float:
    """Do the part of `sample` before the first code; return the temperature to draw at. [render]"""
    least = restlessness * math.log(weights.codes)
    _core(weights, state, scratch, voice, label_weights)
    warmed: float = _warmed(temperature, state.surprise[voice], least)
    return warmed


@whole_call
def draw_stage(
    weights: Weights,
    scratch: Scratch,
    stage: int,
    temperature: float,
    top_k: int,
    uniforms: NDArray[np.float32],
    codes: NDArray[np.uint16],
) -> float:
    """Do the part of `sample` that draws one code; return its share of the surprise. [render]"""
    _predict(weights, scratch, stage)
    logits = scratch.logits[: weights.codes]
    normaliser = _log_sum_exp(logits)
    code, logit = _draw(logits, temperature, top_k, uniforms[stage])
    codes[stage] = code
    _see(weights, scratch, stage, code)
    return float((normaliser - logit) / weights.stages)


@whole_call
def end_frame(
    weights: Weights,
    state: State,
    voice: int,
    codes: NDArray[np.uint16],
    surprise: float,
    share: float,
) -> None:
    """Do the part of `sample` after the last code. [render]"""
    _remember(weights, state, voice, codes)
    before = state.surprise[voice]
    mean = before + share * (surprise - before)
    state.surprise[voice] = mean if mean >= 0.0 else 0.0


@whole_call
def force(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    label_weights: NDArray[np.float32],
    codes: NDArray[np.uint16],
    logits: NDArray[np.float32],
) -> None:
    """Implement `PriorSampler.force`; `logits` gets the first frames it has room for. [render]"""
    for frame in range(len(codes)):
        _core(weights, state, scratch, voice, label_weights)
        if frame < len(logits):
            for stage in range(weights.stages):
                _predict(weights, scratch, stage)
                for code in range(weights.codes):
                    logits[frame, stage, code] = scratch.logits[code]
                _see(weights, scratch, stage, codes[frame, stage])
        _remember(weights, state, voice, codes[frame])


@part
def _core(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    label_weights: NDArray[np.float32],
) -> None:
    """Compute one step of every recurrent layer; the last one's output begins `scratch.seen`."""
    w = weights.width
    _read_inputs(weights, state, scratch, voice, label_weights)
    source, inputs = place(scratch.inputs, 0), len(scratch.inputs)
    for layer in range(len(weights.input_at)):
        hidden = state.hidden[voice, layer]
        for k in range(w):  # a state may come from a damaged file; a true one is within ±1
            if not abs(hidden[k]) <= np.float32(1.0):
                hidden[k] = np.float32(0.0)
        product(
            1, place(weights.lanes, weights.input_at[layer]), inputs, 3 * w, source, 0,
            place(weights.input_bias, layer * 3 * w), 0, place(scratch.from_input, 0), 0,
        )  # fmt: skip
        product(
            1, place(weights.lanes, weights.recurrent_at[layer]), w, 3 * w, place(hidden, 0), 0,
            place(weights.recurrent_bias, layer * 3 * w), 0, place(scratch.from_state, 0), 0,
        )  # fmt: skip
        _turn_gates(w, scratch.from_input, scratch.from_state, hidden)
        source, inputs = place(hidden, 0), w
    for k in range(w):
        scratch.seen[k] = state.hidden[voice, len(weights.input_at) - 1, k]


@part
def _read_inputs(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    label_weights: NDArray[np.float32],
) -> None:
    """Gather the points of the last frame's codes, and the mixture of the labels' points."""
    d, first = weights.points, weights.stages * weights.points
    for stage in range(weights.stages):
        code = min(max(state.codes[voice, stage], 0), weights.codes)
        for k in range(d):
            scratch.inputs[stage * d + k] = weights.tables[stage, code, k]
    for k in range(weights.labels.shape[1]):
        total = np.float32(0.0)
        for label in range(min(len(label_weights), len(weights.labels))):
            total += label_weights[label] * weights.labels[label, k]
        scratch.inputs[first + k] = total


@part
def _turn_gates(
    width: int,
    from_input: NDArray[np.float32],
    from_state: NDArray[np.float32],
    hidden: NDArray[np.float32],
) -> None:
    """Set h = (1 - z) n + z h with n = tanh(i_n + r s_n), gates r, z = sigmoid(i + s)."""
    for k in range(width):
        reset = _sigmoid(from_input[k] + from_state[k])
        update = _sigmoid(from_input[width + k] + from_state[width + k])
        new = math.tanh(from_input[2 * width + k] + reset * from_state[2 * width + k])
        hidden[k] = new + update * (hidden[k] - new)


@part
def _sigmoid(x: np.float32) -> np.float32:
    one = np.float32(1.0)
    return one / (one + math.exp(-x))


@part
def _predict(weights: Weights, scratch: Scratch, stage: int) -> None:
    """Compute a stage's logits from the core's output and the codes of the stages before."""
    w, d = weights.width, weights.points
    hidden, point = place(scratch.hidden, 0), place(scratch.point, 0)
    product(
        1, place(weights.lanes, weights.hidden_at[stage]), w + stage * d, w,
        place(scratch.seen, 0), 0, place(weights.hidden_bias, stage * w), 0, hidden, 0,
    )  # fmt: skip
    for k in range(w):
        scratch.hidden[k] = max(scratch.hidden[k], np.float32(0.0))
    product(
        1, place(weights.lanes, weights.point_at[stage]), w, d, hidden, 0,
        place(weights.point_bias, stage * d), 0, point, 0,
    )  # fmt: skip
    size = len(scratch.logits)
    product(
        1, place(weights.lanes, weights.logit_at[stage]), d, size, point, 0,
        place(weights.logit_bias, stage * size), 0, place(scratch.logits, 0), 0,
    )  # fmt: skip


@part
def _see(weights: Weights, scratch: Scratch, stage: int, code: int) -> None:
    """Copy a code's point to the inputs of the later stages."""
    d = weights.points
    row = min(code, weights.codes - 1)
    for k in range(d):
        scratch.seen[weights.width + stage * d + k] = weights.tables[stage, row, k]


@part
def _remember(weights: Weights, state: State, voice: int, codes: NDArray[np.uint16]) -> None:
    for stage in range(weights.stages):
        code = codes[stage] if codes[stage] < weights.codes else weights.codes - 1
        state.codes[voice, stage] = code


@part
def _warmed(temperature: float, surprise: float, least: float) -> float:
    """Return a temperature raised towards 1 while there is less surprise than `least`."""
    if temperature < 1.0 and surprise < least:
        return temperature + (1.0 - temperature) * (1.0 - surprise / least)
    return temperature


@part
def _log_sum_exp(logits: NDArray[np.float32]) -> float:
    top, total = logits[0], 0.0
    for x in logits:
        top = max(top, x)
    for x in logits:
        total += math.exp(x - top)
    return float(top + math.log(total))


@part
def _draw(
    logits: NDArray[np.float32], temperature: float, top_k: int, uniform: float
) -> tuple[int, float]:
    """Return the first code at which the distribution function exceeds `uniform`, and its logit.

    Destroys the logits.
    """
    best = 0
    for code in range(len(logits)):
        if logits[code] > logits[best]:
            best = code
    top = logits[best]
    if not temperature > COLDEST:
        return best, top
    if 0 < top_k < len(logits):
        _drop_all_but(logits, top_k)
    scale, total = np.float32(1.0 / temperature), 0.0
    for code in range(len(logits)):
        logits[code] = math.exp((logits[code] - top) * scale)
        total += logits[code]
    target, passed = max(uniform, 0.0) * total, 0.0  # a target below 0 could select a dropped code
    for code in range(len(logits)):
        passed += logits[code]
        if passed > target:
            return code, top + temperature * math.log(logits[code])
    return best, top


@part
def _drop_all_but(logits: NDArray[np.float32], k: int) -> None:
    """Set logits below the `k` highest to -inf; equals of the last one stay."""
    low = high = logits[0]
    for x in logits:
        low, high = min(low, x), max(high, x)
    for _ in range(HALVINGS):  # at least k of the logits reach `low`, fewer reach `high`
        middle = low + (high - low) * np.float32(0.5)
        count = 0
        for x in logits:
            count += 1 if x >= middle else 0
        if count >= k:
            low = middle
        else:
            high = middle
    for code in range(len(logits)):
        if not logits[code] >= low:
            logits[code] = -np.inf
