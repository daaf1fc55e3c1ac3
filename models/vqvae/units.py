"""The layers of residual units, as both coders have them in compiled code."""

from collections.abc import Iterator

from ..compiled.conv.layers import ELU, Conv, Layer
from .config import hidden_width

BESIDE = 1  # work memory of a residual unit's inside; the rest of the network is in 0


def units(name: str, channels: int, dilations: tuple[int, ...]) -> Iterator[tuple[str, Layer]]:
    """Yield the layers of `layers.Level`, by its names."""
    hidden = hidden_width(channels)
    for unit, dilation in enumerate(dilations):
        inward = Conv(channels, hidden, 3, dilation=dilation, activation=ELU, target=BESIDE)
        outward = Conv(hidden, channels, 1, activation=ELU, residual=True, source=BESIDE)
        yield f"{name}.units.{unit}.dilated", inward
        yield f"{name}.units.{unit}.pointwise", outward
