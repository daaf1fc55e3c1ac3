"""WaveGAN in the kit."""

from dataclasses import replace
from functools import partial

from ..wavegan.untrained import SMALL, write_untrained
from .made_up import MadeUp
from .member import Lesson, Member

JUDGING = "rtaudiogen.models.oneshot.judging.classifier"

WAVEGAN = Member(
    "wavegan",
    models={
        "classes": write_untrained,
        "no classes": partial(write_untrained, config=replace(SMALL, classes=(), filter_taps=33)),
    },
    lessons={
        "hits": Lesson(
            {
                "sample_rate": 8000, "frames": 8192, "width": 16, "critic_width": 16,
                "spectral_width": 8, "latent": 8, "hits": 2, "guided_alone": 0.5,
                "gradient_penalty": 1.0, "loss": "non-saturating", "steps": 6, "report_steps": 2,
            },
            MadeUp(takes=8, seconds=0.2),
            patches={
                f"{JUDGING}.FEWEST_STEPS": 2,
                "rtaudiogen.models.wavegan.learning.training.JUDGED_HITS": 8,
            },
            picture="verdicts.png",
        )
    },
    damaged=({"frames": 100}, {"colour": "red"}, {"width": 17}),
    on_device="classes",
)  # fmt: skip
