"""The layers and tensors of the waveform coder, known from the configuration alone."""

from collections.abc import Iterator

from ...compiled.conv.layers import ELU, Conv, Layer, TransposedConv
from ..config import FILTERBANK_TAPS, INPUT_TAPS, VQVAEConfig
from ..units import CoderLayers, units


def layers(config: VQVAEConfig) -> CoderLayers:
    """Return the layers, by their names in `network.VQVAE`."""
    inward = (f"decoder.up.{level}" for level in range(len(config.strides) - 1))
    entrances = *inward, "decoder.input"
    return CoderLayers(dict(_encoder(config)), dict(_decoder(config)), entrances)


def _encoder(config: VQVAEConfig) -> Iterator[tuple[str, Layer]]:
    widths, strides = config.encoder_widths(), config.strides
    kernel = FILTERBANK_TAPS * strides[0]
    yield "encoder.filterbank", Conv(1, widths[0], kernel, strides[0])
    for level, width in enumerate(widths):
        yield from units(f"encoder.levels.{level}", width, config.encoder_dilations)
        if level + 1 < len(widths):
            stride = strides[level + 1]
            down = Conv(width, widths[level + 1], 2 * stride, stride, activation=ELU)
            yield f"encoder.down.{level}", down
    yield "encoder.latent", Conv(widths[-1], config.latent, 1, activation=ELU)


def _decoder(config: VQVAEConfig) -> Iterator[tuple[str, Layer]]:
    widths, strides = config.decoder_widths(), config.strides
    yield "decoder.input", Conv(config.latent, widths[-1], INPUT_TAPS)
    for level in range(len(widths) - 1, -1, -1):
        yield from units(f"decoder.levels.{level}", widths[level], config.decoder_dilations)
        if level:
            sizes = widths[level], widths[level - 1], 2 * strides[level], strides[level]
            yield f"decoder.up.{level - 1}", TransposedConv(*sizes, activation=ELU)
    sizes = widths[0], 1, FILTERBANK_TAPS * strides[0], strides[0]
    yield "decoder.filterbank", TransposedConv(*sizes, activation=ELU)


def shapes(config: VQVAEConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tensors that a player needs, by the names of `layers.folded`."""
    wanted = layers(config).shapes(config)
    for stage in range(config.stages):
        name = f"quantizer.stages.{stage}"
        wanted[f"{name}.down.weight"] = (config.code_dimensions, config.latent)
        wanted[f"{name}.down.bias"] = (config.code_dimensions,)
        wanted[f"{name}.book.vectors"] = (config.codes, config.code_dimensions)
        wanted[f"{name}.up.weight"] = (config.latent, config.code_dimensions)
        wanted[f"{name}.up.bias"] = (config.latent,)
    return wanted
