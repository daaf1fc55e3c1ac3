"""The search for codes by distance, and the points of codes whose first one is a pitch. [render]"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import whole_call
from ..lookup import Books, Search, add_rows, begin, take


@whole_call
def quantize(
    books: Books, search: Search, latent: NDArray[np.float32], codes: NDArray[np.uint16]
) -> None:
    """Quantise a latent (latent,) to codes (S,): in each stage the nearest one. [render]"""
    begin(search, latent)
    for stage in range(len(codes)):
        for k in range(len(search.residual)):
            search.point[k] = search.residual[k]
        codes[stage] = take(books, search, stage)


@whole_call
def fill_point(
    table: NDArray[np.float32],
    pitches: NDArray[np.float32],
    codes: NDArray[Any],
    stages: int,
    out: NDArray[np.float32],
) -> None:
    """Write the point (latent + 2,) of a frame's first stages: sum of rows, voiced, octaves.

    `table` is that of the books, `pitches` (pitches, 2) are voiced and octaves. Codes out of range
    are the nearest ones.
    """
    latent = table.shape[2]
    add_rows(table, codes[1:], stages - 1, out[:latent])
    pitch: Any = min(max(np.int64(codes[0]), 0), len(pitches) - 1)
    out[latent], out[latent + 1] = pitches[pitch, 0], pitches[pitch, 1]
