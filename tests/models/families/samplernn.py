"""SampleRNN in the kit."""

from typing import Any

from ..samplernn.untrained_samplernn import write_untrained
from .made_up import MadeUp
from .member import Lesson, Member

TINY: dict[str, Any] = {
    "width": 16, "rows": 2, "segment_frames": 64, "steps": 6, "report_steps": 2,
}  # fmt: skip

QUICK = {"rtaudiogen.models.sounds.notes.carried.HELD_OUT_SECONDS": 0.02}

SAMPLERNN = Member(
    "samplernn",
    models={"texture": write_untrained},
    lessons={
        "texture": Lesson(TINY, MadeUp(takes=1, seconds=1.2), QUICK),
        "notes": Lesson(
            {**TINY, "notes": True, "lowest": 52, "highest": 54, "harmonics": 3},
            patches=QUICK,
        ),
    },
    damaged=({"width": 17}, {"depth": 3}, {"instruments": 5}),
    optional=("courses.",),
)
