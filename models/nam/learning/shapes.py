"""Networks to choose from, as configurations of the .nam format.

The WaveNets of the first generation (A1) have two arrays of layers and tanh; the second generation
(A2) has one array with longer kernels and leaky ReLU.
"""

from typing import Any, NamedTuple

from ..wavenet_file import FILMS

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
    """Return one array; programs of that generation expect every entry, used or not."""
    taps = [*[6] * 14, 15, 15, *[6] * 7]
    layer = {
        "input_size": 1, "condition_size": 1, "channels": channels, "bottleneck": channels,
        "kernel_sizes": taps, "dilations": [*SEVEN, *SEVEN, 1, 13, *SEVEN],
        "activation": [{"type": "LeakyReLU", "negative_slope": 0.01}] * len(taps),
        "gating_mode": ["none"] * len(taps), "secondary_activation": [None] * len(taps),
        "head": {"out_channels": 1, "kernel_size": 16, "bias": True},
        "layer1x1": {"active": True, "groups": 1},
        "head1x1": {"active": False, "out_channels": 1, "groups": 1},
        "groups_input": 1, "groups_input_mixin": 1,
        **{name: {"active": False, "shift": True, "groups": 1} for name in FILMS},
        "slimmable": None,
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
