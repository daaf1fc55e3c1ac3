"""Residual vector quantisation by distance, with books that follow k-means.

van den Oord et al. 2017, equation 3, in the form of its appendix A.1: moving averages, the
straight-through gradient, and the commitment of the encoder. Stages as in SoundStream (Zeghidour et
al. 2021, arXiv 2107.03312).
"""

from collections import deque

import torch
from torch import Tensor, nn

from ..quantized import Quantized

DECAY = 0.99  # of the moving averages, per training step
DEAD = 0.03  # expected uses per batch of a code, of an even share, below which it is thrown anew
START_STEPS = 250  # before the books start
GATHERED = 30  # latest batches that they start from
KMEANS_STEPS = 10
LEAST_USES = 1e-6


class Books(nn.Module):
    """Books of all stages, and the moving averages that they follow; nothing has a gradient."""

    def __init__(self, latent: int, stages: int, codes: int) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.zeros(stages, codes, latent))
        self.register_buffer("uses", torch.ones(stages, codes))  # moving average per batch
        self.register_buffer("sums", torch.zeros(stages, codes, latent))
        self.register_buffer("steps", torch.zeros(()))
        self.vectors: Tensor
        self.uses: Tensor
        self.sums: Tensor
        self.steps: Tensor
        self._gathered: deque[Tensor] = deque(maxlen=GATHERED)
        self._started = False

    @property
    def started(self) -> bool:
        """Return True once points are rounded to codes; from then on no GPU is waited for."""
        self._started = self._started or bool(self.steps >= START_STEPS)
        return self._started

    @torch.no_grad()
    def take_over(self) -> None:
        """Implement `beginning.LearntBooks`."""
        self.steps.fill_(START_STEPS)
        self.sums.copy_(self.vectors * self.uses[..., None])

    def nearest(self, points: Tensor, stage: int) -> Tensor:
        """Return (M,) int64, the nearest codes of (M, latent)."""
        vectors: Tensor = self.vectors[stage]
        return (vectors.square().sum(1) - 2 * points @ vectors.T).argmin(1)

    @torch.no_grad()
    def gather(self, points: Tensor) -> None:
        """Keep (M, latent) of a step in which nothing is rounded yet."""
        self.steps += 1
        self._gathered.append(points)
        if self.started:
            self._start(torch.cat(list(self._gathered)), len(points))
            self._gathered.clear()

    def _start(self, points: Tensor, batch: int) -> None:
        """Place the codes by k-means, stage by stage."""
        for stage in range(len(self.vectors)):
            chosen = torch.randint(len(points), self.uses[stage].shape, device=points.device)
            self.vectors[stage] = points[chosen]
            for _ in range(KMEANS_STEPS):
                uses, sums = self._assigned(points, self.nearest(points, stage))
                means = sums / uses.clamp(min=1.0)[:, None]
                self.vectors[stage] = torch.where(uses[:, None] > 0, means, self.vectors[stage])
            even = batch / len(self.uses[stage])
            self.uses[stage] = even
            self.sums[stage] = self.vectors[stage] * even
            points = points - self.vectors[stage][self.nearest(points, stage)]

    @torch.no_grad()
    def follow(self, points: Tensor, codes: Tensor, stage: int) -> None:
        """Take a step of the moving averages, and move codes that are not used."""
        uses, sums = self._assigned(points, codes)
        self.uses[stage].lerp_(uses, 1 - DECAY)
        self.sums[stage].lerp_(sums, 1 - DECAY)
        means = self.sums[stage] / self.uses[stage].clamp(min=LEAST_USES)[:, None]
        even = len(points) / len(means)
        dead = self.uses[stage] < DEAD * even
        thrown = points[torch.randint(len(points), dead.shape, device=points.device)]
        self.vectors[stage] = torch.where(dead[:, None], thrown, means)
        self.uses[stage] = torch.where(dead, even, self.uses[stage])
        self.sums[stage] = torch.where(dead[:, None], thrown * even, self.sums[stage])

    def _assigned(self, points: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        uses = torch.zeros_like(self.uses[0]).index_add_(0, codes, torch.ones_like(points[:, 0]))
        return uses, torch.zeros_like(self.sums[0]).index_add_(0, codes, points)


class ResidualBooks(nn.Module):
    """Stages one after another; `eval()` stops the books from following."""

    def __init__(self, latent: int, stages: int, codes: int) -> None:
        super().__init__()
        self.books = Books(latent, stages, codes)

    def forward(self, latent: Tensor, kept: Tensor | None = None) -> Quantized:
        """Quantise (B, latent, N); in training each example keeps `kept` (B,) int64 stages.

        An example that keeps none is not rounded.
        """
        with torch.autocast(latent.device.type, enabled=False):  # near codes differ by little
            return self._quantized(latent.transpose(1, 2).float(), kept)

    def _quantized(self, z: Tensor, kept: Tensor | None) -> Quantized:
        """Quantise (B, N, latent)."""
        points = z.detach()
        begun = self.books.started
        if self.training and not begun:
            self.books.gather(points.flatten(0, 1))
        total, codes = self._rounded(points, kept, self.training and begun)
        if self.training and not begun:
            total = points
        return Quantized(
            latent=(z + (total - points)).transpose(1, 2),
            codes=codes,
            commitment=(z - total).square().mean(),
            matching=z.new_zeros(()),
        )

    @torch.no_grad()
    def _rounded(self, points: Tensor, kept: Tensor | None, learns: bool) -> tuple[Tensor, Tensor]:
        """Return the sum of each example's stages (B, N, latent), and all codes (B, N, stages)."""
        residual, total = points.flatten(0, 1), torch.zeros_like(points)
        codes = []
        for stage, vectors in enumerate(self.books.vectors.clone()):
            chosen = self.books.nearest(residual, stage)
            rounded = vectors[chosen]
            if learns:
                self.books.follow(residual, chosen, stage)
            used = 1.0 if kept is None else (stage < kept).float()[:, None, None]
            total = total + rounded.view_as(points) * used
            residual = residual - rounded
            codes.append(chosen.view(points.shape[:2]))
        if kept is not None:
            total = torch.where((kept == 0)[:, None, None], points, total)
        return total, torch.stack(codes, dim=-1)

    def decode(self, codes: Tensor) -> Tensor:
        """Decode the first stages' codes (B, N, stages used) int64 to the latent (B, latent, N)."""
        parts = [self.books.vectors[stage][chosen] for stage, chosen in enumerate(codes.unbind(-1))]
        return torch.stack(parts).sum(0).transpose(1, 2)
