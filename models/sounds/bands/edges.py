"""The bands, in Hz, whose levels describe a sound that is drawn in wide bands of equal width."""

from collections.abc import Sequence
from itertools import pairwise

SHARES = {  # of a wide band's width
    0: (0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0),  # about octaves: what is low counts most
    1: (1.45, 2.0),
}


def edges_of(sample_rate: int, bands: int) -> tuple[int, ...]:
    """Return the edges of finer bands, from 0 up to half the rate; no fine band is in two wide."""
    width = sample_rate / (2 * bands)
    shares = [share for band in range(bands) for share in SHARES.get(band, (band + 1.0,))]
    return (0, *(round(share * width) for share in shares))


def fits(edges: Sequence[int], sample_rate: int, bands: int) -> bool:
    """Return True if edges rise from 0 to half the rate and include every wide band's."""
    rises = all(low < high for low, high in pairwise(edges))
    wide = {round(band * sample_rate / (2 * bands)) for band in range(bands + 1)}
    return rises and wide <= set(edges) and edges[0] == 0 and edges[-1] == max(wide)
