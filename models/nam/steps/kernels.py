"""Compiled steps of a program (see `program`): time is the vector axis. [render]

Every frame is computed by the same operations in the same order, whichever lane of whichever vector
it falls into. So the bits do not depend on how the sound is cut into blocks.
"""

from ...compiled.decorators import part, whole_call
from ...compiled.elementwise import move
from ...compiled.vectors import LANES, place
from .functions import (
    add,
    blend,
    copy,
    fast_tanh,
    hard_swish,
    linear_ends,
    multiply,
    scale_shift,
    sigmoid,
    silu,
    soft_sign,
    tanh,
)
from .program import CHUNK, Kind
from .recurrence import GRU_GATES, LSTM_GATES, layer
from .row_code import ADDRESS, BEFORE, CHANNELS, FRAME_BYTES, STRIDE, product, rows

_copy, _add, _multiply = rows(copy, 1), rows(add, 2), rows(multiply, 2)
_scale_shift, _blend = rows(scale_shift, 3), rows(blend, 3)
_tanh, _fast_tanh, _sigmoid = rows(tanh, 1), rows(fast_tanh, 1), rows(sigmoid, 1)
_silu, _hard_swish, _soft_sign = rows(silu, 1), rows(hard_swish, 1), rows(soft_sign, 1)
_linear_ends = rows(linear_ends, 1, 4)

COPY, ADD, MULTIPLY = int(Kind.COPY), int(Kind.ADD), int(Kind.MULTIPLY)
SCALE_SHIFT, BLEND = int(Kind.SCALE_SHIFT), int(Kind.BLEND)
TANH, FAST_TANH, SIGMOID = int(Kind.TANH), int(Kind.FAST_TANH), int(Kind.SIGMOID)
SILU, HARD_SWISH, SOFT_SIGN = int(Kind.SILU), int(Kind.HARD_SWISH), int(Kind.SOFT_SIGN)
LINEAR_ENDS, PRODUCT = int(Kind.LINEAR_ENDS), int(Kind.PRODUCT)
LSTM, GRU = int(Kind.LSTM), int(Kind.GRU)

_lstm_4, _gru_4 = layer(4, LSTM_GATES), layer(4, GRU_GATES)
_lstm_8, _gru_8 = layer(8, LSTM_GATES), layer(8, GRU_GATES)
_lstm_16, _gru_16 = layer(16, LSTM_GATES), layer(16, GRU_GATES)

_new_8, _more_8 = product(8, 1, False), product(8, 1, True)
_new_4, _more_4 = product(4, 1, False), product(4, 1, True)
_new_2, _more_2 = product(2, 1, False), product(2, 1, True)
_new_1, _more_1 = product(1, 1, False), product(1, 1, True)


@part
def _product(channels, vectors, taps, count, numbers, based, target, stride, resolved):  # type: ignore[no-untyped-def]  # numba's own types
    """Compute a product, tile after tile."""
    inputs = 0
    for tap in range(taps + based, taps + based + count):
        resolved[tap, BEFORE] = inputs
        inputs += resolved[tap, CHANNELS]
    base = resolved[taps, ADDRESS]
    base_stride = resolved[taps, STRIDE]
    first_tap = place(resolved, 0) + 8 * 4 * (taps + based)
    weights = numbers + FRAME_BYTES * channels
    done = 0
    while done < channels:
        left = channels - done
        bias = numbers + FRAME_BYTES * done
        start = base + base_stride * done
        to = target + stride * done
        if left >= 8:
            width = 8
            if based:
                _more_8(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
            else:
                _new_8(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
        elif left >= 4:
            width = 4
            if based:
                _more_4(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
            else:
                _new_4(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
        elif left >= 2:
            width = 2
            if based:
                _more_2(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
            else:
                _new_2(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
        else:
            width = 1
            if based:
                _more_1(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
            else:
                _new_1(vectors, first_tap, count, weights, bias, start, base_stride, to, stride)
        weights += FRAME_BYTES * inputs * width
        done += width


@part
def _recurrent(kind, frames, source, units, target, stride, numbers, state):  # type: ignore[no-untyped-def]  # numba's own types
    """Run a recurrent layer; `source` is a resolved tap."""
    first, step, inputs = source[ADDRESS], source[STRIDE], source[CHANNELS]
    if kind == LSTM:
        if units <= 4:
            _lstm_4(frames, first, step, inputs, units, target, stride, numbers, state)
        elif units <= 8:
            _lstm_8(frames, first, step, inputs, units, target, stride, numbers, state)
        else:
            _lstm_16(frames, first, step, inputs, units, target, stride, numbers, state)
    elif units <= 4:
        _gru_4(frames, first, step, inputs, units, target, stride, numbers, state)
    elif units <= 8:
        _gru_8(frames, first, step, inputs, units, target, stride, numbers, state)
    else:
        _gru_16(frames, first, step, inputs, units, target, stride, numbers, state)


@part
def _advance(buffers, positions, arena, frames):  # type: ignore[no-untyped-def]  # numba's own types
    """Make the frames of a chunk the past; a row that is full goes on at its beginning."""
    for b in range(buffers.shape[0]):
        offset, stride, history, channels = buffers[b]
        if history > 0:
            position = positions[b] + frames
            if position + CHUNK > stride:
                for channel in range(channels):
                    first = place(arena, offset + channel * stride)
                    move(history, first + FRAME_BYTES * (position - history), first)
                position = history
            positions[b] = position


@part
def _resolve(buffers, positions, memory, buffer, first, delay):  # type: ignore[no-untyped-def]  # numba's own types
    """Return the address of a row's frame."""
    frame = buffers[buffer, 0] + first * buffers[buffer, 1] + positions[buffer] - delay
    return memory + FRAME_BYTES * frame


@whole_call
def run(steps, taps, buffers, numbers, resolved, positions, arena, output, heard, out):  # type: ignore[no-untyped-def]  # numba's own types
    """Run a program: `heard` (frames,) becomes `out` (frames,).

    `resolved` (taps, 4) is scratch; `positions` (buffers,) and `arena` are the state.
    """
    memory, constants = place(arena, 0), place(numbers, 0)
    for begin in range(0, heard.shape[0], CHUNK):
        frames = min(CHUNK, heard.shape[0] - begin)
        vectors = (frames + LANES - 1) // LANES
        source = buffers[0, 0] + positions[0]
        for n in range(frames):
            arena[source + n] = heard[begin + n]
        for n in range(frames, vectors * LANES):
            arena[source + n] = 0.0
        for t in range(taps.shape[0]):
            buffer, first, channels, delay = taps[t]
            resolved[t, ADDRESS] = _resolve(buffers, positions, memory, buffer, first, delay)
            resolved[t, STRIDE] = FRAME_BYTES * buffers[buffer, 1]
            resolved[t, CHANNELS] = channels
        for s in range(steps.shape[0]):
            kind, buffer, first, channels, tap, count, offset, based, state = steps[s]
            target = _resolve(buffers, positions, memory, buffer, first, 0)
            stride = FRAME_BYTES * buffers[buffer, 1]
            given = constants + FRAME_BYTES * offset
            operands = place(resolved, 0) + 8 * 4 * tap
            if kind == PRODUCT:
                _product(
                    channels, vectors, tap, count - based, given, based, target, stride, resolved
                )
            elif kind in (LSTM, GRU):
                cells = memory + FRAME_BYTES * state
                _recurrent(kind, frames, resolved[tap], channels, target, stride, given, cells)
            elif kind == TANH:
                _tanh(channels, vectors, target, stride, operands, given)
            elif kind == LINEAR_ENDS:
                _linear_ends(channels, vectors, target, stride, operands, given)
            elif kind == ADD:
                _add(channels, vectors, target, stride, operands, given)
            elif kind == MULTIPLY:
                _multiply(channels, vectors, target, stride, operands, given)
            elif kind == SIGMOID:
                _sigmoid(channels, vectors, target, stride, operands, given)
            elif kind == COPY:
                _copy(channels, vectors, target, stride, operands, given)
            elif kind == SCALE_SHIFT:
                _scale_shift(channels, vectors, target, stride, operands, given)
            elif kind == BLEND:
                _blend(channels, vectors, target, stride, operands, given)
            elif kind == FAST_TANH:
                _fast_tanh(channels, vectors, target, stride, operands, given)
            elif kind == SILU:
                _silu(channels, vectors, target, stride, operands, given)
            elif kind == HARD_SWISH:
                _hard_swish(channels, vectors, target, stride, operands, given)
            elif kind == SOFT_SIGN:
                _soft_sign(channels, vectors, target, stride, operands, given)
        result = buffers[output[0], 0] + output[1] * buffers[output[0], 1] + positions[output[0]]
        for n in range(frames):
            out[begin + n] = arena[result + n]
        _advance(buffers, positions, arena, frames)
