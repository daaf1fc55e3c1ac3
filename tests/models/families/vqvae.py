"""VQ-VAE in the kit, with both of its coders."""

from dataclasses import replace
from functools import partial
from typing import Any

from rtaudiogen.models.vqvae.layers import TRAINING_ONLY
from rtaudiogen.models.vqvae.shaped.config import ShapedConfig

from ..vqvae.untrained import INVENTIVE, REGIONS, SHAPED, SMALL, write_untrained
from .made_up import MadeUp
from .member import Lesson, Member

LONG_HOPS = replace(INVENTIVE, strides=(8, 8))  # on a device a hop is a call, however short it is
VQVAE_ROOM = "rtaudiogen.models.vqvae"
LABELS = {f"{VQVAE_ROOM}.learning.corpus.MIN_LABEL_SECONDS": 0.1}
TINY: dict[str, Any] = {"stages": 2, "segments": 2, "prior_width": 16, "prior_steps": 2}


def _narrow(options: Any, labels: tuple[str, ...]) -> ShapedConfig:
    return replace(SHAPED, labels=labels, stages=options.stages, codes=options.codes)


VQVAE = Member(
    "vqvae",
    models={
        "prior and material": partial(write_untrained, config=INVENTIVE, regions=REGIONS),
        "no prior": partial(write_untrained, config=SMALL, regions=REGIONS),
        "no material": partial(write_untrained, config=INVENTIVE),
        "long hops": partial(write_untrained, config=LONG_HOPS, regions=REGIONS),
        "shaped": partial(write_untrained, config=SHAPED, regions=REGIONS),
    },
    lessons={
        "waveform": Lesson(
            {
                **TINY, "sample_rate": 8000, "strides": "4,4,4", "encoder_channels": 16,
                "decoder_channels": 16, "widest": 16, "latent": 16, "codes": 16,
                "code_dimensions": 4, "segment_ms": 100, "steps": 8, "report_steps": 2,
                "adversarial": 0.5,
            },
            patches={
                **LABELS,
                f"{VQVAE_ROOM}.waveform.quantizer.START_STEPS": 3,  # books begin between reports
                f"{VQVAE_ROOM}.waveform.quantizer.GATHERED": 1,
                f"{VQVAE_ROOM}.books.DEAD": 0.99,  # codes are drawn anew at random
                f"{VQVAE_ROOM}.learning.codec.HELD_OUT_BATCHES": 2,
            },
            stops=((2,), (4,), (6,), (2, 6)),  # before books and rival begin, and after
        ),
        "shaped": Lesson(
            {
                **TINY, "coder": "shaped", "codes": 128, "segment_ms": 160, "steps": 6,
                "report_steps": 2,
            },
            MadeUp(takes=2, seconds=0.5),
            patches={
                **LABELS,
                f"{VQVAE_ROOM}.shaped.quantizer.START_STEPS": 3,
                f"{VQVAE_ROOM}.shaped.quantizer.GATHERED": 1,
                f"{VQVAE_ROOM}.learning.codec.HELD_OUT_BATCHES": 1,
                f"{VQVAE_ROOM}.learning.options.TrainingOptions.config": _narrow,
            },
        ),
    },
    damaged=(
        {"depth": 3}, {"latent": 17}, {"prior_layers": -1}, {"strides": 3}, {"stages": "four"},
    ),
    optional=("material.", *TRAINING_ONLY),
    on_device="long hops",
)  # fmt: skip
