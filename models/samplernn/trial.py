"""A training on made-up noise, to be timed."""

from pathlib import Path
from typing import Any

from ..sounds.notes.made_up import noises
from ..training.speed import Trial, endless
from .training import TrainingOptions, trainer_of


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """Return the default training with `times` as many rows; `sizes` are options of it."""
    options = endless(TrainingOptions, "rows", times, device, sizes)
    trainer = trainer_of(noises(options.sample_rate), options, folder)
    return Trial(trainer, options.step_frames, f"{options.rows} rows")
