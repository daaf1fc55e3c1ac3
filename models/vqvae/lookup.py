"""Residual quantisation in compiled code: the part that both coders share. [render]"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv.kernels import part, whole_call
from ..compiled.conv.layers import Floats


class Books(NamedTuple):
    """All stages, S of them, in float32; codes are compared in D dimensions."""

    vectors: Floats  # (S, D, codes)
    offsets: Floats  # (S, codes) added to each code's product with a point: the score
    table: Floats  # (S, codes, latent) every code as the latent it stands for


class Search(NamedTuple):
    """Memory for one code frame; its contents mean nothing between calls."""

    residual: Floats  # (latent,)
    point: Floats  # (D,) what the residual is compared as
    scores: Floats  # (codes,)


def search_of(books: Books) -> Search:
    """Return the search for these books. [control]"""
    sizes = books.table.shape[2], *books.vectors.shape[1:]
    return Search(*(np.zeros(size, np.float32) for size in sizes))


@part
def begin(search: Search, latent: NDArray[np.float32]) -> None:
    """Begin to search for the codes of a latent (latent,): all of it is left over."""
    for k in range(len(search.residual)):
        search.residual[k] = latent[k]


@part
def take(books: Books, search: Search, stage: int) -> int:
    """Return the code of the highest score for the point, and subtract it from the residual.

    It is the first one among equals or without numbers.
    """
    scores = search.scores
    for code in range(len(scores)):
        scores[code] = books.offsets[stage, code]
    for d in range(len(search.point)):
        for code in range(len(scores)):
            scores[code] += search.point[d] * books.vectors[stage, d, code]
    best = 0
    for code in range(1, len(scores)):
        if scores[code] > scores[best]:
            best = code
    for k in range(len(search.residual)):
        search.residual[k] -= books.table[stage, best, k]
    return best


@whole_call
def add_rows(
    table: NDArray[np.float32], codes: NDArray[Any], stages: int, out: NDArray[np.float32]
) -> None:
    """Sum one row (latent,) of each of the first stages; codes out of range are clipped."""
    for k in range(len(out)):
        out[k] = 0.0
    for stage in range(min(stages, len(codes), table.shape[0])):
        code: Any = min(max(np.int64(codes[stage]), 0), table.shape[1] - 1)
        for k in range(len(out)):
            out[k] += table[stage, code, k]
