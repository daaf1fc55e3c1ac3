"""WaveNet sampling: all voices of a block in one call that compiles to machine code. [render]

Frames are computed in chunks of up to `CHUNK`. What does not depend on codes still to be drawn, the
conditioning and the taps further back than a chunk, is computed for the whole chunk at once, so
these weights are read once a chunk. Voices go through the rest four, two or one at a time and share
each weight. Neither changes the order of any sum: a voice's bits depend on nothing but the voice.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..bfloat16 import product
from .activations import exponentials, gate
from .config import LEVELS
from .packing import Weights

CHUNK = 4  # frames
GROUP = 4  # voices


class State(NamedTuple):
    """Everything the future output depends on; V voices, L layers."""

    history: NDArray[np.float32]  # (V, Σ dilations, R) rings of each layer's last inputs
    cursors: NDArray[np.int64]  # (V, L) oldest row of each ring
    codes: NDArray[np.int64]  # (V, 2) the last code and the one before


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    conditioning: NDArray[np.float32]  # (CHUNK, C)
    taps: NDArray[np.float32]  # (CHUNK, R)
    gates: NDArray[np.float32]  # (GROUP, CHUNK, L, 2R)
    hidden: NDArray[np.float32]  # (GROUP, R)
    gated: NDArray[np.float32]  # (GROUP, R)
    skips: NDArray[np.float32]  # (GROUP, S)
    outputs: NDArray[np.float32]  # (GROUP, A)
    logits: NDArray[np.float32]  # (GROUP, 256)


@njit(nogil=True, cache=True, error_model="numpy")
def _columns(left: int) -> int:
    return 4 if left >= 4 else 2 if left >= 2 else 1


@njit(nogil=True, cache=True, error_model="numpy")
def _tap(
    weights: Weights, state: State, scratch: Scratch, voice: int, layer: int, frame: int, row: int
) -> None:
    """What `layer` sees `frame` frames from now through its past tap, into taps[row]."""
    dilation = weights.dilations[layer]
    place = state.cursors[voice, layer] + frame
    if place >= dilation:
        place -= dilation
    place += weights.history_at[layer]
    for r in range(weights.residual):
        scratch.taps[row, r] = state.history[voice, place, r]


@njit(nogil=True, cache=True, error_model="numpy")
def _begin_chunk(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voice: int,
    slot: int,
    frames: int,
    conditioning: NDArray[np.float32],
    gate_bias: NDArray[np.float32],
) -> None:
    """Into gates[slot]: bias, conditioning and those past taps that are known, for each frame."""
    r, c = weights.residual, weights.conditioning
    layers = len(weights.dilations)
    width = layers * 2 * r
    base = slot * CHUNK * width
    for frame in range(frames):
        for k in range(conditioning.shape[1]):
            value = conditioning[frame, k]
            # subnormal numbers are slow on some CPUs
            scratch.conditioning[frame, k] = value if abs(value) > 1e-30 else np.float32(0.0)
        for layer in range(layers):
            for k in range(2 * r):
                scratch.gates[slot, frame, layer, k] = gate_bias[layer * 2 * r + k]
    for layer in range(layers):
        known = weights.dilations[layer] >= CHUNK
        frame = 0
        while frame < frames:
            columns = _columns(frames - frame)
            at = base + frame * width + layer * 2 * r
            if c > 0:
                product(
                    weights.lanes, weights.condition_at[layer], c, 2 * r, columns,
                    scratch.conditioning, frame * c, c, scratch.gates, at, width,
                )  # fmt: skip
            if known:
                for column in range(columns):
                    _tap(weights, state, scratch, voice, layer, frame + column, column)
                product(
                    weights.lanes, weights.past_at[layer], r, 2 * r, columns,
                    scratch.taps, 0, r, scratch.gates, at, width,
                )  # fmt: skip
            frame += columns


@njit(nogil=True, cache=True, error_model="numpy")
def _layer(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voices: NDArray[np.int32],
    columns: int,
    frame: int,
    layer: int,
) -> None:
    """One layer of one frame: hidden → hidden, and its part of the skips."""
    r, layers = weights.residual, len(weights.dilations)
    dilation = weights.dilations[layer]
    at, step = (frame * layers + layer) * 2 * r, CHUNK * layers * 2 * r
    if dilation < CHUNK:
        for column in range(columns):
            _tap(weights, state, scratch, voices[column], layer, 0, column)
        product(
            weights.lanes, weights.past_at[layer], r, 2 * r, columns,
            scratch.taps, 0, r, scratch.gates, at, step,
        )  # fmt: skip
    product(
        weights.lanes, weights.current_at[layer], r, 2 * r, columns,
        scratch.hidden, 0, r, scratch.gates, at, step,
    )  # fmt: skip
    for column in range(columns):
        gate(scratch.gates, at + column * step, r, scratch.gated, column * r)
        voice = voices[column]
        cursor = state.cursors[voice, layer]
        row = weights.history_at[layer] + cursor
        for k in range(r):
            state.history[voice, row, k] = scratch.hidden[column, k]
        state.cursors[voice, layer] = cursor + 1 if cursor + 1 < dilation else 0
    if layer < layers - 1:
        for column in range(columns):
            for k in range(r):
                scratch.hidden[column, k] += weights.residual_bias[layer, k]
        product(
            weights.lanes, weights.residual_at[layer], r, r, columns,
            scratch.gated, 0, r, scratch.hidden, 0, r,
        )  # fmt: skip
    product(
        weights.lanes, weights.skip_at[layer], r, weights.skip, columns,
        scratch.gated, 0, r, scratch.skips, 0, weights.skip,
    )  # fmt: skip


@njit(nogil=True, cache=True, error_model="numpy")
def _head(weights: Weights, scratch: Scratch, columns: int) -> None:
    """skips → outputs → logits."""
    for column in range(columns):
        for k in range(weights.skip):
            scratch.skips[column, k] = max(scratch.skips[column, k], np.float32(0.0))
        for k in range(weights.output):
            scratch.outputs[column, k] = weights.output_bias[k]
        for k in range(LEVELS):
            scratch.logits[column, k] = weights.logit_bias[k]
    product(
        weights.lanes, weights.output_at, weights.skip, weights.output, columns,
        scratch.skips, 0, weights.skip, scratch.outputs, 0, weights.output,
    )  # fmt: skip
    for column in range(columns):
        for k in range(weights.output):
            scratch.outputs[column, k] = max(scratch.outputs[column, k], np.float32(0.0))
    product(
        weights.lanes, weights.logit_at, weights.output, LEVELS, columns,
        scratch.outputs, 0, weights.output, scratch.logits, 0, LEVELS,
    )  # fmt: skip


@njit(nogil=True, cache=True, error_model="numpy")
def _draw(logits: NDArray[np.float32], column: int, temperature: float, uniform: float) -> int:
    """The code at which the cumulative distribution passes `uniform`; destroys the logits."""
    highest = logits[column, 0]
    for k in range(LEVELS):
        highest = max(highest, logits[column, k])
    scale = np.float32(1.0 / max(temperature, 1e-3))
    exponentials(logits, column * LEVELS, LEVELS, highest, scale)
    total = np.float32(0.0)
    for k in range(LEVELS):
        total += logits[column, k]
    target = np.float32(uniform) * total
    passed = np.float32(0.0)
    for k in range(LEVELS):
        passed += logits[column, k]
        if passed > target:
            return k
    return LEVELS - 1


@njit(nogil=True, cache=True, error_model="numpy")
def _frame(
    weights: Weights,
    state: State,
    scratch: Scratch,
    voices: NDArray[np.int32],
    columns: int,
    frame: int,
) -> None:
    """Logits of one frame of a group of voices, `frame` frames into the chunk."""
    for column in range(columns):
        now, before = state.codes[voices[column], 0], state.codes[voices[column], 1]
        for k in range(weights.residual):
            scratch.hidden[column, k] = (
                weights.current_codes[now, k] + weights.previous_codes[before, k]
            )
        for k in range(weights.skip):
            scratch.skips[column, k] = weights.skip_bias[k]
    for layer in range(len(weights.dilations)):
        _layer(weights, state, scratch, voices, columns, frame, layer)
    _head(weights, scratch, columns)


@njit(nogil=True, cache=True, error_model="numpy")
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
    """Draw `frames` codes for each voice in `active`; see `Sampler.sample` for the arrays. [render]"""
    first = 0
    while first < len(active):
        columns = _columns(len(active) - first)
        voices = active[first : first + columns]
        start = 0
        while start < frames:
            count = min(CHUNK, frames - start)
            for slot in range(columns):
                voice = voices[slot]
                _begin_chunk(
                    weights, state, scratch, voice, slot, count,
                    conditioning[voice, start : start + count],
                    gate_bias[min(voice, len(gate_bias) - 1)],
                )  # fmt: skip
            for frame in range(count):
                _frame(weights, state, scratch, voices, columns, frame)
                for column in range(columns):
                    voice, now = voices[column], start + frame
                    if now < logits.shape[1]:
                        for k in range(LEVELS):
                            logits[voice, now, k] = scratch.logits[column, k]
                    if not forced:
                        code = _draw(
                            scratch.logits, column, temperatures[voice], uniforms[voice, now]
                        )
                        codes[voice, now] = code
                    state.codes[voice, 1] = state.codes[voice, 0]
                    state.codes[voice, 0] = codes[voice, now]
            start += count
        first += columns


@njit(nogil=True, cache=True, error_model="numpy")
def fill_gate_bias(
    weights: Weights, embedding: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Every layer's bias (L · 2R,) for an instrument at `embedding` (E,). [render]"""
    for k in range(len(out)):
        total = weights.gate_bias[k]
        for e in range(len(embedding)):
            total += weights.instrument[e, k] * embedding[e]
        out[k] = total
