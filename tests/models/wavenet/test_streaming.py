"""The torch form with cached state against the parallel network."""

import pytest
import torch
from torch import Tensor

from rtaudiogen.models.compiled.mulaw import SILENCE
from rtaudiogen.models.wavenet import streaming
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.network import WaveNet

NOTES = WaveNetConfig(residual=16, skip=32, output=16, dilations=(1, 2, 4, 8, 1, 3))
TEXTURE = WaveNetConfig(residual=16, skip=32, output=16, dilations=(1, 2, 4), harmonics=0)
VOICES, FRAMES = 2, 60


@pytest.fixture(params=[NOTES, TEXTURE], ids=["notes", "texture"])
def network(request: pytest.FixtureRequest) -> WaveNet:
    torch.manual_seed(0)
    return WaveNet(request.param)


def material(network: WaveNet) -> tuple[Tensor, Tensor | None, Tensor]:
    """Return codes, conditioning and embedding."""
    channels = network.config.conditioning
    conditioning = torch.randn(VOICES, FRAMES, channels) if channels else None
    codes = torch.randint(256, (VOICES, FRAMES))
    return codes, conditioning, torch.randn(VOICES, network.config.embedding)


@torch.inference_mode()
def parallel(network: WaveNet, codes: Tensor, conditioning: Tensor | None, e: Tensor) -> Tensor:
    heard = torch.cat([torch.full((VOICES, 1), SILENCE), codes[:, :-1]], dim=1)
    logits: Tensor = network(heard, conditioning, e)
    return logits


def assert_close(ours: Tensor, expected: Tensor) -> None:
    assert ((ours - expected).abs().max() < 1e-4 * expected.abs().max()).item()


def test_streaming_equals_the_parallel_network(network: WaveNet) -> None:
    codes, conditioning, embedding = material(network)
    state = streaming.silent(network, VOICES)
    ours = streaming.process(network, state, codes, conditioning, embedding)
    assert_close(ours, parallel(network, codes, conditioning, embedding))


def test_streaming_goes_on_after_save_and_restore_in_the_middle(network: WaveNet) -> None:
    codes, conditioning, embedding = material(network)
    state, cut = streaming.silent(network, VOICES), 23
    begin = end = None
    if conditioning is not None:
        begin, end = conditioning[:, :cut], conditioning[:, cut:]
    first = streaming.process(network, state, codes[:, :cut], begin, embedding)
    saved = {name: tensor.clone() for name, tensor in state.items()}
    streaming.process(network, state, codes[:, :cut], begin, embedding)
    second = streaming.process(network, saved, codes[:, cut:], end, embedding)
    expected = parallel(network, codes, conditioning, embedding)
    assert_close(torch.cat([first, second], dim=1), expected)


def test_a_sampled_code_is_where_the_cdf_passes_the_uniform(
    network: WaveNet,
) -> None:
    _, conditioning, embedding = material(network)
    uniforms = torch.rand(VOICES, FRAMES)
    state = streaming.silent(network, VOICES)
    codes = streaming.sample(network, state, conditioning, embedding, uniforms, 0.7)
    logits = parallel(network, codes, conditioning, embedding).double()
    passed = torch.softmax(logits / 0.7, dim=-1).cumsum(-1)
    above = passed.gather(-1, codes[..., None])[..., 0]
    below = above - torch.softmax(logits / 0.7, dim=-1).gather(-1, codes[..., None])[..., 0]
    assert ((below - 1e-5 <= uniforms) & (uniforms <= above + 1e-5)).all().item()


def test_the_network_is_causal(network: WaveNet) -> None:
    codes, conditioning, embedding = material(network)
    before = parallel(network, codes, conditioning, embedding)
    changed, at = codes.clone(), 30
    changed[:, at] = (changed[:, at] + 100) % 256
    if conditioning is not None:
        conditioning = conditioning.clone()
        conditioning[:, at + 1 :] += 1
    after = parallel(network, changed, conditioning, embedding)
    torch.testing.assert_close(after[:, : at + 1], before[:, : at + 1], rtol=0, atol=0)
    assert (after[:, at + 1] != before[:, at + 1]).any().item()
