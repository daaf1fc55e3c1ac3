"""Codebooks start from k-means, follow their points, and pass gradients on."""

import pytest
import torch

from rtaudiogen.models.vqvae.shaped import quantizer
from rtaudiogen.models.vqvae.shaped.quantizer import ResidualBooks

LATENT, STAGES, CODES = 4, 2, 8


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> ResidualBooks:
    monkeypatch.setattr(quantizer, "START_STEPS", 3)
    torch.manual_seed(0)
    return ResidualBooks(LATENT, STAGES, CODES).train()


def batch(seed: int) -> torch.Tensor:
    """Return (B, latent, N) around eight points."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(CODES, LATENT, generator=torch.Generator().manual_seed(9)) * 3
    chosen = torch.randint(CODES, (2, 50), generator=generator)
    return (centres[chosen] + 0.05 * torch.randn(2, 50, LATENT, generator=generator)).mT


def started(books: ResidualBooks) -> ResidualBooks:
    for seed in range(30):
        books(batch(seed))
    return books


def test_nothing_is_rounded_before_the_books_start(books: ResidualBooks) -> None:
    latent = batch(0)
    assert torch.equal(books(latent).latent, latent)
    assert not books.books.started


def test_books_find_the_points_that_occur(books: ResidualBooks) -> None:
    latent = batch(99)
    quantized = started(books).eval()(latent)
    error = (quantized.latent - latent).square().mean()
    assert error < 0.02 * latent.square().mean()
    assert torch.allclose(books.decode(quantized.codes), quantized.latent, atol=1e-5)


def test_the_gradient_passes_straight_through(books: ResidualBooks) -> None:
    latent = batch(1).requires_grad_()
    started(books)(latent).latent.sum().backward()
    assert latent.grad is not None
    assert torch.equal(latent.grad, torch.ones_like(latent))


def test_an_example_keeps_as_many_stages_as_it_is_told(books: ResidualBooks) -> None:
    latent = batch(2)
    started(books).eval()
    all_of_them = books(latent)
    kept = books(latent, torch.tensor([0, 1])).latent
    assert torch.equal(kept[0], latent[0])
    assert torch.allclose(kept[1], books.decode(all_of_them.codes[1:, :, :1])[0], atol=1e-5)


def test_books_stay_when_nothing_learns(books: ResidualBooks) -> None:
    before = started(books).eval().books.vectors.clone()
    books(batch(3))
    assert torch.equal(books.books.vectors, before)
