"""Streaming equals parallel: what the kernels compute, against the same steps over a whole signal.

Here every step is a formula of numpy in float64, over all frames at once. [control]
"""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator

from .generator import NamEffect
from .steps.player import Player
from .steps.program import Kind, Packed, tiled
from .steps.recurrent import lanes_of

FRAMES, LEVEL, SEED = 4000, 0.25, 5
CLOSE = 1e-5  # of full scale, or of the peak where that is higher

Signal = NDArray[np.float64]  # (rows, frames)


def check(generator: Generator) -> Sequence[Finding]:
    """Compare every size of a prepared generator with its formulas."""
    ours = cast(NamEffect, generator)
    noise = np.random.default_rng(SEED).uniform(-1, 1, FRAMES)
    heard = (LEVEL * (noise + np.sin(np.arange(FRAMES) * 0.03))).astype(np.float32)
    return [
        _compared(name, player, heard)
        for name, player in zip(ours.size_names, ours.players, strict=True)
    ]


def _compared(name: str, player: Player, heard: NDArray[np.float32]) -> Finding:
    out = np.zeros_like(heard)
    player.reset()
    for first in range(0, FRAMES, 300):
        player.play(heard[first : first + 300], out[first : first + 300])
    expected = whole(player.packed, heard)
    apart = float(np.abs(out - expected).max())
    peak = max(1.0, float(np.abs(expected).max()))
    return Finding(name, apart <= CLOSE * peak, f"{apart:.1e} apart, peak {peak:.3g}")


def whole(packed: Packed, heard: NDArray[np.float32]) -> Signal:
    """Return (frames,) of a program's output for a whole signal, after its pre-roll."""
    signal = np.concatenate([np.zeros(packed.pre_roll), heard])
    rows = [np.zeros((channels, len(signal))) for channels in packed.buffers[:, 3]]
    rows[0][:] = signal
    for kind, buffer, first, channels, tap, count, numbers, based, memory in packed.steps.tolist():
        operands = [_late(rows, *entry) for entry in packed.taps[tap : tap + count].tolist()]
        given = packed.numbers[numbers:].astype(np.float64)
        if kind == Kind.PRODUCT:
            result = _product(channels, operands, given, based)
        elif kind in (Kind.LSTM, Kind.GRU):
            result = _recurrent(Kind(kind), channels, operands[0], given, packed.arena[memory:])
        else:
            result = _function(Kind(kind), channels, operands, given)
        rows[buffer][first : first + channels] = result
    return rows[packed.output.buffer][packed.output.first, packed.pre_roll :]


def _late(rows: list[Signal], buffer: int, first: int, channels: int, delay: int) -> Signal:
    """Return a tap's rows, read some frames late."""
    source = rows[buffer][first : first + channels]
    late = np.zeros_like(source)
    late[:, delay:] = source[:, : source.shape[1] - delay]
    return late


def _product(channels: int, operands: list[Signal], numbers: Signal, based: int) -> Signal:
    inputs = np.concatenate(operands[based:])
    matrix, start = np.zeros((channels, len(inputs))), channels
    for first, width in tiled(channels):
        end = start + width * len(inputs)
        matrix[first : first + width] = numbers[start:end].reshape(-1, width).T
        start = end
    result: Signal = matrix @ inputs + numbers[:channels, None]
    return result + operands[0] if based else result


def _sigmoid(x: Signal) -> Signal:
    result: Signal = 0.5 + 0.5 * np.tanh(0.5 * x)
    return result


def _fast_tanh(x: Signal) -> Signal:
    a, square = np.abs(x), x * x
    top = (
        2.45550750702956
        + 2.45550750702956 * a
        + (0.893229853513558 + 0.821226666969744 * a) * square
    )
    inner = np.abs(x + 0.814642734961073 * x * a)
    result: Signal = x * top / (2.44506634652299 + (2.44506634652299 + square) * inner)
    return result


_FUNCTIONS: dict[Kind, Callable[..., Signal]] = {
    Kind.COPY: lambda x: x,
    Kind.ADD: lambda x, y: x + y,
    Kind.MULTIPLY: lambda x, y: x * y,
    Kind.SCALE_SHIFT: lambda x, scale, shift: x * scale + shift,
    Kind.BLEND: lambda share, x, y: share * x + (1 - share) * y,
    Kind.TANH: np.tanh,
    Kind.FAST_TANH: _fast_tanh,
    Kind.SIGMOID: _sigmoid,
    Kind.SILU: lambda x: x * _sigmoid(x),
    Kind.HARD_SWISH: lambda x: x * np.clip(x + 3, 0, 6) / 6,
    Kind.SOFT_SIGN: lambda x: x / (1 + np.abs(x)),
}


def _function(kind: Kind, channels: int, operands: list[Signal], numbers: Signal) -> Signal:
    if kind != Kind.LINEAR_ENDS:
        return _FUNCTIONS[kind](*operands)
    low, high, below, above = numbers[: 4 * channels].reshape(channels, 4, 1).transpose(1, 0, 2)
    (x,) = operands
    inside: Signal = np.clip(x, low, high)
    return inside + below * np.minimum(x - low, 0) + above * np.maximum(x - high, 0)


def _recurrent(
    kind: Kind, units: int, heard: Signal, numbers: Signal, memory: NDArray[np.float32]
) -> Signal:
    """Compute a recurrent layer frame by frame, as `torch.nn.LSTM` and `torch.nn.GRU` do."""
    lanes, gates = lanes_of(units), 4 if kind == Kind.LSTM else 3
    width, columns = -(-units // lanes) * lanes, 1 + len(heard) + units
    extra = 0 if kind == Kind.LSTM else lanes
    blocks = numbers[: width // lanes * (gates * lanes * columns + extra)].reshape(
        width // lanes, -1
    )
    inner = blocks[:, gates * lanes * columns :].reshape(-1)
    packed = blocks[:, : gates * lanes * columns].reshape(-1, columns, gates, lanes)
    matrix = packed.transpose(2, 0, 3, 1).reshape(gates, width, columns)
    told, own = matrix[:, :, 1 : 1 + len(heard)], matrix[:, :units, 1 + len(heard) :]
    told = told[:, :units]
    bias = matrix[:, :units, 0]
    output = memory[:units].astype(np.float64)
    cell = memory[2 * width : 2 * width + units].astype(np.float64)
    out = np.zeros((units, heard.shape[1]))
    for n in range(heard.shape[1]):
        given, kept = told @ heard[:, n] + bias, own @ output
        if kind == Kind.LSTM:
            i, f, g, o = given + kept
            cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(g)
            output = _sigmoid(o) * np.tanh(cell)
        else:
            reset, update = _sigmoid(given[0] + kept[0]), _sigmoid(given[1] + kept[1])
            new = np.tanh(given[2] + reset * (kept[2] + inner[:units]))
            output = (1 - update) * new + update * output
        out[:, n] = output
    return out
