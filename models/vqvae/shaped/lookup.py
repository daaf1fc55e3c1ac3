"""The residual quantiser by distance in compiled code, and the points of its codes. [render]"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats


class Books(NamedTuple):
    """All stages, S of them after the pitch."""

    vectors: Floats  # (S, latent, codes)
    halves: Floats  # (S, codes) half of each code's squared length
    table: Floats  # (S, codes, latent)
    pitches: Floats  # (pitches, 2) voiced, and octaves


class Search(NamedTuple):
    """Memory for one code frame; its contents mean nothing between calls."""

    residual: Floats  # (latent,)
    scores: Floats  # (codes,)


def search_of(books: Books) -> Search:
    """Return the search for these books. [control]"""
    _, latent, codes = books.vectors.shape
    return Search(np.zeros(latent, np.float32), np.zeros(codes, np.float32))


@whole_call
def quantize(
    books: Books, search: Search, latent: NDArray[np.float32], codes: NDArray[np.uint16]
) -> None:
    """Quantise a latent (latent,) to codes (S,): in each stage the nearest one. [render]"""
    for k in range(len(search.residual)):
        search.residual[k] = latent[k]
    for stage in range(len(codes)):
        code = _nearest(books, search, stage)
        codes[stage] = code
        for k in range(len(search.residual)):
            search.residual[k] -= books.table[stage, code, k]


@part
def _nearest(books: Books, search: Search, stage: int) -> int:
    """Return the nearest code, the first one among equals or without numbers."""
    scores = search.scores
    for code in range(len(scores)):
        scores[code] = books.halves[stage, code]
    for k in range(len(search.residual)):
        for code in range(len(scores)):
            scores[code] -= search.residual[k] * books.vectors[stage, k, code]
    best = 0
    for code in range(1, len(scores)):
        if scores[code] < scores[best]:
            best = code
    return best


@whole_call
def fill_point(books: Books, codes: NDArray[Any], stages: int, out: NDArray[np.float32]) -> None:
    """Write the point (latent + 2,) of a frame's first stages: sum of rows, voiced, octaves.

    Codes out of range are the nearest ones.
    """
    latent = books.table.shape[2]
    for k in range(latent):
        out[k] = 0.0
    pitch: Any = min(max(np.int64(codes[0]), 0), len(books.pitches) - 1)
    out[latent], out[latent + 1] = books.pitches[pitch, 0], books.pitches[pitch, 1]
    for stage in range(min(stages - 1, len(codes) - 1, books.table.shape[0])):
        code: Any = min(max(np.int64(codes[1 + stage]), 0), books.table.shape[1] - 1)
        for k in range(latent):
            out[k] += books.table[stage, code, k]
