"""The layers of a coder as both have them in compiled code, known from the configuration alone."""

from collections.abc import Iterator
from typing import NamedTuple

from ..compiled.conv.layers import ELU, Conv, Layer
from .config import CodesConfig, hidden_width

BESIDE = 1  # work memory of a residual unit's inside; the rest of the network is in 0


class CoderLayers(NamedTuple):
    """The layers of a coder in order, by their names in its network."""

    encoder: dict[str, Layer]
    decoder: dict[str, Layer]
    entrances: tuple[str, ...]  # the decoder's layer before each level, which a label biases

    def shapes(self, config: CodesConfig) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the tensors of layers and labels, as `layers.folded` names them."""
        wanted: dict[str, tuple[int, ...]] = {
            "labels.weight": (len(config.labels), config.embedding)
        }
        for name, layer in (self.encoder | self.decoder).items():
            wanted[f"{name}.weight"], wanted[f"{name}.bias"] = layer.weight_shape, (layer.outputs,)
        for level, name in enumerate(self.entrances):
            wanted[f"decoder.label.{level}.weight"] = (wanted[f"{name}.bias"][0], config.embedding)
        return wanted


def units(name: str, channels: int, dilations: tuple[int, ...]) -> Iterator[tuple[str, Layer]]:
    """Yield the layers of `layers.Level`, by its names."""
    hidden = hidden_width(channels)
    for unit, dilation in enumerate(dilations):
        inward = Conv(channels, hidden, 3, dilation=dilation, activation=ELU, target=BESIDE)
        outward = Conv(hidden, channels, 1, activation=ELU, residual=True, source=BESIDE)
        yield f"{name}.units.{unit}.dilated", inward
        yield f"{name}.units.{unit}.pointwise", outward
