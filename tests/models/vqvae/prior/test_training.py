"""The prior learns code streams whose statistics are known exactly."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.compiled.random_numbers import fill_uniforms
from rtaudiogen.models.training.trainer import Budget, Trainer
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.prior.network import Prior
from rtaudiogen.models.vqvae.prior.sampler import PriorSampler
from rtaudiogen.models.vqvae.prior.training import (
    SEGMENT_FRAMES,
    SEGMENTS,
    STRANGE_FRAMES,
    Stream,
    Streams,
    bits_per_stage,
    prior_tensors,
    prior_trainer,
)

pytestmark = pytest.mark.slow
CODES = 12
CONFIG = VQVAEConfig(
    stages=2, codes=CODES, labels=("any", "up", "down"), embedding=4,
    prior_layers=1, prior_width=48, prior_embedding=16,
)  # fmt: skip
STEPS = 200
Tensors = dict[str, NDArray[np.float32]]


def transitions(label: int) -> NDArray[np.float64]:
    """Return (codes, codes) of the first stage: mostly steps of one, sometimes of two or none."""
    sign = 1 if label == 1 else -1
    chances = {0: 0.1, sign: 0.6, 2 * sign: 0.3}
    matrix = np.zeros((CODES, CODES))
    for step, chance in chances.items():
        matrix[np.arange(CODES), (np.arange(CODES) + step) % CODES] = chance
    return matrix


def second_stage(first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (N, codes): one of the two codes allowed by the first stage's code of the frame."""
    chances = np.zeros((len(first), CODES))
    chances[np.arange(len(first)), 5 * first % CODES] = 0.7
    chances[np.arange(len(first)), (5 * first + 1) % CODES] = 0.3
    return chances


def entropy_bits(chances: NDArray[np.float64]) -> float:
    positive = chances[chances > 0]
    return float(-(positive * np.log2(positive)).sum())


ENTROPY = (entropy_bits(transitions(1)[0]), entropy_bits(np.array([0.7, 0.3])))


def stream(label: int, frames: int, random: np.random.Generator) -> Stream:
    """Return a chain that begins with code 0 in both stages."""
    first, matrix = np.zeros(frames, np.int64), transitions(label)
    for frame in range(1, frames):
        first[frame] = random.choice(CODES, p=matrix[first[frame - 1]])
    second = np.array([random.choice(CODES, p=row) for row in second_stage(first)])
    second[0] = 0
    return np.stack([first, second], 1).astype(np.uint16), label


def streams(count: int, seed: int) -> list[Stream]:
    random = np.random.default_rng(seed)
    return [stream(1 + k % 2, int(random.integers(40, 400)), random) for k in range(count)]


def run(trainer: Trainer, on_step: Callable[[float], None] = lambda loss: None) -> Tensors:
    trainer.run(on_step, lambda report: None)
    return prior_tensors(trainer)


@cache
def trained() -> Tensors:
    """Return tensors that are learnt once for all tests."""
    torch.set_num_threads(1)
    budget = Budget(steps=STEPS, learning_rate=1e-2, warm_up_steps=20, averaging=0.98,
                    report_steps=50)  # fmt: skip
    with TemporaryDirectory() as folder:
        trainer = prior_trainer(
            CONFIG, streams(60, 0), streams(20, 1), budget, Path(folder), {}
        )  # fmt: skip
        return run(trainer)


def sampled(label: NDArray[np.float32], frames: int, seed: int = 0) -> NDArray[np.uint16]:
    sampler = PriorSampler(CONFIG, trained(), 1)
    codes, uniforms = np.zeros((frames, 2), np.uint16), np.zeros(2, np.float32)
    for frame in range(frames):
        fill_uniforms(np.uint64(seed), 2 * frame, uniforms)
        sampler.sample(0, label, 1.0, 0, uniforms, codes[frame])
    return codes


def pure(label: int) -> NDArray[np.float32]:
    return np.eye(3, dtype=np.float32)[label]


def bigrams(codes: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return the shares (codes,) of the first stage's steps, modulo the number of codes."""
    steps = np.diff(codes[:, 0].astype(int)) % CODES
    return np.bincount(steps, minlength=CODES) / len(steps)


def test_the_loss_falls_to_the_entropy_of_the_chain() -> None:
    bits = bits_per_stage(CONFIG, trained(), streams(20, 2))
    for measured, least in zip(bits, ENTROPY, strict=True):
        assert least - 0.05 < measured < least + 0.2


@pytest.mark.parametrize("label", [1, 2], ids=["up", "down"])
def test_samples_have_the_statistics_of_their_label(label: int) -> None:
    codes = sampled(pure(label), 4000)
    expected = transitions(label)[0]
    assert np.abs(bigrams(codes) - expected).sum() < 0.15
    first, second = codes.astype(int).T
    likely, other = second == 5 * first % CODES, second == (5 * first + 1) % CODES
    assert abs(likely.mean() - 0.7) < 0.05
    assert abs(other.mean() - 0.3) < 0.05
    assert np.bincount(first, minlength=CODES).min() > 4000 / CODES / 2


def test_a_label_turns_around_a_voice_in_the_wrong_direction() -> None:
    sampler = PriorSampler(CONFIG, trained(), 1)
    codes, uniforms = np.zeros((60, 2), np.uint16), np.zeros(2, np.float32)
    wrong, _ = stream(2, 60, np.random.default_rng(5))
    sampler.force(0, wrong, pure(2))
    for frame in range(60):
        fill_uniforms(np.uint64(1), 2 * frame, uniforms)
        sampler.sample(0, pure(1), 1.0, 0, uniforms, codes[frame])
    assert bigrams(codes[20:])[[1, 2]].sum() > 0.7


def test_a_sound_begins_as_sounds_begin() -> None:
    begins = [int(sampled(pure(1), 1, seed)[0, 0]) for seed in range(60)]
    assert begins.count(0) > 3 * len(begins) / CODES


def test_without_a_label_some_streams_go_up_and_some_down() -> None:
    ups = [bigrams(sampled(pure(0), 60, seed))[1] for seed in range(30)]
    assert sum(up > 0.4 for up in ups) >= 4
    assert sum(up < 0.2 for up in ups) >= 4


def random_batch(frames: int) -> dict[str, torch.Tensor]:
    codes = torch.randint(CODES, (1, frames + 1, 2), generator=torch.Generator().manual_seed(0))
    return {"past": codes[:, :-1], "codes": codes[:, 1:], "embedding": torch.zeros(1, frames, 4)}


def test_dropout_is_active_in_training_but_not_in_measuring() -> None:
    prior, batch = Prior(CONFIG, dropout=0.5), random_batch(30)
    prior.eval()
    assert torch.equal(prior(**batch)[1], prior(**batch)[1])
    prior.train()
    assert not torch.equal(prior(**batch)[1], prior(**batch)[1])


def test_a_prediction_knows_the_past_and_the_stages_before_only() -> None:
    prior, batch = Prior(CONFIG).eval(), random_batch(20)
    other = {name: tensor.clone() for name, tensor in batch.items()}
    changed = (batch["codes"][0, 10, 0] + 1) % CODES  # of frame 10, first stage
    other["codes"][0, 10, 0] = other["past"][0, 11, 0] = changed
    first, second = (
        (a - b).abs().amax(-1)[0] for a, b in zip(prior(**batch), prior(**other), strict=True)
    )
    assert not first[:11].any()
    assert not second[:10].any()
    assert second[10] > 0
    assert (first[11:] > 0).all()


def test_a_segment_goes_on_with_another_sound_of_its_label() -> None:
    short = [(np.full((5, 2), label, np.uint16), label) for label in (1, 1, 2)]
    batch = Streams(CONFIG, short).draw(np.random.default_rng(0), 64)
    assert batch["codes"].shape == batch["past"].shape == (64, SEGMENT_FRAMES, 2)
    for codes, labels in zip(batch["codes"], batch["labels"], strict=True):
        assert len(codes.unique()) == len(labels.unique()) == 1
        assert labels[0] in (0, codes[0, 0])
    assert 0 < (batch["labels"][:, 0] == 0).sum() < 32
    assert (batch["past"][:, 0] == CODES).any()


def test_a_foreign_past_is_short_and_of_another_label() -> None:
    long = [(np.full((500, 2), label, np.uint16), label) for label in (1, 2)]
    batch = Streams(CONFIG, long).draw(np.random.default_rng(0), 64)
    strange = (batch["past"] != batch["codes"]).any(-1) & (batch["past"] < CODES).all(-1)
    assert 2 < strange.any(-1).sum() < 32
    assert strange.sum(-1).max() <= STRANGE_FRAMES
    assert not strange[batch["labels"][:, 0] == 0].any()


def test_every_held_out_frame_counts_once() -> None:
    material = streams(9, 3)
    batches = Streams(CONFIG, material).fixed(1000)
    counted = torch.cat([batch["codes"].flatten(0, 1) for batch in batches])
    counted = counted[counted[:, 0] < CODES]
    for label in (1, 2):
        own = torch.cat([b["codes"][b["labels"] == label] for b in batches])
        expected = np.concatenate([codes for codes, whose in material if whose == label])
        np.testing.assert_array_equal(own[own[:, 0] < CODES].numpy(), expected)
    assert len(counted) == sum(len(codes) for codes, _ in material)
    assert max(len(batch["codes"]) for batch in batches) <= SEGMENTS


def test_an_interrupted_training_goes_on_to_the_same_numbers(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    small = replace(CONFIG, prior_width=16)
    budget = Budget(steps=6, report_steps=2)

    def train(folder: Path, stop: float = math.inf) -> Tensors:
        material = streams(4, 0)
        trainer = prior_trainer(small, material, material, budget, folder, {"seed": 3}, 3)

        def on_step(loss: float) -> None:
            if trainer.progress > stop:
                raise KeyboardInterrupt

        return run(trainer, on_step)

    straight = train(tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped", stop=0.6)
    resumed = train(tmp_path / "stopped")
    assert straight.keys() == resumed.keys()
    assert all((straight[name] == resumed[name]).all() for name in straight)
    with pytest.raises(UsageError, match="started with seed 3, not 4"):
        run(prior_trainer(small, streams(4, 0), [], budget, tmp_path / "stopped", {"seed": 4}))


def test_streams_of_nothing_are_refused(tmp_path: Path) -> None:
    empty = [(np.zeros((0, 2), np.uint16), 1)]
    with pytest.raises(RtAudioGenError, match="no prior can be learnt"):
        prior_trainer(CONFIG, empty, empty, Budget(steps=1), tmp_path, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sizes", [{"prior_layers": -1}, {"prior_width": 40}])
def test_sizes_that_no_prior_can_have_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="prior"):
        replace(CONFIG, **sizes)
