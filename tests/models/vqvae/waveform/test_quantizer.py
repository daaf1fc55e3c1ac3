"""The quantiser against an independent implementation, and its further promises."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.models.vqvae.books import DEAD, DECAY
from rtaudiogen.models.vqvae.layers import Centred
from rtaudiogen.models.vqvae.waveform import quantizer as module
from rtaudiogen.models.vqvae.waveform.quantizer import (
    START_STEPS,
    Codebook,
    ResidualQuantizer,
    Stage,
)  # fmt: skip

CODES, DIMENSIONS, LATENT, STAGES = 32, 8, 16, 3


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch use one thread: at these sizes more are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def started(part: nn.Module) -> None:
    """Start the codebooks, as the first steps of training do."""
    for book in part.modules():
        if isinstance(book, Codebook):
            book.steps.fill_(START_STEPS)


def bare_stage() -> Stage:
    """Return a stage without its linear layers, so that only the quantiser is left."""
    torch.manual_seed(1)
    stage = Stage(DIMENSIONS, CODES, DIMENSIONS)
    stage.down, stage.up = nn.Identity(), nn.Identity()
    started(stage)
    stage.book.sums.copy_(stage.book.vectors)  # as theirs begins: every code was used once
    return stage


def theirs_of(stage: Stage) -> Any:
    """Return the other implementation with the same codebook and settings."""
    from vector_quantize_pytorch import VectorQuantize  # takes seconds, and no other test needs it

    theirs = VectorQuantize(
        dim=DIMENSIONS, codebook_size=CODES, use_cosine_sim=True, decay=DECAY, rotation_trick=False
    )
    theirs.codebook = stage.book.vectors
    theirs._codebook.embed_avg.copy_(stage.book.vectors[None])
    return theirs.train()


def points(seed: int, batch: int = 4, frames: int = 16, dimensions: int = DIMENSIONS) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, frames, dimensions, generator=generator)


def test_codes_and_vectors_equal_another_implementations() -> None:
    stage = bare_stage()
    theirs = theirs_of(stage)
    quantized, codes = stage(points(0), learns=True)
    expected, their_codes, _ = theirs(points(0))
    assert torch.equal(codes, their_codes)
    torch.testing.assert_close(quantized, expected)


def test_the_straight_through_gradient_equals_anothers() -> None:
    gradients = []
    stage = bare_stage()
    theirs = theirs_of(stage)
    for quantise in (lambda x: stage(x, learns=True), theirs):
        x = points(0).requires_grad_()
        out = quantise(x)[0]
        (out.square().mean() + out[..., 0].sum()).backward()
        gradients.append(x.grad)
    torch.testing.assert_close(gradients[0], gradients[1])


def test_the_book_follows_as_that_of_another_implementation() -> None:
    """Theirs smooths the counts (Laplace); the normalisation cancels that."""
    stage = bare_stage()
    theirs = theirs_of(stage)
    before = stage.book.vectors.clone()
    for step in range(50):
        _, codes = stage(points(step), learns=True)
        _, their_codes, _ = theirs(points(step))
        assert torch.equal(codes, their_codes), step
    torch.testing.assert_close(stage.book.vectors, theirs.codebook, atol=1e-5, rtol=0)
    torch.testing.assert_close(stage.book.uses, theirs._codebook.cluster_size[0])
    assert (stage.book.vectors - before).norm(dim=-1).median() > 0.1


def test_an_unused_code_is_moved_to_a_point_of_the_batch() -> None:
    stage = bare_stage()
    unused = torch.arange(CODES) % 4 == 0
    even = 4 * 16 / CODES
    stage.book.uses[unused] = 0.9 * DEAD * even
    stage.book.vectors[unused] = -F.normalize(torch.ones(DIMENSIONS), dim=0)
    there = F.normalize(points(0).abs(), dim=-1)  # nowhere near
    stage(there, learns=True)
    distance = torch.cdist(stage.book.vectors[unused], there.flatten(0, 1)).min(dim=1).values
    assert distance.max() < 1e-3
    assert torch.equal(stage.book.uses[unused], torch.full((8,), even))


def test_a_collapsed_book_comes_back_to_life() -> None:
    stage = bare_stage()
    stage.book.vectors[1:] = -stage.book.vectors[:1]
    stage.book.sums.copy_(stage.book.vectors)
    used = []
    for step in range(500):
        _, codes = stage(points(step), learns=True)
        used.append(len(codes.unique()))
    assert used[0] == 2
    assert min(used[-10:]) > 0.75 * CODES  # 64 points fill 28 of 32 codes by chance


def test_nothing_is_rounded_before_the_book_has_seen_enough() -> None:
    stage = bare_stage()
    stage.book.steps.fill_(0)
    quantized, _ = stage(points(0), learns=True)
    torch.testing.assert_close(quantized, F.normalize(points(0), dim=-1))


def test_the_book_starts_from_k_means_of_the_last_batches() -> None:
    centres = F.normalize(points(7, 1, CODES), dim=-1)[0]

    def batch(step: int) -> Tensor:
        near = centres.repeat(2, 1) + 0.02 * points(step, 1, 2 * CODES)[0]
        return F.normalize(near, dim=-1)

    torch.manual_seed(3)
    book = Codebook(CODES, DIMENSIONS)
    before = book.vectors.clone()
    for step in range(START_STEPS):
        assert not book.started
        assert torch.equal(book.vectors, before)
        book.learn(batch(step), book.nearest(batch(step)))
    assert book.started
    unseen = batch(1000)
    distance = (unseen - book.vectors[book.nearest(unseen)]).norm(dim=-1)
    assert distance.median() < 0.08, "half a hundredth in each dimension is inside a cluster"
    torch.testing.assert_close(book.vectors.norm(dim=-1), torch.ones(CODES))


@pytest.fixture(scope="module")
def trained() -> ResidualQuantizer:
    """Return a quantiser in training mode that has learnt points around a few centres."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "START_STEPS", 20)
        torch.manual_seed(5)
        quantizer = ResidualQuantizer(LATENT, STAGES, CODES, 4)
        optimizer = torch.optim.Adam(quantizer.parameters(), 3e-3)
        for step in range(300):
            latent = latents(step)
            optimizer.zero_grad()
            quantizer(latent).matching.backward()
            optimizer.step()
        optimizer.zero_grad()
    started(quantizer)
    return quantizer


def latents(seed: int) -> Tensor:
    """Return (B, LATENT, N) of four dimensions that matter, and noise."""
    mixing = points(99, 1, 4, LATENT)[0]
    return (points(seed, 8, 20, 4) @ mixing + 0.05 * points(seed, 8, 20, LATENT)).transpose(1, 2)


def test_every_stage_makes_the_error_smaller(trained: ResidualQuantizer) -> None:
    trained.eval()
    latent = latents(1000)
    codes = trained(latent).codes
    assert codes.shape == (8, 20, STAGES)
    errors = [latent.square().mean().item()]
    errors += [F.mse_loss(trained.decode(codes[..., :n]), latent).item() for n in (1, 2, 3)]
    assert all(later < 0.9 * earlier for earlier, later in pairwise(errors))


def test_codes_decode_to_what_the_forward_pass_gave(trained: ResidualQuantizer) -> None:
    trained.eval()
    quantized = trained(latents(1001))
    torch.testing.assert_close(trained.decode(quantized.codes), quantized.latent)


def test_an_example_with_few_stages_decodes_as_its_first_codes(
    trained: ResidualQuantizer,
) -> None:
    trained.eval()
    latent = latents(1002)[:3]
    quantized = trained(latent, torch.tensor([1, 2, 3]))
    for example, kept in enumerate((1, 2, 3)):
        expected = trained.decode(quantized.codes[example : example + 1, :, :kept])
        torch.testing.assert_close(quantized.latent[example : example + 1], expected)
    assert torch.equal(quantized.codes, trained(latent).codes)


def test_an_example_that_keeps_no_stage_is_not_rounded(trained: ResidualQuantizer) -> None:
    trained.eval()
    latent = latents(1002)[:2]
    quantized = trained(latent, torch.tensor([0, STAGES]))
    assert torch.equal(quantized.latent[0], latent[0])
    assert not torch.equal(quantized.latent[1], latent[1])
    assert torch.equal(quantized.codes, trained(latent).codes)


def test_the_encoder_is_held_to_the_stages_that_are_kept(trained: ResidualQuantizer) -> None:
    trained.eval()
    one = latents(1003)[:1]
    codes = trained(one).codes
    for kept in (1, 2, 3):
        expected = F.mse_loss(trained.decode(codes[..., :kept]), one)
        torch.testing.assert_close(trained(one, torch.tensor([kept])).commitment, expected)
    assert trained(one, torch.tensor([0])).commitment == 0


def test_every_stage_is_matched_with_its_predecessors_residual(
    trained: ResidualQuantizer,
) -> None:
    trained.eval()
    latent = latents(1004)
    codes = trained(latent).codes
    errors = [F.mse_loss(trained.decode(codes[..., :n]), latent) for n in (1, 2, 3)]
    for kept in (None, torch.zeros(8, dtype=torch.long)):
        torch.testing.assert_close(trained(latent, kept).matching, sum(errors))


@pytest.mark.parametrize("kept", [None, 0, 2])
def test_the_gradient_of_the_latent_is_that_of_its_rounded_form(
    trained: ResidualQuantizer, kept: int | None
) -> None:
    trained.eval()
    latent = latents(1005).requires_grad_()
    keeps = None if kept is None else torch.full((8,), kept)
    rounded = trained(latent, keeps).latent
    rounded.pow(3).sum().backward()
    torch.testing.assert_close(latent.grad, 3 * rounded.detach() ** 2)
    assert all(value.grad is None for value in trained.parameters())


def test_matching_moves_the_stages_and_commitment_the_encoder(trained: ResidualQuantizer) -> None:
    trained.eval()
    latent = latents(1006).requires_grad_()
    quantized = trained(latent)
    parameters = list(trained.parameters())
    of_commitment = torch.autograd.grad(
        quantized.commitment, [latent, *parameters], allow_unused=True, retain_graph=True
    )
    torch.testing.assert_close(
        of_commitment[0], 2 * (latent - quantized.latent).detach() / latent.numel()
    )
    assert all(gradient is None for gradient in of_commitment[1:])
    of_matching = torch.autograd.grad(quantized.matching, [latent, *parameters], allow_unused=True)
    assert of_matching[0] is None
    assert all(gradient is not None and gradient.any() for gradient in of_matching[1:])


def test_training_rounds_nothing_until_all_books_have_started() -> None:
    torch.manual_seed(8)
    quantizer = ResidualQuantizer(LATENT, STAGES, CODES, 4)
    last = quantizer.stages[-1]
    assert isinstance(last, Stage)
    started(quantizer)
    last.book.steps.fill_(START_STEPS - 2)
    quantized = quantizer(latents(0), torch.full((8,), STAGES))
    assert torch.equal(quantized.latent, latents(0))
    assert quantized.commitment == 0
    quantized = quantizer(latents(1), torch.full((8,), STAGES))
    assert last.book.started, "with this step"
    assert not torch.allclose(quantized.latent, latents(1))


def test_the_quantizer_always_rounds_after_training() -> None:
    quantizer = ResidualQuantizer(LATENT, STAGES, CODES, 4).eval()
    quantized = quantizer(latents(0))
    torch.testing.assert_close(quantized.latent, quantizer.decode(quantized.codes))


def test_evaluating_changes_nothing(trained: ResidualQuantizer) -> None:
    trained.eval()
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    first = trained(latents(1004))
    second = trained(latents(1004))
    assert torch.equal(first.codes, second.codes)
    assert torch.equal(first.latent, second.latent)
    for name, value in trained.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_training_moves_the_books(trained: ResidualQuantizer) -> None:
    before = [stage.book.vectors.clone() for stage in trained.stages]
    trained.train()(latents(1005))
    for stage, vectors in zip(trained.stages, before, strict=True):
        assert not torch.equal(stage.book.vectors, vectors)


def test_centred_points_have_mean_0_and_deviation_1() -> None:
    torch.manual_seed(9)
    centred = Centred(LATENT, DIMENSIONS)
    far = 100 + 0.1 * points(0, 64, 20, LATENT)
    out = centred(far).flatten(0, 1)
    torch.testing.assert_close(out.mean(0), torch.zeros(DIMENSIONS), atol=1e-2, rtol=0)
    torch.testing.assert_close(out.std(0), torch.ones(DIMENSIONS), atol=1e-2, rtol=0)


def test_a_centred_layer_is_a_plain_one_to_whoever_plays() -> None:
    torch.manual_seed(10)
    centred = Centred(LATENT, DIMENSIONS)
    for step in range(20):
        centred(3 + points(step, dimensions=LATENT))
    centred.eval()
    x = 3 + points(100, dimensions=LATENT)
    plain = centred.plain()
    torch.testing.assert_close(centred(x), F.linear(x, plain["weight"], plain["bias"]))
    other = Centred(LATENT, DIMENSIONS).eval()
    other.load_plain(plain)
    torch.testing.assert_close(other(x), centred(x))
    for name, value in other.plain().items():
        torch.testing.assert_close(value, plain[name])
