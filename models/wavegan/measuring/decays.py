"""Decays of generated hits compared with recorded ones, class by class."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rtaudiogen.generator import Descriptor

from ...oneshot.decay import HOLE_DB, Decay, decay
from ...oneshot.judging.corpus import Corpus
from ...oneshot.takes import TAKES
from ..config import WaveGANConfig
from ..sampling import sample

HITS = 50  # of each class
Row = dict[str, Any]


def decay_rows(
    descriptor: Descriptor, config: WaveGANConfig, corpus: Corpus, hits: int = HITS
) -> Iterator[Row]:
    """Yield a row for each class of model and folder: the share of hits with a hole, roughness.

    Of first takes, of the best takes that are played, and of the folder's recorded hits.
    """
    rate = corpus.sample_rate
    for index, name in enumerate(corpus.classes):
        kind = name if name in config.classes else None
        if kind is None and len(config.classes) > 1:
            continue
        first, best = (
            [
                decay(shot.signal, rate)
                for shot in sample(descriptor, kind, range(hits), 1.0, 0, takes)
            ]
            for takes in (1, TAKES)
        )
        real = [decay(signal, rate) for signal in _recorded(corpus, index)]
        yield {
            "class": name,
            f"hole > {HOLE_DB:.0f} dB, first take": _holes(first),
            "best take": _holes(best),
            "recorded": _holes(real),
            "roughness dB, first take": _roughness(first),
            "best": _roughness(best),
            "of recorded": _roughness(real),
        }


def _recorded(corpus: Corpus, index: int) -> Iterator[Any]:
    """Yield the folder's hits of a class, without synthetic fillers."""
    for hits in {id(hits): hits for hits in (corpus.training, corpus.held_out)}.values():
        yield from hits.signals[(hits.classes == index) & ~hits.synthetic]


def _holes(decays: list[Decay]) -> float | None:
    return round(float(np.mean([d.hole_db > HOLE_DB for d in decays])), 2) if decays else None


def _roughness(decays: list[Decay]) -> float | None:
    return round(float(np.median([d.roughness_db for d in decays])), 1) if decays else None
