"""Residual vector quantisation with codes on a low-dimensional sphere.

van den Oord et al. 2017, equation 3, in the form of its appendix A.1: the books follow the means of
what is assigned to them (exponential moving average), and the encoder is held to its codes by the
commitment term β·|z - sg(e)|². Codes are looked up in few dimensions and by angle (Yu et al. 2021,
arXiv 2110.04627); several stages each quantise what the stages before left over (Zeghidour et al.
2021, SoundStream, arXiv 2107.03312), some of them dropped at random in training, so that the first
ones can do alone. For the first steps nothing is rounded: an untrained encoder gives all sounds the
same point. Then the books start from k-means of the latest batches; codes that nobody uses are
thrown anew onto points of the batch.
"""

from collections import deque

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import Centred
from ..quantized import Quantized

DECAY = 0.99  # of the moving averages, per training step
DEAD = 0.03  # expected uses per batch of a code, of an even share, below which it is thrown anew
START_STEPS = 200  # before the books start
GATHERED = 40  # latest batches that they start from
KMEANS_STEPS = 12


class Codebook(nn.Module):
    """Unit vectors, and the moving averages that they follow; none of it learns by gradient."""

    def __init__(self, codes: int, dimensions: int) -> None:
        super().__init__()
        self.register_buffer("vectors", F.normalize(torch.randn(codes, dimensions), dim=-1))
        self.register_buffer("uses", torch.ones(codes))  # moving average of uses per batch
        self.register_buffer("sums", torch.zeros(codes, dimensions))
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
        self.sums.copy_(self.vectors * self.uses[:, None])

    def nearest(self, points: Tensor) -> Tensor:
        """Return (M,) int64: the code of the smallest angle to each of (M, D) unit vectors."""
        return (points @ self.vectors.T).argmax(-1)

    @torch.no_grad()
    def learn(self, points: Tensor, codes: Tensor) -> None:
        """Take in one training step's (M, D) points and their (M,) codes."""
        follows = self.started
        self.steps += 1
        if follows:
            self._follow(points, codes)
        else:
            self._gathered.append(points)
            if self.started:
                self._start(torch.cat(list(self._gathered)), len(points))
                self._gathered.clear()

    def _start(self, points: Tensor, batch: int) -> None:
        """Place the codes by spherical k-means."""
        chosen = torch.randint(len(points), (len(self.vectors),), device=points.device)
        self.vectors.copy_(points[chosen])
        for _ in range(KMEANS_STEPS):
            uses, sums = self._assigned(points, self.nearest(points))
            means = F.normalize(sums, dim=-1)
            self.vectors.copy_(torch.where(uses[:, None] > 0, means, self.vectors))
        even = batch / len(self.vectors)
        self.uses.fill_(even)
        self.sums.copy_(self.vectors * even)

    def _follow(self, points: Tensor, codes: Tensor) -> None:
        """Take a step of the moving averages, and move codes that are not used."""
        uses, sums = self._assigned(points, codes)
        self.uses.lerp_(uses, 1 - DECAY)
        self.sums.lerp_(sums, 1 - DECAY)
        self.vectors.copy_(F.normalize(self.sums, dim=-1))
        even = len(points) / len(self.vectors)
        dead = self.uses < DEAD * even
        chosen = torch.randint(len(points), (len(dead),), device=points.device)
        self.vectors.copy_(torch.where(dead[:, None], points[chosen], self.vectors))
        self.uses.copy_(torch.where(dead, even, self.uses))
        self.sums.copy_(torch.where(dead[:, None], points[chosen] * even, self.sums))

    def _assigned(self, points: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        uses = torch.zeros_like(self.uses).index_add_(0, codes, torch.ones_like(points[:, 0]))
        return uses, torch.zeros_like(self.sums).index_add_(0, codes, points)


class Stage(nn.Module):
    """One quantiser: down to the sphere, the nearest code, and back up."""

    def __init__(self, latent: int, codes: int, dimensions: int) -> None:
        super().__init__()
        self.down = Centred(latent, dimensions)
        self.book = Codebook(codes, dimensions)
        self.up = nn.Linear(dimensions, latent)

    def forward(self, residual: Tensor, learns: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Quantise (B, N, latent); return also codes (B, N) and |z - sg(e)|² (B, N)."""
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
        return self.up(straight), codes.view(z.shape[:2]), (z - e.detach()).square().sum(-1)

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
        """Quantise (B, latent, N); in training each example keeps `kept` (B,) int64 stages.

        An example that keeps none is not rounded: the decoder learns from the encoder itself
        how sound is made, and faster (Défossez et al. 2024, Moshi, arXiv 2410.00037, 3.3.2).
        """
        with torch.autocast(latent.device.type, enabled=False):  # near codes differ by little
            return self._quantized(latent.transpose(1, 2).float(), kept)

    def _quantized(self, z: Tensor, kept: Tensor | None) -> Quantized:
        """Quantise (B, N, latent)."""
        points = z.detach()
        residual, total = points, torch.zeros_like(points)
        codes, matching = [], []
        for index, stage in enumerate(self.stages):
            quantized, chosen, _ = stage(residual, self.training)
            matching.append((residual - quantized).square().mean())
            used = 1.0 if kept is None else (index < kept).float()[:, None, None]
            total = total + quantized.detach() * used
            residual = residual - quantized.detach()
            codes.append(chosen)
        if kept is not None:
            total = torch.where((kept == 0)[:, None, None], points, total)
        if self.training and not self.started:
            total = points
        return Quantized(
            latent=(z + (total - points)).transpose(1, 2),
            codes=torch.stack(codes, dim=-1),
            commitment=(z - total).square().mean(),
            matching=torch.stack(matching).sum(),
        )

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
