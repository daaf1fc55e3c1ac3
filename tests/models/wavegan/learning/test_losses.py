"""The losses equal their papers' equations."""

import math

import pytest
import torch
from torch import Tensor

from rtaudiogen.models.wavegan.learning.losses import (
    BEGAN,
    LOSSES,
    MINIMAX,
    NON_SATURATING,
    WGAN_GP,
    discriminator_loss,
    feature_matching,
    generator_loss,
    gradient_penalty,
    next_balance,
)

REAL, MADE = torch.tensor([2.0, 1.0]), torch.tensor([-1.0, 0.5])


def log_sigmoid(score: float) -> float:
    return -math.log1p(math.exp(-score))


def test_minimax_is_the_two_sided_cross_entropy() -> None:
    expected = -sum(log_sigmoid(s) for s in REAL.tolist()) / 2
    expected -= sum(log_sigmoid(-s) for s in MADE.tolist()) / 2
    for kind in (MINIMAX, NON_SATURATING):
        assert discriminator_loss(kind, REAL, MADE).item() == pytest.approx(expected)


def test_the_minimax_generator_loss_negates_its_discriminators() -> None:
    expected = sum(log_sigmoid(-s) for s in MADE.tolist()) / 2
    assert generator_loss(MINIMAX, MADE).item() == pytest.approx(expected)


def test_the_non_saturating_loss_slopes_where_minimax_is_flat() -> None:
    score = torch.tensor([-20.0], requires_grad=True)  # a generator that deceives nobody
    slopes = {}
    for kind in (MINIMAX, NON_SATURATING):
        (slope,) = torch.autograd.grad(generator_loss(kind, score), score)
        slopes[kind] = slope.item()
    assert abs(slopes[MINIMAX]) < 1e-6
    assert slopes[NON_SATURATING] == pytest.approx(-1.0, abs=1e-6)


def test_wgan_compares_means() -> None:
    assert discriminator_loss(WGAN_GP, REAL, MADE).item() == pytest.approx(-0.25 - 1.5)
    assert generator_loss(WGAN_GP, MADE).item() == pytest.approx(0.25)


def test_began_weighs_the_made_by_its_balance() -> None:
    real, made = torch.tensor([0.2]), torch.tensor([0.6])
    loss = discriminator_loss(BEGAN, real, made, torch.tensor(0.5))
    assert loss.item() == pytest.approx(0.2 - 0.3)
    assert generator_loss(BEGAN, made).item() == pytest.approx(0.6)
    k = torch.tensor(0.5)
    assert next_balance(k, real, made) < k, "the made are too easy to tell: their share falls"
    assert next_balance(k, made, real) > k
    assert next_balance(torch.tensor(0.0), real, made) == 0.0


def linear(slope: Tensor) -> "object":
    return lambda x: (x * slope).sum(1)


def test_the_wgan_penalty_is_the_squared_slope_error_from_one() -> None:
    slope = torch.full((16,), 0.5)  # of norm 2
    real, made = torch.randn(4, 16), torch.randn(4, 16)
    assert gradient_penalty(WGAN_GP, linear(slope), real, made).item() == pytest.approx(1.0)
    flat = linear(slope / 2)
    assert gradient_penalty(WGAN_GP, flat, real, made).item() == pytest.approx(0.0, abs=1e-9)


def test_the_wgan_penalty_is_taken_between_real_and_made() -> None:
    seen: list[Tensor] = []

    def score(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return x.sum(1)

    gradient_penalty(WGAN_GP, score, torch.zeros(64, 3), torch.ones(64, 3))
    places = seen[0]
    assert torch.equal(places[:, 0], places[:, 2]), "one place for a whole sound"
    assert 0 <= places.min() < 0.2
    assert 0.8 < places.max() <= 1


def test_r1_is_half_the_squared_slope_at_the_real() -> None:
    slope = torch.full((16,), 0.5)
    real = torch.randn(4, 16)
    for kind in (MINIMAX, NON_SATURATING):
        penalty = gradient_penalty(kind, linear(slope), real, torch.full_like(real, math.nan))
        assert penalty.item() == pytest.approx(2.0)


def test_a_penalty_can_be_learnt_from() -> None:
    slope = torch.ones(8, requires_grad=True)
    gradient_penalty(WGAN_GP, linear(slope), torch.randn(2, 8), torch.randn(2, 8)).backward()
    assert slope.grad is not None
    assert (slope.grad > 0).all(), "the slope of norm 2.8 is too steep"


def test_feature_matching_compares_means_and_weighs_layers_alike() -> None:
    quiet, loud = torch.randn(8, 5), 1000 * torch.randn(8, 7, 3)
    assert feature_matching([quiet, loud], [quiet.flip(0), loud.flip(0)]).item() < 1e-5
    both = feature_matching([2 * quiet, 2 * loud], [quiet, loud])
    torch.testing.assert_close(both, torch.tensor(1.0))


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss_pushes_both_sides_apart(kind: str) -> None:
    real = torch.tensor([0.3, 0.4], requires_grad=True)
    made = torch.tensor([0.3, 0.4], requires_grad=True)
    loss = discriminator_loss(kind, real, made, torch.tensor(0.5))
    of_real, of_made = torch.autograd.grad(loss, (real, made))
    (wanted,) = torch.autograd.grad(generator_loss(kind, made), made)
    sign = -1 if kind == BEGAN else 1  # BEGAN's scores are errors
    assert (sign * of_real < 0).all()
    assert (sign * of_made > 0).all()
    assert (sign * wanted < 0).all()
