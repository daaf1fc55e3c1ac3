"""Compiled recurrent layers against torch's with the same rounded weights."""

import numpy as np
import pytest
import torch
from torch import nn

from rtaudiogen.models.compiled.packing import as_computed, padded
from rtaudiogen.models.compiled.recurrent_chain import RecurrentChain

Kind = type[nn.GRU] | type[nn.LSTM]

WIDTH, FRAMES = 32, 300
TOLERANCE = 2e-5  # absolute; what comes out is within ±1
MADE = [(nn.GRU, 6, 1), (nn.GRU, 16, 2), (nn.LSTM, 6, 1), (nn.LSTM, 16, 2)]


def made(kind: Kind, inputs: int, layers: int) -> tuple[RecurrentChain, nn.Module]:
    """Return a chain, and torch's network of the same rounded weights."""
    torch.manual_seed(0)
    network = kind(inputs, WIDTH, layers, batch_first=True)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            tensor *= 3.0  # gates that open and close
            if name.startswith("weight"):
                rounded = as_computed(padded(tensor.numpy()))
                tensor.copy_(torch.from_numpy(rounded[: len(tensor), : tensor.shape[1]]))
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return RecurrentChain(tensors), network


def sound(inputs: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((FRAMES, inputs), np.float32)


@pytest.mark.parametrize(("kind", "inputs", "layers"), MADE)
def test_a_stream_equals_torch(kind: Kind, inputs: int, layers: int) -> None:
    chain, network = made(kind, inputs, layers)
    x = sound(inputs)
    with torch.inference_mode():
        expected = network(torch.from_numpy(x)[None])[0][0].numpy()
    assert np.abs(chain.process(x) - expected).max() < TOLERANCE
    assert np.abs(expected).max() > 0.5


@pytest.mark.parametrize(("kind", "inputs", "layers"), MADE)
def test_chunks_and_a_restored_state_give_the_same_bits(
    kind: Kind, inputs: int, layers: int
) -> None:
    chain, _ = made(kind, inputs, layers)
    x = sound(inputs)
    whole = chain.process(x)
    chain.reset()
    first = [chain.process(x[:1]), chain.process(x[1:8])]
    saved = {name: array.copy() for name, array in chain.state.items()}
    chain.process(x)
    chain.restore(saved)
    np.testing.assert_array_equal(np.concatenate([*first, chain.process(x[8:])]), whole)


def test_a_state_of_nonsense_does_not_spread() -> None:
    chain, _ = made(nn.LSTM, 6, 1)
    chain.restore({name: np.full_like(a, np.nan) for name, a in chain.state.items()})
    x = sound(6)
    x[3], x[4] = np.nan, np.inf
    assert np.isfinite(chain.process(x)).all()


def test_weights_and_states_of_others_are_refused() -> None:
    gru, _ = made(nn.GRU, 6, 1)
    lstm, _ = made(nn.LSTM, 6, 1)
    with pytest.raises(ValueError, match="'cell' is another network's"):
        lstm.restore(gru.state)
    with pytest.raises(ValueError, match="neither a GRU's nor an LSTM's"):
        RecurrentChain({"weight_hh_l0": np.zeros((32, 16), np.float32)})
