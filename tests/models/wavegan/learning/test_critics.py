"""The critics that judge the generator, and the encoder that guides it."""

import math

import pytest
import torch

from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.learning.critics import AutoencoderCritic, Critics, log_spectrogram
from rtaudiogen.models.wavegan.learning.guide import Encoder, Place, to_uniform
from rtaudiogen.models.wavegan.learning.losses import BEGAN, LOSSES, NON_SATURATING, WGAN_GP

CONFIG = WaveGANConfig(frames=8192, width=16, latent=12, classes=("kick", "snare"))
CLASSES = torch.tensor([0, 1, 1, 0])


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def sounds() -> tuple[torch.Tensor, torch.Tensor]:
    """Return decaying noise and steady noise, (B, T)."""
    noise = 0.3 * torch.randn(8, CONFIG.frames)
    return noise[:4] * torch.linspace(0, -9, CONFIG.frames).exp(), noise[4:]


@pytest.mark.parametrize("kind", LOSSES)
def test_critics_learn_to_tell_made_from_real(kind: str) -> None:
    critics = Critics(CONFIG, kind, 1.0, 16, 0 if kind == BEGAN else 16)
    optimizer = torch.optim.Adam(critics.parameters(), 1e-3, (0.5, 0.9))
    for _ in range(12):
        optimizer.zero_grad()
        critics(*sounds(), CLASSES).backward()
        optimizer.step()
    real, made = sounds()
    for of_real, of_made in zip(
        critics.judge(real, CLASSES), critics.judge(made, CLASSES), strict=True
    ):
        real_is_higher = of_real.score.mean() > of_made.score.mean()
        assert real_is_higher != (kind == BEGAN)


def test_a_spectral_critic_of_width_0_is_none() -> None:
    assert len(Critics(CONFIG, WGAN_GP, 10.0, 16, 0).all) == 1
    assert len(Critics(CONFIG, WGAN_GP, 10.0, 16, 8).all) == 2


def test_the_penalty_of_wgan_is_in_every_step_and_r1_in_some() -> None:
    for kind, always in ((WGAN_GP, True), (NON_SATURATING, False)):
        free, bound = (Critics(CONFIG, kind, penalty, 16, 0).eval() for penalty in (0.0, 10.0))
        bound.load_state_dict(free.state_dict())
        real, made = sounds()
        changed = []
        for step in range(24):
            torch.manual_seed(step)
            changed.append(bound(real, made, CLASSES).item() != free(real, made, CLASSES).item())
        assert all(changed) == always
        assert any(changed)


def test_began_moves_its_balance_as_it_goes() -> None:
    critics = Critics(CONFIG, BEGAN, 0.0, 16, 0)
    real, made = sounds()
    critics(10 * real, 0.01 * made, CLASSES).backward()
    assert 0 < critics.balance < 1, "the real ones' error is the larger one"
    assert isinstance(critics.all[0], AutoencoderCritic)


def test_spectrogram_is_1_at_a_full_scale_sine_and_0_at_silence() -> None:
    time = torch.arange(CONFIG.frames) / CONFIG.sample_rate
    sine = torch.sin(2 * math.pi * 1000 * time)[None]
    picture = log_spectrogram(sine)
    assert picture.shape == (1, 256, CONFIG.frames // 256)
    assert picture[0, :, 15].argmax() == 31, "1000 Hz is bin 32, the first one is left out"
    assert picture[0, 31, 15].item() == pytest.approx(1.0, abs=0.01)
    assert log_spectrogram(0 * sine).abs().max() < 1e-6


def test_a_standard_normal_place_is_uniform_and_costs_nothing() -> None:
    place = Place(torch.zeros(4000, 3), torch.zeros(4000, 3))
    assert place.divergence().abs().max() == 0
    latents = place.draw()
    histogram = torch.histc(latents, 10, -1, 1) / latents.numel()
    assert (histogram - 0.1).abs().max() < 0.02


def test_a_narrow_place_repeats_its_latent_and_costs_nats() -> None:
    place = Place(torch.full((100, 3), 0.5), torch.full((100, 3), -8.0))
    assert (place.draw() - to_uniform(torch.tensor(0.5))).abs().max() < 0.1
    variance = math.exp(-8.0)
    expected = 3 * 0.5 * (0.25 + variance - 1 + 8)
    assert place.divergence()[0].item() == pytest.approx(expected)


@pytest.mark.parametrize("frames", [8192, 16384, 32768])
def test_the_encoder_finds_a_place_for_hits_of_every_length(frames: int) -> None:
    config = WaveGANConfig(frames=frames, width=16, latent=12, classes=("kick", "snare"))
    place = Encoder(config)(torch.randn(2, frames), torch.tensor([0, 1]))
    assert place.mean.shape == place.log_variance.shape == (2, 12)
