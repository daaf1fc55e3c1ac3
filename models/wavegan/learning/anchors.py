"""Choice of each pad's first anchor: the one whose sound is closest to real sounds of its class.

An anchor is a random point in latent space; at some of them the network makes a class badly. So a
training compares the first few of each pad, and the model's header names the best.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...oneshot.judging.metrics import Judge
from ...oneshot.latents import Anchor, of_anchor, to_uniform
from ...oneshot.pads import PADS, assign

LOOKED_AT = 32  # of each pad

Make = Callable[[NDArray[np.float32], NDArray[np.int64]], NDArray[np.float32]]


def best_anchors(make: Make, judge: Judge, latent: int) -> list[int]:
    """Return (PADS,) numbers of anchors.

    `make` makes hits (hits, frames) of latents (hits, latent) and classes (hits,).
    """
    anchors = [Anchor(pad, number, 0) for pad in range(PADS) for number in range(LOOKED_AT)]
    points = np.stack([to_uniform(of_anchor(anchor, latent)) for anchor in anchors])
    classes = np.repeat(np.array(assign(judge.classes), np.int64), LOOKED_AT)
    strangeness = judge.strangeness(make(points, classes), classes)
    best: list[int] = strangeness.reshape(PADS, LOOKED_AT).argmin(axis=1).tolist()
    return best
