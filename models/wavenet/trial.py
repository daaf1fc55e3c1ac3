"""A training on made-up notes, to be timed."""

from pathlib import Path
from typing import Any

from ..sounds.notes.made_up import tones
from ..training.speed import Trial, endless
from .training import TrainingOptions, trainer_of


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """Return the default training with `times` as many segments; `sizes` are options of it."""
    options = endless(TrainingOptions, "segments", times, device, sizes)
    trainer = trainer_of(tones(options.sample_rate), options, folder)
    compiled = ", compiled" if options.compile else ""
    return Trial(trainer, options.step_frames, f"{options.segments} segments{compiled}")
