"""The parallel network: causal, of the right shapes, and deterministic after training."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.layers import TRAINING_ONLY, Centred, WeightNorm, folded, unfold
from rtaudiogen.models.vqvae.learning.options import default_strides
from rtaudiogen.models.vqvae.waveform.network import VQVAE

from ..untrained import SMALL

CONFIG = replace(SMALL, strides=(2, 3, 4))


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch use one thread: at these sizes more are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def noise(frames: int, seed: int = 0, batch: int = 1) -> Tensor:
    return 0.1 * torch.randn(batch, frames, generator=torch.Generator().manual_seed(seed))


@torch.enable_grad()
def trained(config: VQVAEConfig = CONFIG) -> VQVAE:
    """Return a network after a few training steps, with running means of its own."""
    torch.manual_seed(1)
    network = VQVAE(config)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for step in range(5):
        signal = noise(8 * config.hop, step, batch=4)
        labels = torch.arange(4) % len(config.labels)
        made, quantized = network(signal, labels)
        optimizer.zero_grad()
        ((made - signal).square().mean() + quantized.matching).backward()
        optimizer.step()
    return network.eval()


@pytest.mark.parametrize("config", [CONFIG, replace(SMALL, strides=(4, 1, 5)),
                                    replace(SMALL, encoder_dilations=(1, 3, 9))])  # fmt: skip
@torch.no_grad()
def test_later_input_changes_nothing_before(config: VQVAEConfig) -> None:
    network = trained(config)
    changed = 7 * config.hop + 5  # within code frame 7 of 12
    one = noise(12 * config.hop)
    other = one.clone()
    other[:, changed:] = noise(12 * config.hop, 99)[:, changed:]
    label = torch.tensor([1])
    latents = [network.encoder(signal) for signal in (one, other)]
    differs = (latents[0] != latents[1]).any(dim=1)[0]
    assert not differs[:7].any()
    assert differs[7], "the code frame that holds the change is the first to know"
    made = [network(signal, label)[0] for signal in (one, other)]
    assert torch.equal(made[0][:, : 7 * config.hop], made[1][:, : 7 * config.hop])
    assert not torch.equal(made[0], made[1])


@torch.no_grad()
def test_a_code_frame_sounds_from_its_first_frame_not_earlier() -> None:
    network = trained()
    latent = torch.randn(1, CONFIG.latent, 12)
    other = latent.clone()
    other[..., 7] += 1.0
    embedding = network.labels.weight[:1]
    differs = (network.decoder(latent, embedding) != network.decoder(other, embedding))[0]
    assert not differs[: 7 * CONFIG.hop].any()
    assert differs[7 * CONFIG.hop]


@pytest.mark.parametrize("sample_rate", [16000, 24000, 44100, 48000])
@torch.no_grad()
def test_the_default_strides_fit_every_rate(sample_rate: int) -> None:
    strides = default_strides(sample_rate)
    config = replace(SMALL, sample_rate=sample_rate, strides=strides)
    assert 0.015 < config.hop / sample_rate <= 0.02
    network = VQVAE(config).eval()
    made, quantized = network(noise(3 * config.hop, batch=2), torch.tensor([0, 1]))
    assert made.shape == (2, 3 * config.hop)
    assert quantized.latent.shape == (2, config.latent, 3)
    assert quantized.codes.shape == (2, 3, config.stages)


@torch.no_grad()
def test_a_latent_begins_with_variance_1_whatever_the_sound() -> None:
    network = VQVAE(CONFIG)
    for gain in (0.1, 1.0, 8.0):
        latent = network.encoder(gain * noise(200 * CONFIG.hop))
        assert latent.mean().abs() < 0.01
        assert latent.std() == pytest.approx(1.0, abs=0.05)


@torch.no_grad()
def test_the_label_changes_the_sound_and_not_the_codes() -> None:
    network = trained()
    signal = noise(8 * CONFIG.hop).expand(3, -1)
    made, quantized = network(signal, torch.tensor([0, 1, 2]))
    for label in (1, 2):
        assert torch.equal(quantized.codes[0], quantized.codes[label])
        assert (made[0] - made[label]).abs().max() > 0.01 * made[0].abs().max()


def test_every_parameter_learns_by_reconstruction_or_matching() -> None:
    network = VQVAE(CONFIG)
    made, quantized = network(noise(8 * CONFIG.hop, batch=3), torch.tensor([0, 1, 2]))
    (made.square().mean() + quantized.matching).backward()
    centred = {  # a constant that the mean takes away again
        f"{name}.linear.bias" for name, m in network.named_modules() if isinstance(m, Centred)
    }
    silent = {name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()}
    assert silent <= centred


@torch.no_grad()
def test_folding_and_unfolding_give_the_same_network() -> None:
    network, other = trained(), VQVAE(CONFIG).eval()
    tensors = folded(network)
    unfold(other, tensors)
    signal, label = noise(9 * CONFIG.hop), torch.tensor([2])
    torch.testing.assert_close(other.encoder(signal), network.encoder(signal))
    latent = torch.randn(1, CONFIG.latent, 9)
    embedding = network.labels(label)
    torch.testing.assert_close(other.decoder(latent, embedding), network.decoder(latent, embedding))
    codes = torch.randint(CONFIG.codes, (1, 9, CONFIG.stages))
    torch.testing.assert_close(other.quantizer.decode(codes), network.quantizer.decode(codes))
    assert torch.equal(other(signal, label)[1].codes, network(signal, label)[1].codes)
    again = folded(other)
    assert again.keys() == tensors.keys()
    for name, value in again.items():
        if not name.endswith(TRAINING_ONLY):
            torch.testing.assert_close(value, tensors[name], msg=name)


@torch.no_grad()
def test_folding_gives_plain_weights_biases_and_books() -> None:
    names = {name for name in folded(trained()) if not name.endswith(TRAINING_ONLY)}
    assert {name.rsplit(".", 1)[-1] for name in names} == {"weight", "bias", "vectors"}
    weight = folded(network := trained())["encoder.filterbank.weight"]
    assert weight.shape == (CONFIG.encoder_channels, 1, 4 * CONFIG.strides[0])
    torch.testing.assert_close(weight, network.encoder.filterbank.weight())


def test_a_missing_and_a_misshapen_tensor_are_noticed() -> None:
    tensors = folded(trained())
    missing = {k: v for k, v in tensors.items() if k != "decoder.input.bias"}
    with pytest.raises(KeyError, match=r"decoder\.input\.bias"):
        unfold(VQVAE(CONFIG), missing)
    misshapen = tensors | {"decoder.input.bias": torch.zeros(3)}
    with pytest.raises(RuntimeError, match="size"):
        unfold(VQVAE(CONFIG), misshapen)


@pytest.mark.parametrize("dim", [0, 1])
def test_a_normed_weight_is_its_direction_at_its_length(dim: int) -> None:
    torch.manual_seed(2)
    weight = torch.randn(6, 5, 3)
    norm = WeightNorm(weight.clone(), dim)
    torch.testing.assert_close(norm(), weight)
    with torch.no_grad():
        norm.direction *= 3.0
        norm.length *= 2.0
    torch.testing.assert_close(norm(), 2.0 * weight)
    other = WeightNorm(torch.randn(6, 5, 3), dim)
    other.load_plain(norm.plain())
    torch.testing.assert_close(other(), norm())
