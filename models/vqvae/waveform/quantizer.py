"""Residual vector quantisation with codes on a low-dimensional sphere.

Codes are looked up in few dimensions and by angle (Yu et al. 2021, arXiv 2110.04627), and the
encoder is held to its codes by the commitment term β·|z - sg(e)|² (van den Oord et al. 2017,
equation 3).
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..books import Books, Measure, Start, follow, place
from ..layers import Centred
from ..quantized import Quantized, rounded, straight_through

START_STEPS = 200  # before the books start
GATHERED = 40  # latest batches that they start from
KMEANS_STEPS = 12


def _nearest(points: Tensor, vectors: Tensor) -> Tensor:
    return (points @ vectors.T).argmax(-1)


def _middle(sums: Tensor, uses: Tensor) -> Tensor:
    return F.normalize(sums, dim=-1)


ANGLE = Measure(_nearest, _middle)


class Codebook(Books):
    """Unit vectors."""

    def __init__(self, codes: int, dimensions: int) -> None:
        vectors = F.normalize(torch.randn(codes, dimensions), dim=-1)
        super().__init__(vectors, Start(START_STEPS, GATHERED))

    def nearest(self, points: Tensor) -> Tensor:
        """Return (M,) int64: the code of the smallest angle to each of (M, D) unit vectors."""
        return ANGLE.nearest(points, self.vectors)

    def learn(self, points: Tensor, codes: Tensor) -> None:
        """Take in one training step's (M, D) points and their (M,) codes."""
        if self.started:
            follow(self.book(), points, codes, ANGLE)
        elif (gathered := self.gather(points)) is not None:
            place(self.book(), gathered, len(points), ANGLE, KMEANS_STEPS)


class Stage(nn.Module):
    """One quantiser: down to the sphere, the nearest code, and back up."""

    def __init__(self, latent: int, codes: int, dimensions: int) -> None:
        super().__init__()
        self.down = Centred(latent, dimensions)
        self.book = Codebook(codes, dimensions)
        self.up = nn.Linear(dimensions, latent)

    def forward(self, residual: Tensor, learns: bool) -> tuple[Tensor, Tensor]:
        """Quantise (B, N, latent); return also codes (B, N)."""
        z = F.normalize(self.down(residual), dim=-1)  # (B, N, D)
        points = z.detach().flatten(0, 1)  # (B·N, D)
        codes = self.book.nearest(points)  # (B·N,)
        if not self.training or self.book.started:
            e = self.book.vectors[codes].view_as(z)  # (B, N, D)
        else:
            e = z.detach()
        if learns:
            self.book.learn(points, codes)
        straight = z + (e - z).detach()
        return self.up(straight), codes.view(z.shape[:2])

    def decode(self, codes: Tensor) -> Tensor:
        """Decode (B, N) int64 to this stage's part of the latent (B, N, latent)."""
        part: Tensor = self.up(self.book.vectors[codes])
        return part


class ResidualQuantizer(nn.Module):
    """Stages one after another; `eval()` stops the books from following.

    The three terms of the loss go three ways. The gradient of the reconstruction passes straight
    through to the encoder. `matching` moves the stages to the encoder's points, not the other way
    round, and `commitment` moves the encoder to the stages' points.
    """

    def __init__(self, latent: int, stages: int, codes: int, dimensions: int) -> None:
        super().__init__()
        self.stages = nn.ModuleList(Stage(latent, codes, dimensions) for _ in range(stages))

    def forward(self, latent: Tensor, kept: Tensor | None = None) -> Quantized:
        """Quantise (B, latent, N); each example keeps `kept` (B,) int64 stages, see `rounded`."""
        with torch.autocast(latent.device.type, enabled=False):  # near codes differ by little
            return self._quantized(latent.transpose(1, 2).float(), kept)

    def _quantized(self, z: Tensor, kept: Tensor | None) -> Quantized:
        """Quantise (B, N, latent)."""
        points = z.detach()
        stages = [partial(stage, learns=self.training) for stage in self.stages]
        total, codes, matching = rounded(points, kept, stages)
        if self.training and not self.started:
            total = points
        return straight_through(z, total, codes, matching)

    @property
    def started(self) -> bool:
        """Return True if anything is rounded yet."""
        return all(stage.book.started for stage in self.stages if isinstance(stage, Stage))

    def decode(self, codes: Tensor) -> Tensor:
        """Decode the first stages' codes (B, N, stages used) int64 to the latent (B, latent, N)."""
        parts = [
            stage.decode(codes[..., index])
            for index, stage in enumerate(self.stages)
            if index < codes.shape[-1] and isinstance(stage, Stage)
        ]
        return torch.stack(parts).sum(0).transpose(1, 2)
