"""Filters that say nothing pass everything, and loss that is least where nothing differs."""

import pytest
import torch

from rtaudiogen.models.vqvae.shaped.bands import BAND_CENTRE, BAND_SPREAD
from rtaudiogen.models.vqvae.shaped.learning.losses import SpectralLoss
from rtaudiogen.models.vqvae.shaped.synthesis import Synthesis

from ..untrained import SHAPED

STEPS = 12


def bands(harmonic: float, noise: float) -> torch.Tensor:
    """Return (1, bands, STEPS) of flat filters, in log magnitude."""
    log = torch.full((1, SHAPED.bands, STEPS), noise)
    log[:, : SHAPED.harmonic_bands] = harmonic
    return (log - BAND_CENTRE) / BAND_SPREAD


def test_flat_filters_pass_their_excitation_on() -> None:
    torch.manual_seed(0)
    pulses, noise = torch.randn(2, 1, STEPS * SHAPED.step)
    made = Synthesis(SHAPED)(bands(0.0, -14.0), pulses, noise)
    assert torch.allclose(made, pulses, atol=1e-4)
    made = Synthesis(SHAPED)(bands(-14.0, 0.5), pulses, noise)
    assert torch.allclose(made, noise * 2.718281828**0.5, atol=1e-3)


def test_a_filter_answers_nothing_that_comes_later() -> None:
    torch.manual_seed(1)
    both = torch.randn(1, SHAPED.bands, STEPS)
    pulses, noise = torch.randn(2, 1, STEPS * SHAPED.step)
    before = Synthesis(SHAPED)(both, pulses, noise)
    pulses[:, 6 * SHAPED.step :] = 0
    after = Synthesis(SHAPED)(both, pulses, noise)
    assert torch.equal(before[:, : 6 * SHAPED.step], after[:, : 6 * SHAPED.step])


def test_the_loss_is_least_for_the_sound_itself() -> None:
    torch.manual_seed(2)
    loss, sound = SpectralLoss(16000), 0.1 * torch.randn(2, 4000)
    assert float(loss(sound, sound)) == pytest.approx(0.0, abs=1e-5)
    assert float(loss(-sound, sound)) == pytest.approx(0.0, abs=1e-5), "signs are its own"
    assert 0 < float(loss(0.9 * sound, sound)) < float(loss(0.3 * sound, sound))
    made = (0.5 * sound).requires_grad_()
    loss(made, sound).backward()
    assert made.grad is not None
    assert torch.isfinite(made.grad).all()
