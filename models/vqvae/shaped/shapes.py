"""The layers and tensors of the shaped coder, known from the configuration alone."""

from collections.abc import Iterator

from ...compiled.conv.layers import ELU, Conv, Layer, TransposedConv
from ..config import INPUT_TAPS
from ..units import CoderLayers, units
from .config import ShapedConfig


def layers(config: ShapedConfig) -> CoderLayers:
    """Return the layers, by their names in `network.ShapedVQVAE`."""
    entrances = "decoder.input", "decoder.up.0", "decoder.up.1"
    return CoderLayers(dict(_encoder(config)), dict(_decoder(config)), entrances)


def _encoder(config: ShapedConfig) -> Iterator[tuple[str, Layer]]:
    width = config.encoder_width
    yield "encoder.input", Conv(config.features, width, INPUT_TAPS)
    yield from units("encoder.features", width, config.feature_dilations)
    yield "encoder.down", Conv(width, width, 4, 2, activation=ELU)
    yield from units("encoder.frames", width, config.encoder_dilations)
    yield "encoder.latent", Conv(width, config.latent, 1, activation=ELU)


def _decoder(config: ShapedConfig) -> Iterator[tuple[str, Layer]]:
    first, second, third = config.decoder_widths
    yield "decoder.input", Conv(config.latent + 3, first, INPUT_TAPS)
    yield from units("decoder.levels.0", first, config.decoder_dilations)
    yield "decoder.up.0", TransposedConv(first, second, 4, 2, activation=ELU)
    yield from units("decoder.levels.1", second, config.decoder_dilations)
    yield "decoder.up.1", TransposedConv(second, third, 4, 2, activation=ELU)
    yield from units("decoder.levels.2", third, config.filter_dilations)
    yield "decoder.bands", Conv(third, config.bands, 1, activation=ELU)


def shapes(config: ShapedConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tensors that a player needs, by the names of `layers.folded`."""
    wanted = layers(config).shapes(config)
    wanted["quantizer.books.vectors"] = (config.residual_stages, config.codes, config.latent)
    return wanted
