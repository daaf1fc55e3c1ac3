"""WaveNet captures: their configurations and weights, read in the order of the file. [any]"""

from itertools import pairwise
from typing import Any

from .activations import Activation, activation, activation_of
from .fields import Fields, Weights
from .steps.program import Network
from .wavenet import Array, Conv, Film, Layer, WaveNet

MOST_CHANNELS, MOST_TAPS, MOST_LAYERS, MOST_DILATION = 256, 1024, 1024, 1 << 16
MODES = ("none", "gated", "blended")


def read_wavenet(config: Fields, weights: Weights, condition: Network | None) -> WaveNet:
    """Return the network of a file. ValueError for what does not fit."""
    arrays: list[Array] = []
    for fields in config.objects("layers"):
        arrays.append(_read_array(fields, weights))
    for number, (one, other) in enumerate(pairwise(arrays), 2):
        channels = one.rechannel.weights.shape[0]
        if other.rechannel.weights.shape[1] != channels:
            raise ValueError(f"layers {number}: 'input_size' should be {channels}")
    sizes = {len(array.allowed) for array in arrays}
    if len(sizes) > 1:
        raise ValueError("its arrays of layers have different numbers of sizes")
    post = _read_post(config, weights, arrays[-1].head.weights.shape[0])
    scale = float(weights.take(1)[0])
    weights.finish()
    return WaveNet(arrays, post, scale, condition)


def _read_post(config: Fields, weights: Weights, width: int) -> list[tuple[Activation, Conv]]:
    """Return the convolutions after the head."""
    if not config.has("head"):
        return []
    head = config.inner("head")
    channels = head.integer("channels", 1, MOST_CHANNELS)
    outputs = head.integer("out_channels", 1, MOST_CHANNELS, 1)
    taps = head.integers("kernel_sizes", 1, MOST_TAPS)
    act = activation(head, "activation")
    widths = [width, *[channels] * (len(taps) - 1), outputs]
    return [
        (act, _read_conv(weights, into, count, size))
        for into, count, size in zip(widths, widths[1:], taps, strict=False)
    ]


def _read_conv(
    weights: Weights, inputs: int, outputs: int, taps: int = 1, dilation: int = 1,
    bias: bool = True, groups: int = 1,
) -> Conv:  # fmt: skip
    matrix = weights.grouped(outputs, inputs, taps, groups)
    return Conv(matrix, weights.take(outputs) if bias else None, dilation)


FILMS = (
    "conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film",
    "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film",
)  # in the order of their weights  # fmt: skip


def _read_array(fields: Fields, weights: Weights) -> Array:
    inputs = fields.integer("input_size", 1, MOST_CHANNELS)
    channels = fields.integer("channels", 1, MOST_CHANNELS)
    dilations = fields.integers("dilations", 1, MOST_DILATION)
    layers = len(dilations)
    if layers > MOST_LAYERS:
        raise fields.wrong("dilations", f"at most {MOST_LAYERS} layers")
    if fields.has("kernel_sizes"):
        taps = fields.integers("kernel_sizes", 1, MOST_TAPS)
    else:
        taps = [fields.integer("kernel_size", 1, MOST_TAPS)] * layers
    if len(taps) != layers:
        raise fields.wrong("kernel_sizes", f"a list of {layers}, as 'dilations'")
    rechannel = _read_conv(weights, inputs, channels, bias=False)
    acts, gates, modes = _activations(fields, layers)
    read = [
        _read_layer(fields, weights, *facts)
        for facts in zip(taps, dilations, modes, acts, gates, strict=True)
    ]
    given = _head1x1(fields) or fields.integer("bottleneck", 1, MOST_CHANNELS, channels)
    if fields.has("head"):
        head = fields.inner("head")
        out = _read_conv(
            weights, given, head.integer("out_channels", 1, MOST_CHANNELS),
            head.integer("kernel_size", 1, MOST_TAPS, 1),
            head.integer("head_dilation", 1, MOST_DILATION, 1), head.switch("bias", True),
        )  # fmt: skip
    else:
        size = fields.integer("head_size", 1, MOST_CHANNELS)
        out = _read_conv(weights, given, size, bias=fields.switch("head_bias", False))
    allowed = _allowed(fields, channels)
    plain = all(
        layer.onward is not None and layer.to_head is None and not layer.films
        and layer.width == channels
        for layer in read
    )  # fmt: skip
    if allowed and not (plain and out.weights.shape[2] == 1):
        raise ValueError(f"{fields.place}'slimmable': only plain layers can have sizes")
    return Array(rechannel, read, out, allowed)


def _activations(
    fields: Fields, layers: int
) -> tuple[list[Activation], list[Activation], list[str]]:
    """Return the activations, the gates' activations and the modes of all layers."""
    modes: list[Any] = ["gated" if fields.switch("gated", False) else "none"] * layers
    if fields.has("gating_mode"):
        modes = _each(fields, "gating_mode", layers)
    for mode in modes:
        if mode not in MODES:
            raise fields.wrong("gating_mode", f"one of {', '.join(MODES)}")
    acts = [activation_of(value, fields.place) for value in _each(fields, "activation", layers)]
    gates = [activation_of("Sigmoid", fields.place)] * layers
    if fields.has("secondary_activation"):
        named = _each(fields, "secondary_activation", layers)
        gates = [activation_of(value or "Sigmoid", fields.place) for value in named]
    return acts, gates, modes


def _each(fields: Fields, name: str, layers: int) -> list[Any]:
    """Return a value for every layer: the list's, or the same for all."""
    value = fields.values.get(name)
    values = value if isinstance(value, list) else [value] * layers
    if len(values) != layers:
        raise fields.wrong(name, f"one, or a list of {layers}")
    return values


def _read_layer(
    fields: Fields, weights: Weights, taps: int, dilation: int, mode: str, act: Activation,
    gate: Activation,
) -> Layer:  # fmt: skip
    channels = fields.integer("channels", 1, MOST_CHANNELS)
    width = fields.integer("bottleneck", 1, MOST_CHANNELS, channels)
    condition = fields.integer("condition_size", 1, MOST_CHANNELS)
    inner = width if mode == "none" else 2 * width
    groups = fields.integer("groups_input", 1, MOST_CHANNELS, 1)
    conv = _read_conv(weights, channels, inner, taps, dilation, groups=groups)
    groups = fields.integer("groups_input_mixin", 1, MOST_CHANNELS, 1)
    mixin = _read_conv(weights, condition, inner, bias=False, groups=groups)
    onward = to_head = None
    if _active(fields, "layer1x1", True):
        onward = _read_conv(weights, width, channels, groups=_groups(fields, "layer1x1"))
    outputs = _head1x1(fields)
    if outputs:
        to_head = _read_conv(weights, width, outputs, groups=_groups(fields, "head1x1"))
    sizes = (channels, inner, condition, inner, inner, width, channels, outputs)
    films = {
        name: _read_film(fields.inner(name), weights, condition, size)
        for name, size in zip(FILMS, sizes, strict=True)
        if _active(fields, name, False)
    }
    return Layer(conv, mixin, onward, to_head, films, mode, act, gate)


def _active(fields: Fields, name: str, default: bool) -> bool:
    """Return True for a part that the layers have: an object with `active`, or false."""
    if not fields.has(name):
        return default
    if fields.values[name] is False:
        return False
    return fields.inner(name).switch("active", True)


def _groups(fields: Fields, name: str) -> int:
    return fields.inner(name).integer("groups", 1, MOST_CHANNELS, 1) if fields.has(name) else 1


def _head1x1(fields: Fields) -> int:
    """Return the channels that a layer's own matrix gives to the head; 0: it has none."""
    if not _active(fields, "head1x1", False):
        return 0
    return fields.inner("head1x1").integer("out_channels", 1, MOST_CHANNELS)


def _read_film(fields: Fields, weights: Weights, condition: int, size: int) -> Film:
    rows = size * (2 if fields.switch("shift", True) else 1)
    if not rows:
        raise ValueError(f"{fields.place}there is nothing for it to scale")
    groups = fields.integer("groups", 1, MOST_CHANNELS, 1)
    conv = _read_conv(weights, condition, rows, groups=groups)
    assert conv.bias is not None
    return Film(conv.weights, conv.bias)


def _allowed(fields: Fields, channels: int) -> tuple[int, ...]:
    """Return the numbers of channels to which the array may be cut, in rising order."""
    if not fields.has("slimmable"):
        return ()
    slimmable = fields.inner("slimmable")
    if slimmable.text("method") != "slice_channels_uniform":
        raise slimmable.wrong("method", "slice_channels_uniform")
    allowed = slimmable.inner("kwargs").integers("allowed_channels", 1, channels)
    if sorted(set(allowed)) != allowed:
        raise slimmable.wrong("kwargs", "allowed_channels in rising order")
    return tuple(allowed)
