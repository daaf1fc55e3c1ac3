"""WaveNet sampling on a GPU: one kernel draws a whole block of every voice. [render]

A program draws one voice's frames, so voices never wait for one another and nothing is launched a
frame or a layer; the weights stay in the GPU's L2 cache, from where each program reads them once a
frame. This is the single-block design of NVIDIA's nv-wavenet (2018), with conditioning a block.

Weights are the lanes that the CPU's sampler reads (`models/bfloat16.py`): a lane is the bfloat16
weights of one output for inputs 2i and 2i+1. So a vector is held as its even and its odd half, and
the rows of every matrix lie even ones first; sums are float32, in one order for every block size.
"""
# mypy: disable-error-code="no-untyped-def"
# Triton gives arguments types of its own: an annotation would be one of its constants.

import triton
import triton.language as tl

LOG2E: tl.constexpr = tl.constexpr(1.4426950408889634)
COLDEST: tl.constexpr = tl.constexpr(1e-3)  # as on the CPU
CODES: tl.constexpr = tl.constexpr(256)


@triton.jit
def _lanes(start, rows: tl.constexpr, pairs: tl.constexpr):
    """Load (rows, pairs) of a matrix (rows, 2 · pairs)."""
    return tl.load(start + tl.arange(0, rows)[:, None] * pairs + tl.arange(0, pairs)[None, :])


@triton.jit
def _terms(lanes, even, odd):
    """Return (rows, pairs) that add up to a matrix times a vector given in two halves."""
    low = (lanes << 16).to(tl.float32, bitcast=True)
    high = lanes.to(tl.float32, bitcast=True)
    return tl.fma(low, even[None, :], high * odd[None, :])


@triton.jit
def _times(lanes, even, odd):
    """Return (rows,), a matrix times a vector."""
    return tl.sum(_terms(lanes, even, odd), axis=1)


@triton.jit
def _taps(past, current, past_even, past_odd, even, odd):
    """Return (rows,), the sum of a convolution's two taps."""
    low = (current << 16).to(tl.float32, bitcast=True)
    high = current.to(tl.float32, bitcast=True)
    terms = tl.fma(high, odd[None, :], _terms(past, past_even, past_odd))
    return tl.sum(tl.fma(low, even[None, :], terms), axis=1)


@triton.jit
def _row(own_history, own_cursors, history_at, dilations, layer, frame, R: tl.constexpr):
    """Return the places of a layer's input one dilation ago and of this frame's."""
    cursor = tl.load(own_cursors + layer).to(tl.int32) + frame
    row = cursor % tl.load(dilations + layer).to(tl.int32)
    return own_history + (tl.load(history_at + layer).to(tl.int32) + row) * R


@triton.jit
def _gated(a, b):
    """Return tanh(a) · sigmoid(b) as on the CPU; never NaN."""
    p = tl.exp2(tl.minimum(tl.maximum(a * (-2 * LOG2E), -60.0), 60.0))
    q = tl.exp2(tl.minimum(tl.maximum(b * -LOG2E, -60.0), 60.0))
    return (1.0 - p) / ((1.0 + p) * (1.0 + q))


@triton.jit
def _drawn(logits, temperature, uniform):
    """Return the first code at which the distribution function exceeds `uniform`."""
    above = (logits - tl.max(logits, axis=0)) * (LOG2E / tl.maximum(temperature, COLDEST))
    power = tl.exp2(tl.minimum(tl.maximum(above, -100.0), 0.0))
    passed = tl.cumsum(power, axis=0) <= uniform * tl.sum(power, axis=0)
    return tl.minimum(tl.sum(passed.to(tl.int32), axis=0), CODES - 1)


@triton.jit(do_not_specialize=["most_frames", "history_rows", "layers"])  # one code for all
def sample_block(
    lanes,  # int32: L layers of condition, past, current, residual, skip; then output, logit
    previous_codes,  # float32 (257, R)
    current_codes,  # float32 (256, R)
    residual_bias,  # float32 (L, R)
    skip_bias,  # float32 (S,)
    output_bias,  # float32 (A,)
    logit_bias,  # float32 (256,)
    dilations,  # int64 (L,)
    history_at,  # int64 (L,)
    history,  # float32 (V, history rows, R): read and written
    cursors,  # int64 (V, L): read and written
    last_codes,  # int64 (V, 2): read and written
    frames,  # int32 (1,): how many to draw
    active,  # int32 (V,): 0: a voice that stays as it is
    conditioning,  # float32 (V, most frames, C)
    gate_bias,  # float32 (L, 2R)
    uniforms,  # float32 (V, most frames) in [0, 1)
    temperatures,  # float32 (V,)
    codes,  # uint8 (V, most frames): written, or read where FORCED
    logits,  # float32 (V, most frames, 256): written where FORCED
    most_frames,
    history_rows,
    layers,
    R: tl.constexpr,
    S: tl.constexpr,
    A: tl.constexpr,
    C: tl.constexpr,
    PAIRS: tl.constexpr,  # C / 2, rounded up to a power of 2
    FORCED: tl.constexpr,
):
    half: tl.constexpr = R // 2
    square: tl.constexpr = half * half
    told: tl.constexpr = half * PAIRS
    part: tl.constexpr = told + 2 * square  # of a gate: condition, past and current
    residual_at: tl.constexpr = 4 * part
    skip_at: tl.constexpr = residual_at + 2 * square
    layer_size: tl.constexpr = skip_at + S * half
    early: tl.constexpr = R <= 64  # a whole layer fits into the registers
    r, s, a = 2 * tl.arange(0, half), 2 * tl.arange(0, S // 2), 2 * tl.arange(0, A // 2)
    channel, code = 2 * tl.arange(0, PAIRS), tl.arange(0, CODES)

    voice = tl.program_id(0).to(tl.int64)
    count = tl.where(tl.load(active + voice) != 0, tl.load(frames), 0)
    now = tl.minimum(tl.maximum(tl.load(last_codes + 2 * voice), 0), CODES - 1).to(tl.int32)
    before = tl.minimum(tl.maximum(tl.load(last_codes + 2 * voice + 1), 0), CODES).to(tl.int32)
    temperature = tl.load(temperatures + voice)
    own_history = history + voice * history_rows * R + r
    own_cursors = cursors + voice * layers

    for frame in range(count):
        at = voice * most_frames + frame
        heard = conditioning + at * C + channel
        told_even = tl.load(heard, mask=channel < C, other=0.0)
        told_odd = tl.load(heard + 1, mask=channel + 1 < C, other=0.0)
        first, second = current_codes + now * R + r, previous_codes + before * R + r
        even = tl.load(first) + tl.load(second)
        odd = tl.load(first + 1) + tl.load(second + 1)
        skip_even, skip_odd = tl.load(skip_bias + s), tl.load(skip_bias + s + 1)

        place = _row(own_history, own_cursors, history_at, dilations, 0, frame, R)
        past_even, past_odd = tl.load(place), tl.load(place + 1)
        for layer in range(layers):
            # Load everything first: nothing is loaded ahead across a barrier, and every
            # exchange between threads is one.
            here, bias = lanes + layer * layer_size, gate_bias + layer * 2 * R + r
            told_0, past_0 = _lanes(here, half, PAIRS), _lanes(here + told, half, half)
            current_0 = _lanes(here + told + square, half, half)
            here += part
            told_1, past_1 = _lanes(here, half, PAIRS), _lanes(here + told, half, half)
            current_1 = _lanes(here + told + square, half, half)
            here += part
            told_2, past_2 = _lanes(here, half, PAIRS), _lanes(here + told, half, half)
            current_2 = _lanes(here + told + square, half, half)
            here += part
            told_3, past_3 = _lanes(here, half, PAIRS), _lanes(here + told, half, half)
            current_3 = _lanes(here + told + square, half, half)
            residual = lanes + layer * layer_size + residual_at
            skip = lanes + layer * layer_size + skip_at
            if early:
                residual_even = _lanes(residual, half, half)
                residual_odd = _lanes(residual + square, half, half)
                more_even = _lanes(skip, S // 2, half)
                more_odd = _lanes(skip + S // 2 * half, S // 2, half)
            a_even, a_odd = tl.load(bias), tl.load(bias + 1)
            b_even, b_odd = tl.load(bias + R), tl.load(bias + R + 1)
            add = residual_bias + layer * R + r
            add_even, add_odd = tl.load(add), tl.load(add + 1)
            following = _row(
                own_history, own_cursors, history_at, dilations,
                tl.minimum(layer + 1, layers - 1), frame, R,
            )  # fmt: skip
            next_even, next_odd = tl.load(following), tl.load(following + 1)

            a_even += _times(told_0, told_even, told_odd)
            a_odd += _times(told_1, told_even, told_odd)
            b_even += _times(told_2, told_even, told_odd)
            b_odd += _times(told_3, told_even, told_odd)
            a_even += _taps(past_0, current_0, past_even, past_odd, even, odd)
            a_odd += _taps(past_1, current_1, past_even, past_odd, even, odd)
            b_even += _taps(past_2, current_2, past_even, past_odd, even, odd)
            b_odd += _taps(past_3, current_3, past_even, past_odd, even, odd)
            z_even, z_odd = _gated(a_even, b_even), _gated(a_odd, b_odd)
            tl.debug_barrier()  # every thread has read the row: now it may change
            tl.store(place, even)
            tl.store(place + 1, odd)
            if not early:
                residual_even = _lanes(residual, half, half)
                residual_odd = _lanes(residual + square, half, half)
                more_even = _lanes(skip, S // 2, half)
                more_odd = _lanes(skip + S // 2 * half, S // 2, half)
            even += add_even + _times(residual_even, z_even, z_odd)
            odd += add_odd + _times(residual_odd, z_even, z_odd)
            skip_even += _times(more_even, z_even, z_odd)
            skip_odd += _times(more_odd, z_even, z_odd)
            place, past_even, past_odd = following, next_even, next_odd

        tl.debug_barrier()  # the next frame sees what was written
        output = lanes + layers * layer_size
        skip_even, skip_odd = tl.maximum(skip_even, 0.0), tl.maximum(skip_odd, 0.0)
        half_output = _lanes(output, A // 2, S // 2)
        out_even = tl.load(output_bias + a) + _times(half_output, skip_even, skip_odd)
        half_output = _lanes(output + A // 2 * (S // 2), A // 2, S // 2)
        out_odd = tl.load(output_bias + a + 1) + _times(half_output, skip_even, skip_odd)
        out_even, out_odd = tl.maximum(out_even, 0.0), tl.maximum(out_odd, 0.0)
        logit = _lanes(output + A * (S // 2), CODES, A // 2)
        predicted = tl.load(logit_bias + code) + _times(logit, out_even, out_odd)
        before = now
        if FORCED:
            tl.store(logits + at * CODES + code, predicted)
            now = tl.load(codes + at).to(tl.int32)
        else:
            now = _drawn(predicted, temperature, tl.load(uniforms + at))
            tl.store(codes + at, now.to(tl.uint8))

    tl.debug_barrier()  # no thread reads any more what is written below
    tl.store(last_codes + 2 * voice, now.to(tl.int64))
    tl.store(last_codes + 2 * voice + 1, before.to(tl.int64))
    for layer in range(layers):
        turned = (tl.load(own_cursors + layer) + count) % tl.load(dilations + layer)
        tl.debug_barrier()  # every thread has read the cursor
        tl.store(own_cursors + layer, turned)
