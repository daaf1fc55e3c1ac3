"""The parts of the generator's loss besides the adversarial one."""

import torch

from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.learning.critics import Critics
from rtaudiogen.models.wavegan.learning.objective import Objective, _sameness
from rtaudiogen.models.wavegan.learning.options import TrainingOptions

HITS = 4


def noise(seed: int, hits: int = HITS) -> torch.Tensor:
    return 0.3 * torch.randn(hits, 8192, generator=torch.Generator().manual_seed(seed))


def built(**choices: float) -> tuple[Objective, Critics, WaveGANConfig]:
    options = TrainingOptions(
        frames=8192, width=16, critic_width=16, spectral_width=8, latent=6, hits=HITS,
        **choices,
    )  # fmt: skip
    config = options.config(("kick", "snare"))
    torch.manual_seed(0)
    critics = Critics(config, options.loss, 0.0, options.critic_width, options.spectral_width)
    return Objective(config, options).train(), critics, config


def batch(rounds: int = 1) -> dict[str, torch.Tensor]:
    return {
        "real": torch.stack([noise(turn) for turn in range(rounds)]),
        "classes": torch.tensor([[0, 0, 1, 1]] * rounds),
        "latent": torch.rand(rounds, HITS, 6) * 2 - 1,
    }


def test_sameness_is_1_for_equal_sounds_and_0_at_real_variety() -> None:
    alike = noise(1)
    alike[1], alike[3] = alike[0], alike[2]
    assert _sameness(alike, noise(2)).item() == 1.0
    assert _sameness(noise(1), noise(1)).item() == 0.0
    half = alike + 0.1 * noise(3)
    assert 0.0 < _sameness(half, noise(2)).item() < 1.0


def test_different_classes_are_no_diversity() -> None:
    hits = torch.cat([noise(1, 1), noise(1, 1), noise(2, 1), noise(2, 1)])  # pairs alike
    assert _sameness(hits, noise(3)).item() == 1.0


def test_sameness_can_be_learnt_from() -> None:
    alike = noise(1)
    alike[1] = alike[0] + 1e-3 * noise(5, 1)[0]
    made = alike.requires_grad_()
    loss = _sameness(made, noise(2))
    (slope,) = torch.autograd.grad(loss, made)
    with torch.no_grad():
        assert _sameness(made - slope / slope.abs().max() * 0.01, noise(2)) < loss


def test_without_critics_all_is_guided_and_with_them_one_half() -> None:
    objective, critics, _ = built()
    seen: list[int] = []
    assert objective.encoder is not None
    objective.encoder.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    objective(**batch())
    objective(**batch(), against=critics)
    assert seen == [HITS, HITS // 2]


def test_critics_see_every_hit_when_there_is_no_guide() -> None:
    objective, critics, _ = built(guide=0.0)
    assert objective.encoder is None
    step = objective(**batch(rounds=3), against=critics)
    assert len(step.shown) == 3
    for made in step.shown:
        assert made["made"].shape == made["real"].shape == (HITS, 8192)
        assert not made["made"].requires_grad, "the critics' steps do not reach the generator"


def test_every_term_has_its_weight() -> None:
    plain = built(guide=0.0, diversity=0.0)
    results = []
    for choices in ({}, {"diversity": 1.0}, {"feature_matching": 1.0}):
        objective, critics, _ = built(**{"guide": 0.0, "diversity": 0.0, **choices})
        objective.load_state_dict(plain[0].state_dict())
        critics.load_state_dict(plain[1].state_dict())
        torch.manual_seed(1)
        results.append(objective(**batch(), against=critics.eval()).loss.item())
    nothing, *terms = results
    assert all(term > nothing for term in terms)
