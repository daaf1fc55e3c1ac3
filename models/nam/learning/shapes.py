"""Networks to choose from, as configurations of the .nam format.

The WaveNets of the first generation (A1) have two arrays of layers and tanh; the second generation
(A2) has one array with longer kernels and leaky ReLU.
"""

from typing import Any, NamedTuple

SHORT = [2**power for power in range(7)]
LONG = [2**power for power in range(7, 10)]
ALL = SHORT + LONG
SEVEN = [1, 3, 7, 17, 41, 101, 239]


class Shape(NamedTuple):
    """An architecture and its configuration."""

    architecture: str
    config: dict[str, Any]


def _a1(wide: int, narrow: int, head: int, first: list[int], second: list[int]) -> Shape:
    common = {
        "condition_size": 1, "kernel_size": 3, "activation": "Tanh", "gated": False,
    }  # fmt: skip
    layers = [
        {
            **common, "input_size": 1, "channels": wide, "head_size": head, "dilations": first,
            "head_bias": False,
        },
        {
            **common, "input_size": wide, "channels": narrow, "head_size": 1, "dilations": second,
            "head_bias": True,
        },
    ]  # fmt: skip
    return Shape("WaveNet", {"layers": layers, "head": None, "head_scale": 1.0})


def _a2(channels: int) -> Shape:
    layer = {
        "input_size": 1, "condition_size": 1, "channels": channels,
        "kernel_sizes": [*[6] * 14, 15, 15, *[6] * 7],
        "dilations": [*SEVEN, *SEVEN, 1, 13, *SEVEN],
        "activation": {"type": "LeakyReLU", "negative_slope": 0.01},
        "head": {"out_channels": 1, "kernel_size": 16, "bias": True},
    }  # fmt: skip
    return Shape("WaveNet", {"layers": [layer], "head": None, "head_scale": 1.0})


def _lstm(units: int, layers: int) -> Shape:
    return Shape("LSTM", {"input_size": 1, "hidden_size": units, "num_layers": layers})


SHAPES = {
    "standard": _a1(16, 8, 8, ALL, ALL),
    "lite": _a1(12, 6, 6, SHORT, LONG + ALL),
    "feather": _a1(8, 4, 4, SHORT, LONG + ALL),
    "nano": _a1(4, 2, 2, SHORT, LONG + ALL),
    "a2": _a2(8),
    "a2-small": _a2(3),
    "lstm": _lstm(16, 1),
    "lstm-large": _lstm(24, 2),
}
