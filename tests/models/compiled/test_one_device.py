"""The families' losses, computed on another device than the CPU."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.models.training.device import moved
from rtaudiogen.models.training.speed import Trial
from rtaudiogen.models.training.trainer import Trainer
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.prior.network import Prior
from rtaudiogen.models.vqvae.prior.training import Objective as PriorObjective
from rtaudiogen.models.vqvae.prior.training import Streams
from rtaudiogen.models.vqvae.trial import trial as vqvae
from rtaudiogen.models.vqvae.waveform.quantizer import START_STEPS, Codebook
from rtaudiogen.models.wavegan.learning.critics import Critics
from rtaudiogen.models.wavegan.learning.losses import LOSSES, gradient_penalty
from rtaudiogen.models.wavegan.trial import trial as wavegan
from rtaudiogen.models.wavenet.training import trial as wavenet

from .one_device import OneDevice

ELSEWHERE = torch.device("meta")


@pytest.fixture(autouse=True)
def no_autocast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable autocast, which the device does not have."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())


def learn(objective: nn.Module, batch: dict[str, Tensor], rival: nn.Module | None = None) -> None:
    """Train both networks one step, on the other device."""
    objective.to(ELSEWHERE)
    batch = moved(batch, ELSEWHERE)
    with OneDevice():
        against = {} if rival is None else {"against": rival.to(ELSEWHERE)}
        step = objective(**batch, **against)
        torch.autograd.backward(step if rival is None else step.loss)
        if rival is not None:
            for shown in step.shown:
                torch.autograd.backward(rival(**shown))
    assert {p.device for p in objective.parameters()} == {ELSEWHERE}


def step_of(trainer: Trainer) -> dict[str, Tensor]:
    (batch,) = trainer.batches.of(0, 0)
    return batch


def test_mixing_devices_or_waiting_for_one_is_detected() -> None:
    away, here = torch.ones(2, 2, device=ELSEWHERE), torch.ones(2, 2)
    for mixed in (
        lambda: away + here,
        lambda: away @ here,
        lambda: torch.cat([away, here]),
        lambda: away[here.bool()],
        lambda: torch.stack([away.sum(), here.sum()]),
    ):
        with OneDevice(), pytest.raises((AssertionError, RuntimeError)):
            mixed()
    with OneDevice(), pytest.raises((NotImplementedError, RuntimeError)):
        bool(away.sum() > 0)
    with OneDevice():
        assert (away * here.sum() + here.to(ELSEWHERE)).device == ELSEWHERE


def test_wavenet(tmp_path: Path) -> None:
    sizes = {"residual": 16, "skip": 16, "output": 16, "largest_dilation": 8, "compile": False}
    trainer = wavenet(tmp_path, "cpu", 1, **sizes).trainer
    learn(trainer.plain, step_of(trainer))


def test_vqvae_and_its_rival(tmp_path: Path) -> None:
    trainer = vqvae(tmp_path, "cpu", 1, segments=2, encoder_channels=16, codes=16).trainer
    for module in trainer.plain.modules():
        if isinstance(module, Codebook):  # before that it asks whether it may round
            module.steps.fill_(START_STEPS)
            assert module.started
    assert trainer.adversary is not None
    learn(trainer.plain, step_of(trainer), trainer.adversary.network)


def test_the_prior() -> None:
    config = VQVAEConfig(labels=("any", "one"), codes=16, prior_layers=1, prior_width=16)
    codes = np.zeros((200, config.stages), np.uint16)
    batch = Streams(config, [(codes, 1)]).draw(np.random.default_rng(0), 2)
    learn(PriorObjective(Prior(config, 0.2)), batch)


@pytest.mark.parametrize("loss", LOSSES)
def test_wavegan_and_its_critics(tmp_path: Path, loss: str) -> None:
    began = {"spectral_width": 0} if loss == "began" else {}
    sizes = {"hits": 4, "frames": 8192, "width": 16, "feature_matching": 1.0, "post_filter": 16}
    trainer = wavegan(
        tmp_path, "cpu", 1, loss=loss, gradient_penalty=0.0, critic_steps=2, **sizes, **began
    ).trainer
    assert trainer.adversary is not None
    learn(trainer.plain, step_of(trainer), trainer.adversary.network)


@pytest.mark.parametrize("loss", ["wgan-gp", "minimax"])
def test_the_penalty_of_slopes(tmp_path: Path, loss: str) -> None:
    trainer = wavegan(tmp_path, "cpu", 1, hits=2, frames=8192).trainer
    assert trainer.adversary is not None
    critics = trainer.adversary.network.to(ELSEWHERE)
    assert isinstance(critics, Critics)
    batch = moved(step_of(trainer), ELSEWHERE)
    classes = batch["classes"][0]
    for critic in critics.all:
        view = critic.view(batch["real"][0])
        with OneDevice():
            penalty = gradient_penalty(
                loss, lambda v, c=critic: c(v, classes).score, view, 0.5 * view
            )
            torch.autograd.backward(penalty)


@pytest.mark.parametrize("trial", [wavenet, vqvae, wavegan])
def test_made_up_sounds_are_the_same_every_time(
    tmp_path: Path, trial: Callable[..., Trial]
) -> None:
    sizes = {"compile": False} if trial is wavenet else {}
    one, other = (step_of(trial(tmp_path, "cpu", 1, **sizes).trainer) for _ in range(2))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
