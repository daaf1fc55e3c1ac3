"""A training on made-up noise, to be timed."""

from pathlib import Path
from typing import Any

import numpy as np

from ..sounds.notes.corpus import Corpus, Texture
from ..training.speed import Trial
from .training import TrainingOptions, trainer_of

ENDLESS_STEPS = 10**9
SOUNDS, SOUND_SECONDS = 4, 4.0


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """Return the default training with `times` as many rows; `sizes` are options of it."""
    rows = times * TrainingOptions().rows
    choices: dict[str, Any] = {"rows": rows, "steps": ENDLESS_STEPS, "device": device}
    options = TrainingOptions(**(choices | sizes))
    random = np.random.default_rng(0)
    frames = round(SOUND_SECONDS * options.sample_rate)
    sounds = [Texture(0, random.normal(0, 0.1, frames).astype(np.float32)) for _ in range(SOUNDS)]
    trainer = trainer_of(Corpus(("noise",), sounds, []), options, folder)
    return Trial(trainer, options.step_frames, f"{options.rows} rows")
