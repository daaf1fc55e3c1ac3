"""A training on made-up sounds, to be timed, with its adversary, which takes longest."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..training.speed import Trial
from .config import ANY
from .learning.corpus import Corpus, Sound
from .learning.options import TrainingOptions
from .learning.training import coder_trainer

ENDLESS_STEPS = 10**9
LABELS, SOUND_SECONDS = (ANY, "one", "other"), 2.0


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """Return the default codec's training with batches `times` as large; `sizes`: its options."""
    segments = times * TrainingOptions().segments
    choices: dict[str, Any] = {"segments": segments, "steps": ENDLESS_STEPS, "device": device}
    options = TrainingOptions(**(choices | {"adversarial": 1.0} | sizes))
    sounds = [_sound(label, options.sample_rate) for label in LABELS]
    corpus = Corpus(sounds, sounds, LABELS)
    torch.manual_seed(options.seed)
    trainer, _ = coder_trainer(options.config(LABELS), corpus, options, folder)
    what = f"{options.segments} segments, with the adversary"
    return Trial(trainer, options.segments * options.segment_frames, what)


def _sound(label: str, sample_rate: int) -> Sound:
    """Return noise, different for each label."""
    random = np.random.default_rng(LABELS.index(label))
    noise = random.normal(0.0, 0.1, round(SOUND_SECONDS * sample_rate))
    return Sound(noise.astype(np.float32), label, Path(label))
