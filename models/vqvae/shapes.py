"""The layers and tensors of a VQ-VAE and its prior, known from the configuration alone."""

from collections.abc import Iterator

from ..compiled.conv_layers import Conv, Layer, TransposedConv
from .config import FILTERBANK_TAPS, INPUT_TAPS, VQVAEConfig, hidden_width

PRIOR = "prior."  # begins the names of the prior's tensors in a model file
BESIDE = 1  # work memory of a residual unit's inside; the rest of the network is in 0


def encoder_layers(config: VQVAEConfig) -> Iterator[tuple[str, Layer]]:
    """Names in `network.VQVAE`, in order."""
    widths, strides = config.encoder_widths(), config.strides
    kernel = FILTERBANK_TAPS * strides[0]
    yield "encoder.filterbank", Conv(1, widths[0], kernel, strides[0])
    for level, width in enumerate(widths):
        yield from _units(f"encoder.levels.{level}", width, config.encoder_dilations)
        if level + 1 < len(widths):
            stride = strides[level + 1]
            down = Conv(width, widths[level + 1], 2 * stride, stride, activated=True)
            yield f"encoder.down.{level}", down
    yield "encoder.latent", Conv(widths[-1], config.latent, 1, activated=True)


def decoder_layers(config: VQVAEConfig) -> Iterator[tuple[str, Layer]]:
    """Names in `network.VQVAE`, in order."""
    widths, strides = config.decoder_widths(), config.strides
    yield "decoder.input", Conv(config.latent, widths[-1], INPUT_TAPS)
    for level in range(len(widths) - 1, -1, -1):
        yield from _units(f"decoder.levels.{level}", widths[level], config.decoder_dilations)
        if level:
            sizes = widths[level], widths[level - 1], 2 * strides[level], strides[level]
            yield f"decoder.up.{level - 1}", TransposedConv(*sizes, activated=True)
    sizes = widths[0], 1, FILTERBANK_TAPS * strides[0], strides[0]
    yield "decoder.filterbank", TransposedConv(*sizes, activated=True)


def _units(name: str, channels: int, dilations: tuple[int, ...]) -> Iterator[tuple[str, Layer]]:
    hidden = hidden_width(channels)
    for unit, dilation in enumerate(dilations):
        inward = Conv(channels, hidden, 3, dilation=dilation, activated=True, target=BESIDE)
        outward = Conv(hidden, channels, 1, activated=True, residual=True, source=BESIDE)
        yield f"{name}.units.{unit}.dilated", inward
        yield f"{name}.units.{unit}.pointwise", outward


def shapes(config: VQVAEConfig) -> dict[str, tuple[int, ...]]:
    """The tensors that are needed to play a VQ-VAE, by the names of `network.folded`."""
    wanted: dict[str, tuple[int, ...]] = {"labels.weight": (len(config.labels), config.embedding)}
    for name, layer in (*encoder_layers(config), *decoder_layers(config)):
        wanted[f"{name}.weight"], wanted[f"{name}.bias"] = layer.weight_shape, (layer.outputs,)
    for level, width in enumerate(config.decoder_widths()):
        wanted[f"decoder.label.{level}.weight"] = (width, config.embedding)
    for stage in range(config.stages):
        name = f"quantizer.stages.{stage}"
        wanted[f"{name}.down.weight"] = (config.code_dimensions, config.latent)
        wanted[f"{name}.down.bias"] = (config.code_dimensions,)
        wanted[f"{name}.book.vectors"] = (config.codes, config.code_dimensions)
        wanted[f"{name}.up.weight"] = (config.latent, config.code_dimensions)
        wanted[f"{name}.up.bias"] = (config.latent,)
    return wanted


def prior_shapes(config: VQVAEConfig) -> dict[str, tuple[int, ...]]:
    """The tensors that a prior of this configuration consists of."""
    width, points, stages = config.prior_width, config.prior_embedding, config.stages
    wanted: dict[str, tuple[int, ...]] = {
        "bias": (stages, config.codes),
        "labels.weight": (len(config.labels), config.embedding),
    }
    for k in range(config.prior_layers):
        inputs = width if k else stages * points + config.embedding
        wanted[f"core.weight_ih_l{k}"] = (3 * width, inputs)
        wanted[f"core.weight_hh_l{k}"] = (3 * width, width)
        wanted[f"core.bias_ih_l{k}"] = wanted[f"core.bias_hh_l{k}"] = (3 * width,)
    for q in range(stages):
        wanted[f"tables.{q}.weight"] = (config.codes + 1, points)
        wanted[f"hidden.{q}.weight"] = (width, width + q * points)
        wanted[f"hidden.{q}.bias"] = (width,)
        wanted[f"point.{q}.weight"] = (points, width)
        wanted[f"point.{q}.bias"] = (points,)
    return wanted


def needed_tensors(config: VQVAEConfig) -> dict[str, tuple[int, ...]]:
    """All that a model file of this configuration must hold, by the names in the file."""
    prior = prior_shapes(config) if config.prior_layers else {}
    return shapes(config) | {f"{PRIOR}{name}": shape for name, shape in prior.items()}
