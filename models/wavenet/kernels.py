"""WaveNet sampling: all voices of a block in one call that compiles to machine code. [render]

Frames go in chunks of up to `CHUNK`. What does not depend on codes still to be drawn, the
conditioning and the taps further back than a chunk, is computed for the whole chunk at once, so
those weights are read once a chunk. Voices go four, two or one at a time and share every weight.
Neither changes the order of any sum: a voice's bits depend on nothing but the voice.

Nothing here allocates, raises, or reads out of range, whatever the numbers are.
"""

import numpy as np
from numpy.typing import NDArray

from ..compiled.bfloat16 import product
from ..compiled.categorical import draw
from ..compiled.decorators import part, whole_call
from ..compiled.elementwise import add, copy, normal, rectify
from ..compiled.mulaw import LEVELS
from ..compiled.multicore import TOGETHER
from ..compiled.vectors import place
from .activations import gate
from .memory import CHUNK, Scratch, State
from .packing import NO_CODE, Weights


@whole_call
def sample(
    weights: Weights,
    state: State,
    scratch: Scratch,
    active: NDArray[np.int32],
    frames: int,
    conditioning: NDArray[np.float32],
    gate_bias: NDArray[np.float32],
    uniforms: NDArray[np.float32],
    temperatures: NDArray[np.float32],
    codes: NDArray[np.uint8],
    logits: NDArray[np.float32],
    forced: bool,
) -> None:
    """Draw `frames` codes of every band for each voice in `active`. [render]

    `Sampler.sample` describes the arrays; a frame's codes and uniforms lie band after band. With
    `forced` the codes are read instead. `logits` (V, frames, Σ codes) gets the first frames it has
    room for.
    """
    bands = len(weights.codes)
    for voice in active:
        _stay_in_range(weights, state, voice)
    first = 0
    while first < len(active):
        columns = _columns(len(active) - first)
        start = 0
        while start < frames:
            count = min(CHUNK, frames - start)
            for slot in range(columns):
                voice = active[first + slot]
                bias = gate_bias[min(voice, len(gate_bias) - 1)]
                _read_conditioning(scratch, conditioning[voice, start : start + count])
                _begin_chunk(weights, state, scratch, voice, slot, count, bias)
            for frame in range(count):
                now = start + frame
                _predict(weights, state, scratch, active, first, columns, frame)
                for slot in range(columns):
                    voice = active[first + slot]
                    if now < logits.shape[1]:
                        _show(weights, scratch, slot, logits[voice, now])
                    for band in range(bands):
                        place_ = now * bands + band
                        if not forced:
                            drawn = draw(
                                scratch.logits, band * TOGETHER + slot, weights.choices[band],
                                scratch.sums, temperatures[voice], uniforms[voice, place_],
                            )  # fmt: skip
                            codes[voice, place_] = min(drawn, weights.codes[band] - 1)
                        state.codes[voice, 2 * band + 1] = state.codes[voice, 2 * band]
                        state.codes[voice, 2 * band] = codes[voice, place_]
            start += count
        first += columns


@part
def _columns(left: int) -> int:
    return 4 if left >= 4 else 2 if left >= 2 else 1


@part
def _show(weights: Weights, scratch: Scratch, slot: int, logits: NDArray[np.float32]) -> None:
    """Copy a voice's logits, band after band."""
    first = 0
    for band in range(len(weights.codes)):
        for k in range(weights.codes[band]):
            logits[first + k] = scratch.logits[band * TOGETHER + slot, k]
        first += weights.codes[band]


@part
def _stay_in_range(weights: Weights, state: State, voice: int) -> None:
    """Clamp a state's positions: a state from a damaged file must not leave the arrays."""
    for layer in range(len(weights.dilations)):
        if not 0 <= state.cursors[voice, layer] < weights.dilations[layer]:
            state.cursors[voice, layer] = 0
    for k in range(state.codes.shape[1]):
        highest = NO_CODE if k % 2 else weights.codes[k // 2] - 1
        state.codes[voice, k] = min(max(state.codes[voice, k], 0), highest)


@part
def _read_conditioning(scratch: Scratch, conditioning: NDArray[np.float32]) -> None:
    """Read (frames, C) into scratch."""
    for frame in range(conditioning.shape[0]):
        for k in range(min(conditioning.shape[1], scratch.conditioning.shape[1])):
            scratch.conditioning[frame, k] = normal(conditioning[frame, k])


@part
def _begin_chunk(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    slot: int,
    frames: int,
    gate_bias: NDArray[np.float32],
) -> None:
    """Set gates[slot] = bias + conditioning + past taps further back than a chunk."""
    r, c, layers = weights.residual, weights.conditioning, len(weights.dilations)
    step = layers * 2 * r
    for layer in range(layers):
        frame = 0
        while frame < frames:
            columns = _columns(frames - frame)
            gates = place(scratch.gates, (slot * CHUNK + frame) * step + layer * 2 * r)
            product(
                columns, place(weights.lanes, weights.condition_at[layer]), c, 2 * r,
                place(scratch.conditioning, frame * c), c,
                place(gate_bias, layer * 2 * r), 0, gates, step,
            )  # fmt: skip
            if weights.dilations[layer] >= CHUNK:
                for column in range(columns):
                    _recall(weights, state, scratch, voice, layer, frame + column, column)
                product(
                    columns, place(weights.lanes, weights.past_at[layer]), r, 2 * r,
                    place(scratch.taps, 0), r, gates, step, gates, step,
                )  # fmt: skip
            frame += columns


@part
def _recall(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    layer: int,
    frame: int,
    column: int,
) -> None:
    """Set taps[column] = the layer's input one dilation before the `frame`-th frame from now."""
    row = state.cursors[voice, layer] + frame
    if row >= weights.dilations[layer]:
        row -= weights.dilations[layer]
    r = weights.residual
    source = _history(weights, state, voice, layer, row)
    copy(r, source, place(scratch.taps, column * r))


@part
def _history(weights: Weights, state: State, voice: int, layer: int, row: int) -> int:
    """Return the place of a row of a layer's ring."""
    row += weights.history_at[layer] + voice * state.history.shape[1]
    first: int = place(state.history, row * weights.residual)
    return first


@part
def _predict(
    weights: Weights,
    state: State,
    scratch: Scratch,
    active: NDArray[np.int32],
    first: int,
    columns: int,
    frame: int,
) -> None:
    """Compute the next frame's logits of `columns` voices, `frame` frames into the chunk."""
    r, s = weights.residual, weights.skip
    for slot in range(columns):
        _hear(weights, state.codes[active[first + slot]], place(scratch.hidden, slot * r))
    for layer in range(len(weights.dilations)):
        _layer(weights, state, scratch, active, first, columns, frame, layer)
    skips, outputs = place(scratch.skips, 0), place(scratch.outputs, 0)
    rectify(columns * s, skips)
    first_output, first_choice = 0, 0
    for band in range(len(weights.codes)):
        a, choices = weights.outputs[band], weights.choices[band]
        product(
            columns, place(weights.lanes, weights.output_at[band]), s, a, skips, s,
            place(weights.output_bias, first_output), 0, outputs, a,
        )  # fmt: skip
        rectify(columns * a, outputs)
        product(
            columns, place(weights.lanes, weights.logit_at[band]), a, choices, outputs, a,
            place(weights.logit_bias, first_choice), 0,
            place(scratch.logits, band * TOGETHER * LEVELS), LEVELS,
        )  # fmt: skip
        first_output += a
        first_choice += choices


@part
def _hear(weights: Weights, codes: NDArray[np.int64], hidden: int) -> None:
    """Set `hidden` to the first layer's input: the last two codes of every band."""
    r, first, nothing = weights.residual, 0, len(weights.current_codes)
    for band in range(len(weights.codes)):
        now, before = codes[2 * band], codes[2 * band + 1]
        current = place(weights.current_codes, (first + now) * r)
        row = first + before if before < weights.codes[band] else nothing
        previous = place(weights.previous_codes, row * r)
        if band == 0:
            add(r, current, previous, hidden)
        else:
            add(r, hidden, current, hidden)
            add(r, hidden, previous, hidden)
        first += weights.codes[band]


@part
def _layer(
    weights: Weights,
    state: State,
    scratch: Scratch,
    active: NDArray[np.int32],
    first: int,
    columns: int,
    frame: int,
    layer: int,
) -> None:
    """Advance `hidden` to the next layer's input, and add this layer's part to the skips."""
    r, layers, s = weights.residual, len(weights.dilations), weights.skip
    dilation = weights.dilations[layer]
    step = CHUNK * layers * 2 * r
    gates = place(scratch.gates, (frame * layers + layer) * 2 * r)
    hidden, gated = place(scratch.hidden, 0), place(scratch.gated, 0)
    skips = place(scratch.skips, 0)
    if dilation < CHUNK:
        for slot in range(columns):
            _recall(weights, state, scratch, active[first + slot], layer, 0, slot)
        product(
            columns, place(weights.lanes, weights.past_at[layer]), r, 2 * r,
            place(scratch.taps, 0), r, gates, step, gates, step,
        )  # fmt: skip
    product(
        columns, place(weights.lanes, weights.current_at[layer]), r, 2 * r,
        hidden, r, gates, step, gates, step,
    )  # fmt: skip
    for slot in range(columns):
        voice = active[first + slot]
        cursor = state.cursors[voice, layer]
        gate(
            r, gates + 4 * slot * step, gated + 4 * slot * r, hidden + 4 * slot * r,
            _history(weights, state, voice, layer, cursor), place(weights.residual_bias, layer * r),
        )  # fmt: skip
        state.cursors[voice, layer] = cursor + 1 if cursor + 1 < dilation else 0
    if layer < layers - 1:
        product(
            columns, place(weights.lanes, weights.residual_at[layer]), r, r,
            gated, r, hidden, r, hidden, r,
        )  # fmt: skip
    start = place(weights.skip_bias, 0) if layer == 0 else skips
    product(
        columns, place(weights.lanes, weights.skip_at[layer]), r, s,
        gated, r, start, 0 if layer == 0 else s, skips, s,
    )  # fmt: skip
