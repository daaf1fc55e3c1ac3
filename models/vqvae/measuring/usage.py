"""Use of the codebooks: a book that collapsed sounds dull long before it fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLLAPSED = 0.1  # perplexity, as a share of the book's size, below which the alarm is raised


@dataclass(frozen=True)
class StageUsage:
    """Use of one stage's book."""

    used: int  # codes that occur
    dead: int  # codes that do not
    perplexity: float  # exp of the entropy: as many codes, evenly used, would carry as much

    @property
    def size(self) -> int:
        """Return the number of codes in the book."""
        return self.used + self.dead


def usage(codes: NDArray[np.integer], sizes: Sequence[int]) -> list[StageUsage]:
    """Return one usage per stage of (code frames, stages); `sizes` are those of the books."""
    stages = zip(np.asarray(codes).T, sizes, strict=True)
    return [of_counts(np.bincount(stage, minlength=size)) for stage, size in stages]


def of_counts(counts: NDArray[np.integer]) -> StageUsage:
    """Return the usage from the counts of each code in a book, (codes,)."""
    used = int(np.count_nonzero(counts))
    return StageUsage(used, len(counts) - used, perplexity(counts))


def perplexity(counts: NDArray[np.integer]) -> float:
    """Return the exponential of the entropy of (codes,) counts; 0 if nothing was counted."""
    total = counts.sum()
    if not total:
        return 0.0
    shares = counts[counts > 0] / total
    return float(np.exp(-np.sum(shares * np.log(shares))))


def alarm(usages: Sequence[StageUsage], frames: int) -> str | None:
    """Return a sentence if a stage's perplexity is below a tenth of its book, otherwise None.

    `frames` is how many code frames were counted: so few that they could not fill a tenth of the
    book raise no alarm.
    """
    low = [
        f"stage {index + 1}: {stage.perplexity:.0f} of {stage.size}"
        for index, stage in enumerate(usages)
        if stage.perplexity < COLLAPSED * stage.size <= frames
    ]
    if not low:
        return None
    return f"the codebook is hardly used ({'; '.join(low)}): its perplexity is below a tenth of it"
