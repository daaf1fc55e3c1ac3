"""Compiled streaming layers against torch's whole-signal layers with the same rounded weights."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional as F

from rtaudiogen.models.compiled.conv.chain import (
    BLOCK,
    Chain,
    StreamingConv,
    StreamingTransposedConv,
    delay_frames,
)
from rtaudiogen.models.compiled.conv.layers import (
    ELU,
    GATED,
    LEAKY,
    NONE,
    RELU,
    TANH,
    Conv,
    Layer,
    TransposedConv,
)
from rtaudiogen.models.compiled.conv.memory import rounded
from rtaudiogen.models.vqvae.layers import CausalConv, CausalTransposedConv

Floats = NDArray[np.float32]
KERNELS, STRIDES, DILATIONS = (1, 3, 4, 8, 15, 16), range(1, 10), (1, 2, 3, 9)
CHANNELS = ((1, 16), (16, 1), (16, 32), (3, 5))
CHUNKS = (1, 2, 7, 8)
STEPS = 20
TOLERANCE = 1e-5  # of the largest value


def random(*shape: int) -> Floats:
    return np.random.default_rng(sum(shape)).standard_normal(shape, np.float32)


def conv(channels: tuple[int, int], kernel: int, stride: int, dilation: int) -> Chain:
    inputs, outputs = channels
    return StreamingConv(random(outputs, inputs, kernel), random(outputs), stride, dilation)


def transposed(channels: tuple[int, int], kernel: int, stride: int) -> Chain:
    inputs, outputs = channels
    return StreamingTransposedConv(random(inputs, outputs, kernel), random(outputs), stride)


def convs(kernel: int, dilation: int) -> Iterator[Chain]:
    """Yield convolutions of every stride and all channels."""
    for stride, channels in product(STRIDES, CHANNELS):
        yield conv(channels, kernel, stride, dilation)


def transposed_convs(kernel: int) -> Iterator[Chain]:
    for stride, channels in product(STRIDES, CHANNELS):
        yield transposed(channels, kernel, stride)


def sound(chain: Chain) -> Floats:
    """Return noise of whole strides, longer than a block."""
    (layer,) = chain.layers
    steps = max(STEPS, -(-BLOCK // layer.takes) + 1)
    return random(steps * layer.takes, layer.inputs)


def pieces(chain: Chain, x: Floats, chunk: int) -> list[Floats]:
    """Return the output of each chunk, from the start of a stream."""
    chain.reset()
    return [chain.process(x[at : at + chunk]) for at in range(0, len(x), chunk)]


@torch.no_grad()
def whole(chain: Chain, x: Floats) -> Floats:
    """Return the output of torch's layer on the whole signal."""
    (layer,) = chain.layers
    inputs, outputs, kernel = layer.inputs, layer.outputs, layer.kernel
    module: CausalConv | CausalTransposedConv
    if isinstance(layer, TransposedConv):
        module = CausalTransposedConv(inputs, outputs, kernel, layer.stride)
    else:
        module = CausalConv(inputs, outputs, kernel, layer.stride, layer.dilation)
    weight = torch.from_numpy(rounded(layer, random(*layer.weight_shape)))
    module.weight.direction.copy_(weight)
    module.weight.length.copy_(torch.norm_except_dim(weight, 2, module.weight.dim))
    module.bias.copy_(torch.from_numpy(random(outputs)))
    result: Floats = module(torch.from_numpy(x.T[None].copy()))[0].T.numpy()
    return result


def click(streamed: list[Floats], expected: Floats) -> float:
    """Return the largest error at the edges of chunks, relative to the largest value."""
    worst, at = 0.0, 0
    for piece in streamed:
        if len(piece):
            edges = piece[[0, -1]] - expected[[at, at + len(piece) - 1]]
            worst, at = max(worst, float(np.abs(edges).max())), at + len(piece)
    assert at == len(expected)
    return worst / float(np.abs(expected).max())


def assert_streams(chain: Chain) -> None:
    """Check that every chunk size gives the same bits, and torch's numbers, edges included."""
    x = sound(chain)
    expected = whole(chain, x)
    reference = np.concatenate(pieces(chain, x, len(x)))
    assert reference.shape == expected.shape
    assert np.abs(reference - expected).max() < TOLERANCE * np.abs(expected).max()
    for chunk in CHUNKS:
        streamed = pieces(chain, x, chunk)
        assert click(streamed, expected) < TOLERANCE, (chain.layers, chunk)
        np.testing.assert_array_equal(np.concatenate(streamed), reference)


@pytest.mark.parametrize("dilation", DILATIONS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_streamed_convolution_is_the_whole_one_without_a_click(
    kernel: int, dilation: int
) -> None:
    for chain in convs(kernel, dilation):
        assert_streams(chain)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_streamed_transposed_convolution_equals_the_whole_one(kernel: int) -> None:
    for chain in transposed_convs(kernel):
        assert_streams(chain)


@pytest.mark.parametrize(
    "chain", [conv((16, 16), 3, 1, 9), conv((16, 16), 8, 4, 1), transposed((16, 16), 8, 4)]
)
def test_a_layer_that_forgets_its_state_between_chunks_clicks(chain: Chain) -> None:
    (layer,) = chain.layers
    chunk = 2 * layer.takes  # whole steps, so that nothing but history is forgotten
    x = sound(chain)[: 8 * chunk]
    forgetful = []
    for at in range(0, len(x), chunk):
        chain.reset()
        forgetful.append(chain.process(x[at : at + chunk]))
    assert click(forgetful, whole(chain, x)) > 0.1
    assert click(pieces(chain, x, chunk), whole(chain, x)) < TOLERANCE


ACTIVATED: dict[int, Callable[[torch.Tensor], torch.Tensor]] = {
    NONE: lambda x: x,
    ELU: F.elu,
    RELU: F.relu,
    LEAKY: lambda x: F.leaky_relu(x, 0.2),
    TANH: torch.tanh,
    GATED: lambda x: torch.tanh(x[:, :32]) * torch.sigmoid(x[:, 32:]),
}


def torchs(layer: Layer, weight: Floats, bias: Floats, x: Floats) -> Floats:
    """Return what torch makes of a whole signal (frames, channels)."""
    heard = ACTIVATED[layer.activation](torch.from_numpy(x.T[None].copy()))
    numbers = torch.from_numpy(weight), torch.from_numpy(bias)
    if isinstance(layer, TransposedConv):
        y = F.conv_transpose1d(heard, *numbers, layer.stride, groups=layer.groups)
        y = y[..., : len(x) * layer.stride]
    else:
        before = (layer.kernel - 1) * layer.dilation - (layer.stride - 1)
        y = F.conv1d(
            F.pad(heard, (before, 0)), *numbers, layer.stride, dilation=layer.dilation,
            groups=layer.groups,
        )  # fmt: skip
    result: Floats = y[0].T.numpy()
    return result


@pytest.mark.parametrize("groups", [1, 2, 16])
@pytest.mark.parametrize("activation", list(ACTIVATED))
@pytest.mark.parametrize(
    ("kind", "sizes"),
    [(Conv, {"kernel": 5, "stride": 2}), (Conv, {"kernel": 3, "dilation": 4}),
     (TransposedConv, {"kernel": 8, "stride": 3})],
)  # fmt: skip
def test_activations_and_groups_are_torchs(
    kind: type[Layer], sizes: dict[str, int], activation: int, groups: int
) -> None:
    layer = kind(32, 48, **sizes, activation=activation, groups=groups, slope=0.2)
    weight, bias = random(*layer.weight_shape), random(layer.outputs)
    x = 2 * random(40 * layer.takes, layer.given)
    expected = torchs(layer, rounded(layer, weight), bias, x)
    chain = Chain([layer], [(weight, bias)])
    streamed = np.concatenate([chain.process(x[at : at + 7]) for at in range(0, len(x), 7)])
    assert np.abs(streamed - expected).max() < TOLERANCE * np.abs(expected).max()


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"groups": 3}, "3 groups do not divide"), ({"activation": 9}, "9 is not a valid Activation"),
     ({"activation": GATED, "inputs": 8}, "multiples of 16")],
)  # fmt: skip
def test_options_that_no_layer_has_are_refused(options: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Conv(**{"inputs": 16, "outputs": 16, "kernel": 3, **options})


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([conv((16, 16), 8, 5, 1), conv((16, 16), 3, 2, 9), transposed((16, 3), 7, 3)]),
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
)
def test_chunks_of_any_sizes_give_the_same_bits(chain: Chain, sizes: list[int]) -> None:
    x = sound(chain)
    cuts = np.minimum(np.cumsum([0, *sizes]), len(x)).tolist()
    chain.reset()
    streamed = [
        chain.process(x[a:b]) for a, b in zip(cuts, [*cuts[1:], len(x)], strict=True)
    ]  # fmt: skip
    np.testing.assert_array_equal(
        np.concatenate(streamed), np.concatenate(pieces(chain, x, len(x)))
    )


@pytest.mark.parametrize(
    "chain", [conv((1, 16), 16, 4, 1), conv((16, 16), 3, 1, 9), transposed((16, 16), 10, 5)]
)
def test_a_saved_state_goes_on_bit_for_bit(chain: Chain) -> None:
    x, cut = sound(chain), 33  # in the middle of a step
    chain.reset()
    chain.process(x[:cut])
    saved = {name: array.copy() for name, array in chain.state.items()}
    uninterrupted = chain.process(x[cut:])
    chain.process(x)
    chain.restore(saved)
    np.testing.assert_array_equal(chain.process(x[cut:]), uninterrupted)


def test_a_state_of_another_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="history"):
        conv((16, 16), 3, 1, 1).restore(conv((16, 16), 3, 1, 9).state)


@pytest.mark.parametrize("stride", STRIDES)
def test_an_output_comes_after_exactly_the_layers_delay(stride: int) -> None:
    x = random(100, 16)
    for chain in (conv((16, 16), 8, stride, 1), transposed((16, 16), 8, stride)):
        (layer,) = chain.layers
        given = [len(chain.process(x[n : n + 1])) for n in range(2 * layer.takes)]
        once = [0] * chain.delay_frames + [layer.gives]
        assert given == once * 2


def test_the_delay_of_several_layers_is_in_frames_of_the_first() -> None:
    layers: list[Layer] = [Conv(1, 16, 8, 2), Conv(16, 16, 8, 4), TransposedConv(16, 16, 6, 3)]
    assert delay_frames(layers) == 1 + 2 * 3


@pytest.mark.parametrize("sizes", [(3, 5, 7), (1, 4, 16), (16, 16, 1)])
@pytest.mark.parametrize("kind", [Conv, TransposedConv])
def test_a_weight_comes_back_from_its_matrix(kind: type[Layer], sizes: tuple[int, ...]) -> None:
    for stride in STRIDES:
        layer = kind(*sizes, stride)
        weight = random(*layer.weight_shape)
        np.testing.assert_array_equal(layer.weight(layer.matrix(weight)), weight)
        once = rounded(layer, weight)
        assert 0 < np.abs(once - weight).max() < 2**-8 * np.abs(weight).max()
        np.testing.assert_array_equal(rounded(layer, once), once)


def test_input_that_is_not_finite_or_subnormal_counts_as_silence() -> None:
    chain = conv((16, 16), 3, 1, 2)
    bad = np.zeros((8, 16), np.float32)
    silent = chain.process(bad)
    bad[1, :5] = np.nan, np.inf, -np.inf, 1e-40, 3e38
    chain.reset()
    np.testing.assert_array_equal(chain.process(bad), silent)


def test_a_state_of_nonsense_is_forgotten_within_the_window() -> None:
    chain = conv((16, 16), 3, 2, 3)
    x = random(40, 16)
    good = np.concatenate(pieces(chain, x, 8))
    for pending in (-1, 2**62, -(2**62)):
        chain.state["history"][...] = np.nan
        chain.state["pending"][...] = pending
        streamed = chain.process(x)
        np.testing.assert_array_equal(streamed[4:], good[4:])


def test_sizes_and_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Conv(16, 16, 3, 0)
    with pytest.raises(ValueError, match="cannot have dilation"):
        TransposedConv(16, 16, 3, dilation=2)
    with pytest.raises(ValueError, match="does not fit its layer"):
        StreamingConv(random(16, 16, 3), random(15))
