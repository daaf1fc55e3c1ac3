"""Residual vector quantisation by distance, in the dimensions of the latent itself."""

from functools import partial

import torch
from torch import Tensor, nn

from ..books import Books, Measure, Start, follow, place
from ..quantized import Quantized, rounded, straight_through

START_STEPS = 250  # before the books start
GATHERED = 30  # latest batches that they start from
KMEANS_STEPS = 10
LEAST_USES = 1e-6


def _nearest(points: Tensor, vectors: Tensor) -> Tensor:
    return (vectors.square().sum(1) - 2 * points @ vectors.T).argmin(1)


def _middle(sums: Tensor, uses: Tensor) -> Tensor:
    return sums / uses.clamp(min=LEAST_USES)[:, None]


DISTANCE = Measure(_nearest, _middle)


class ResidualBooks(nn.Module):
    """Stages one after another; `eval()` stops the books from following."""

    def __init__(self, latent: int, stages: int, codes: int) -> None:
        super().__init__()
        self.books = Books(torch.zeros(stages, codes, latent), Start(START_STEPS, GATHERED))

    def forward(self, latent: Tensor, kept: Tensor | None = None) -> Quantized:
        """Quantise (B, latent, N); each example keeps `kept` (B,) int64 stages, see `rounded`."""
        with torch.autocast(latent.device.type, enabled=False):  # near codes differ by little
            return self._quantized(latent.transpose(1, 2).float(), kept)

    def _quantized(self, z: Tensor, kept: Tensor | None) -> Quantized:
        """Quantise (B, N, latent)."""
        points, begun = z.detach(), self.books.started
        if self.training and not begun:
            self._gather(points.flatten(0, 1))
        stages = [
            partial(self._rounded, stage, self.training and begun)
            for stage in range(len(self.books.vectors))
        ]
        total, codes, _ = rounded(points, kept, stages)
        if self.training and not begun:
            total = points
        return straight_through(z, total, codes, z.new_zeros(()))

    @torch.no_grad()
    def _rounded(self, stage: int, learns: bool, residual: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nearest vectors to (B, N, latent), and their codes (B, N)."""
        book, points = self.books.book(stage), residual.flatten(0, 1)
        codes = DISTANCE.nearest(points, book.vectors)
        vectors = book.vectors[codes].view_as(residual)
        if learns:
            follow(book, points, codes, DISTANCE)
        return vectors, codes.view(residual.shape[:2])

    @torch.no_grad()
    def _gather(self, points: Tensor) -> None:
        """Take in (M, latent) of a step before the start, which may come with it."""
        gathered = self.books.gather(points)
        if gathered is None:
            return
        for stage in range(len(self.books.vectors)):
            book = self.books.book(stage)
            place(book, gathered, len(points), DISTANCE, KMEANS_STEPS)
            gathered = gathered - book.vectors[DISTANCE.nearest(gathered, book.vectors)]

    def decode(self, codes: Tensor) -> Tensor:
        """Decode the first stages' codes (B, N, stages used) int64 to the latent (B, latent, N)."""
        parts = [self.books.vectors[stage][chosen] for stage, chosen in enumerate(codes.unbind(-1))]
        return torch.stack(parts).sum(0).transpose(1, 2)
