"""Speed of captures of the usual sizes, with random weights, and of the same network in torch."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.benchmark import BenchRow

from ..measuring.speed import fastest, torch_seconds
from .fields import Fields, Weights
from .lstm import read_lstm
from .steps.player import Player
from .steps.program import Network, Program
from .wavenet_file import read_wavenet

RATE, BLOCK = 48000, 64
BLOCKS = (16, 64, 512)
DILATIONS = [2**power for power in range(10)]
LAYERS: dict[str, Any] = {
    "condition_size": 1, "kernel_size": 3, "dilations": DILATIONS, "activation": "Tanh",
}  # fmt: skip
A1 = [
    {**LAYERS, "input_size": 1, "channels": 16, "head_size": 8},
    {**LAYERS, "input_size": 16, "channels": 8, "head_size": 1, "head_bias": True},
]
SEVEN = [1, 3, 7, 17, 41, 101, 239]
A2 = [
    {
        "input_size": 1, "condition_size": 1, "channels": 8,
        "kernel_sizes": [*[6] * 14, 15, 15, *[6] * 7], "dilations": [*SEVEN, *SEVEN, 1, 13, *SEVEN],
        "activation": {"type": "LeakyReLU", "negative_slope": 0.01},
        "head": {"out_channels": 1, "kernel_size": 16, "bias": True},
    }
]  # fmt: skip
WEIGHTS = {"A1": 13_802, "A2": 12_146}


def _weights(count: int) -> Weights:
    numbers = np.random.default_rng(0).normal(0, 0.1, count)
    return Weights(numbers.astype(np.float32))


def _lstm(units: int, layers: int) -> Network:
    inputs = [1, *[units] * (layers - 1)]
    count = sum(4 * units * (n + units) + 6 * units for n in inputs) + units + 1
    config = {"input_size": 1, "hidden_size": units, "num_layers": layers}
    return read_lstm(Fields(config), _weights(count))


def _player(network: Network) -> Player:
    program = Program(RATE)
    return Player(program.packed(network.add(program, program.input)))


def rows() -> Iterator[BenchRow]:
    """Measure. The floors are the reference program's figures on a quiet core of that time."""
    a1 = _player(read_wavenet(Fields({"layers": A1}), _weights(WEIGHTS["A1"]), None))
    a2 = _player(read_wavenet(Fields({"layers": A2}), _weights(WEIGHTS["A2"]), None))
    seconds = {block: _seconds(a1, block) for block in BLOCKS}
    yield _row("nam: A1 standard", seconds[BLOCK], 31, 62)
    for block in BLOCKS:
        if block != BLOCK:
            yield _row("nam: A1 standard", seconds[block], 31, 62, block)
    theirs = torch_seconds(_in_torch(BLOCK)) / BLOCK
    yield BenchRow(
        "nam: A1 standard, against torch", theirs / seconds[BLOCK], "×", 1, None,
        f"conv1d with kept inputs, one thread, {BLOCK}-frame blocks",
    )  # fmt: skip
    yield _row("nam: A2", _seconds(a2, BLOCK), 21, 42)
    yield _row("nam: LSTM 1×3", _seconds(_player(_lstm(3, 1)), BLOCK), 338, 676)
    yield _row("nam: LSTM 2×16", _seconds(_player(_lstm(16, 2)), BLOCK), None, None)


def _row(
    name: str, seconds: float, floor: float | None, goal: float | None, block: int = BLOCK
) -> BenchRow:
    detail = f"one core, {block}-frame blocks, {RATE} Hz"
    return BenchRow(name, 1 / (seconds * RATE), "× real time", floor, goal, detail)


def _seconds(player: Player, block: int) -> float:
    """Return the seconds for a frame."""
    heard, out = _sound(block), np.zeros(block, np.float32)
    return fastest(lambda: player.play(heard, out)) / block


def _sound(frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(-0.3, 0.3, frames).astype(np.float32)


def _in_torch(block: int) -> Callable[[], object]:
    """Return a function that computes a block of an A1 in torch, with kept inputs."""
    import torch
    from torch.nn.functional import conv1d

    torch.manual_seed(0)
    heard = torch.from_numpy(_sound(block))[None, None]
    arrays: list[dict[str, Any]] = []
    for array in A1:
        into, width, head = array["input_size"], array["channels"], array["head_size"]
        layers = [
            {
                "kept": torch.zeros(1, width, 2 * dilation), "dilation": dilation,
                "conv": torch.randn(width, width, 3) * 0.1, "bias": torch.zeros(width),
                "mixin": torch.randn(width, 1, 1) * 0.1,
                "onward": torch.randn(width, width, 1) * 0.1,
            }
            for dilation in DILATIONS
        ]  # fmt: skip
        rechannel, last = torch.randn(width, into, 1) * 0.1, torch.randn(head, width, 1) * 0.1
        arrays.append({"layers": layers, "in": rechannel, "head": last})

    def run() -> object:
        signal, total = heard, torch.zeros(())
        for array in arrays:
            signal = conv1d(signal, array["in"])
            for layer in array["layers"]:
                whole = torch.cat((layer["kept"], signal), 2)
                layer["kept"] = whole[:, :, block:]
                inner = conv1d(whole, layer["conv"], layer["bias"], dilation=layer["dilation"])
                bent = torch.tanh(inner + conv1d(heard, layer["mixin"]))
                total = total + bent
                signal = signal + conv1d(bent, layer["onward"])
            total = conv1d(total, array["head"])
        return total

    return run
