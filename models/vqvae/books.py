"""Codebooks in training, which follow the points that they see; nothing of them has a gradient.

van den Oord et al. 2017, appendix A.1: vectors are moving averages of what is assigned to them.
They begin with k-means of the latest batches, because an untrained encoder gives all sounds the
same point; codes that nobody uses are thrown anew onto points of the batch.
"""

from collections import deque
from collections.abc import Callable
from types import EllipsisType
from typing import NamedTuple

import torch
from torch import Tensor, nn

DECAY = 0.99  # of the moving averages, per training step
DEAD = 0.03  # expected uses per batch of a code, of an even share, below which it is thrown anew


class Measure(NamedTuple):
    """The measures of a book: distance, and the middle of points."""

    nearest: Callable[[Tensor, Tensor], Tensor]  # points (M, D), vectors (codes, D) to codes (M,)
    middle: Callable[[Tensor, Tensor], Tensor]  # sums (codes, D), uses (codes,) to vectors


class Start(NamedTuple):
    """When books start, and from what."""

    steps: int  # before it
    batches: int  # the latest ones before it


class Book(NamedTuple):
    """One book, written in place."""

    vectors: Tensor  # (codes, D)
    uses: Tensor  # (codes,) moving average per batch
    sums: Tensor  # (codes, D) of the points, moving average


class Books(nn.Module):
    """Books of these vectors, (codes, D) of one or (stages, codes, D) of several."""

    def __init__(self, vectors: Tensor, start: Start) -> None:
        super().__init__()
        self.register_buffer("vectors", vectors)
        self.register_buffer("uses", torch.ones(vectors.shape[:-1]))
        self.register_buffer("sums", torch.zeros_like(vectors))
        self.register_buffer("steps", torch.zeros(()))
        self.vectors: Tensor
        self.uses: Tensor
        self.sums: Tensor
        self.steps: Tensor
        self.start = start
        self._gathered: deque[Tensor] = deque(maxlen=start.batches)
        self._started = False

    @property
    def started(self) -> bool:
        """Return True once points are rounded to codes; from then on no GPU is waited for."""
        self._started = self._started or bool(self.steps >= self.start.steps)
        return self._started

    @torch.no_grad()
    def take_over(self) -> None:
        """Implement `beginning.LearntBooks`."""
        self.steps.fill_(self.start.steps)
        self.sums.copy_(self.vectors * self.uses[..., None])

    def book(self, stage: int | EllipsisType = ...) -> Book:
        """Return the book of a stage, or the only one."""
        return Book(self.vectors[stage], self.uses[stage], self.sums[stage])

    @torch.no_grad()
    def gather(self, points: Tensor) -> Tensor | None:
        """Keep (M, D) of a step before the start; return all that are kept if it is now."""
        self.steps += 1
        self._gathered.append(points)
        if not self.started:
            return None
        gathered = torch.cat(list(self._gathered))
        self._gathered.clear()
        return gathered


@torch.no_grad()
def place(book: Book, points: Tensor, batch: int, measure: Measure, steps: int) -> None:
    """Place the codes by k-means of points (M, D), of which `batch` come in a training step."""
    book.vectors.copy_(points[torch.randint(len(points), book.uses.shape, device=points.device)])
    for _ in range(steps):
        uses, sums = _assigned(book, points, measure.nearest(points, book.vectors))
        middle = measure.middle(sums, uses)
        book.vectors.copy_(torch.where(uses[:, None] > 0, middle, book.vectors))
    even = batch / len(book.uses)
    book.uses.fill_(even)
    book.sums.copy_(book.vectors * even)


@torch.no_grad()
def follow(book: Book, points: Tensor, codes: Tensor, measure: Measure) -> None:
    """Take a step of the moving averages for (M, D) and (M,), and move codes that are not used."""
    uses, sums = _assigned(book, points, codes)
    book.uses.lerp_(uses, 1 - DECAY)
    book.sums.lerp_(sums, 1 - DECAY)
    even = len(points) / len(book.uses)
    dead = book.uses < DEAD * even
    thrown = points[torch.randint(len(points), dead.shape, device=points.device)]
    middle = measure.middle(book.sums, book.uses)
    book.vectors.copy_(torch.where(dead[:, None], thrown, middle))
    book.uses.copy_(torch.where(dead, even, book.uses))
    book.sums.copy_(torch.where(dead[:, None], thrown * even, book.sums))


def _assigned(book: Book, points: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Return how many points each code has, and their sums."""
    uses = torch.zeros_like(book.uses).index_add_(0, codes, torch.ones_like(points[:, 0]))
    return uses, torch.zeros_like(book.sums).index_add_(0, codes, points)
