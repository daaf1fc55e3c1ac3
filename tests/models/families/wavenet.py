"""WaveNet in the kit."""

from functools import partial
from typing import Any

from ..wavenet.untrained import SMALL_BANDS, SMALL_TEXTURE, SMALL_TONAL, write_untrained
from .made_up import MadeUp
from .member import Lesson, Member

TINY: dict[str, Any] = {
    "residual": 16, "skip": 16, "output": 16, "largest_dilation": 8, "stacks": 1,
    "segment_frames": 1024, "compile": False, "steps": 6, "report_steps": 2,
}  # fmt: skip

QUICK = {"rtaudiogen.models.wavenet.training.HELD_OUT_BATCHES": 2}

WAVENET = Member(
    "wavenet",
    models={
        "notes": write_untrained,
        "texture": partial(write_untrained, config=SMALL_TEXTURE),
        "bands": partial(write_untrained, config=SMALL_BANDS),
        "tonal": partial(write_untrained, config=SMALL_TONAL),
    },
    lessons={
        "notes": Lesson({**TINY, "lowest": 52, "highest": 54}, patches=QUICK),
        "texture": Lesson({**TINY, "texture": True}, MadeUp(takes=1, seconds=1.2), QUICK),
        "bands": Lesson(
            {**TINY, "texture": True, "bands": 3, "sample_rate": 48000},
            MadeUp(takes=1, seconds=1.2),
            QUICK,
        ),
    },
    damaged=(
        {"residual": 17},
        {"depth": 3},
        {"dilations": 3},
        {"upper_codes": (127,)},
        {"told": (0, 8000)},
        {"tonal": True},
    ),
    optional=("envelope.", "harmonic.", "courses.", "tones."),
)
