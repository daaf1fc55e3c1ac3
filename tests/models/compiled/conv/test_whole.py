"""Compiled layers over whole signals against torch's with the same rounded weights."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rtaudiogen.models.compiled.conv.layers import ELU, GATED, RELU, TANH, Conv, TransposedConv
from rtaudiogen.models.compiled.conv.whole import Padded, WholeSignal

FRAMES = 64
TOLERANCE = 1e-5  # of the largest value
LAYERS = [
    Padded(Conv(3, 32, 5, activation=TANH), 2, 2),
    Padded(Conv(32, 48, 3, dilation=4, activation=ELU), 8, 0),
    Padded(Conv(48, 32, 4, stride=2, groups=2, activation=RELU), 1, 1),
    Padded(TransposedConv(32, 16, 8, 4, activation=RELU), 1, 0),
    Padded(TransposedConv(16, 1, 25, 4, activation=RELU), 3, 3),
]


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape, np.float32)


def tensors() -> list[tuple[np.ndarray, np.ndarray]]:
    return [(random(*p.layer.weight_shape) / 8, random(p.layer.outputs)) for p in LAYERS]


def torchs(x: np.ndarray) -> np.ndarray:
    """Return what torch makes of a signal (frames, channels), with zeros around every layer."""
    y = torch.from_numpy(x.T[None].copy())
    known = {TANH: torch.tanh, ELU: F.elu, RELU: F.relu}
    for padded, (weight, bias) in zip(LAYERS, tensors(), strict=True):
        layer = padded.layer
        numbers = torch.from_numpy(padded.rounded(weight)), torch.from_numpy(bias)
        heard = known[layer.activation](y)
        if isinstance(layer, TransposedConv):
            frames = padded.steps(y.shape[-1]) * layer.stride
            y = F.conv_transpose1d(heard, numbers[0], None, layer.stride)
            y = (
                F.pad(y, (0, layer.reach * layer.stride))[
                    ..., (layer.reach - 1 - padded.before) * layer.stride :
                ][..., :frames]
                + numbers[1][:, None]
            )
        else:
            heard = F.pad(heard, (padded.before, padded.after))
            y = F.conv1d(
                heard, *numbers, layer.stride, dilation=layer.dilation, groups=layer.groups
            )
    result: np.ndarray = y[0].T.numpy()
    return result


def test_a_whole_signal_is_torchs() -> None:
    signal = WholeSignal(LAYERS, tensors(), FRAMES)
    for seed in range(2):  # the second finds the memory that the first has left
        x = np.random.default_rng(seed).standard_normal((FRAMES, 3), np.float32)
        expected = torchs(x)
        ours = signal.process(x)
        assert ours.shape == expected.shape
        assert np.abs(ours - expected).max() < TOLERANCE * np.abs(expected).max()


def test_input_that_is_no_number_does_not_spread() -> None:
    signal, x = WholeSignal(LAYERS, tensors(), FRAMES), random(FRAMES, 3)
    clean = signal.process(np.where(np.arange(FRAMES)[:, None] == 5, np.float32(0), x))
    x[5] = np.nan, np.inf, 1e-42
    np.testing.assert_array_equal(signal.process(x), clean)


def test_layers_that_only_stream_are_refused() -> None:
    with pytest.raises(ValueError, match="gated and residual"):
        Padded(Conv(16, 16, 3, activation=GATED))
    with pytest.raises(ValueError, match="multiples of 16"):
        Padded(Conv(16, 8, 3, dilation=2))
    with pytest.raises(ValueError, match="61 steps are not a multiple of 4"):
        Padded(TransposedConv(16, 1, 25, 4)).steps(67)
