"""Training on synthetic hits against critics, for measuring its speed."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..oneshot.judging.corpus import PEAK, Corpus, Hits
from ..training.speed import Trial
from .learning.objective import Objective
from .learning.options import TrainingOptions
from .learning.training import contest

ENDLESS_STEPS = 10**9
CLASSES, HITS = ("one", "other"), 32


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """Return the default training, with batches `times` as large; `sizes` are further options."""
    hits = times * TrainingOptions().hits
    choices: dict[str, Any] = {"hits": hits, "steps": ENDLESS_STEPS, "device": device}
    options = TrainingOptions(**(choices | {"guided_alone": 0.0} | sizes))
    made = _hits(options)
    corpus = Corpus(options.sample_rate, CLASSES, made, made)
    torch.manual_seed(options.seed)
    objective = Objective(options.config(CLASSES), options)
    what = f"{options.hits} hits, guided, against two critics"
    return Trial(contest(objective, corpus, options, folder), options.step_frames, what)


def _hits(options: TrainingOptions) -> Hits:
    """Return hits of decaying noise."""
    random = np.random.default_rng(0)
    fall = np.exp(-20.0 * np.arange(options.frames) / options.sample_rate)
    signals = PEAK * random.uniform(-1.0, 1.0, (HITS, options.frames)) * fall
    return Hits(
        signals.astype(np.float32),
        np.arange(HITS, dtype=np.int64) % len(CLASSES),
        ("",) * HITS,
        np.zeros(HITS, np.bool_),
    )
