"""Checks of generators that place their voices: a part of `verify.py`. [control]"""

from collections.abc import Iterator

import numpy as np

from rtaudiogen.events import EVENT, EventKind
from rtaudiogen.generator import Audio, Finding, Generator
from rtaudiogen.verification.score import (
    MAX_FRAMES,
    SEED,
    Line,
    Make,
    is_played,
    prepared,
    same,
    still,
)

FRAMES = 6 * MAX_FRAMES
NOTES: list[Line] = [(0, EventKind.NOTE_ON, 0, 60.0, 0.8), (0, EventKind.NOTE_ON, 1, 67.0, 0.8)]
SIDES: list[Line] = [(0, EventKind.PAN, 0, 0.0, -1.0), (0, EventKind.PAN, 1, 0.0, 1.0)]
OTHERS: list[Line] = [  # events for the second voice alone
    (700, EventKind.PITCH_BEND, 1, 0.0, 3.0),
    (900, EventKind.MOD_WHEEL, 1, 0.0, 1.0),
    (1100, EventKind.PRESSURE, 1, 0.0, 1.0),
    (1300, EventKind.TIMBRE, 1, 0.0, 1.0),
    (1500, EventKind.VOLUME, 1, 0.0, 0.25),
]


def expression(make: Make) -> Iterator[Finding]:
    """Check that a centred voice is the same in both columns, and that voices are independent."""
    generator = prepared(make)
    if not getattr(generator, "pans", False) or generator.descriptor.channels != 1:
        return
    notes = NOTES[: generator.descriptor.voices] if is_played(generator.descriptor) else []
    narrow = still(generator, FRAMES, *notes)
    wide = _wide(generator, notes)
    for side, name in enumerate(("left", "right")):
        what = f"{name} of two columns against one, no voice panned"
        yield same("a voice in the centre", wide[:, side : side + 1], narrow, what)
    if len(notes) == len(NOTES):
        alone, both = (_wide(generator, [*notes, *SIDES, *more])[:, :1] for more in ([], OTHERS))
        yield same(
            "a voice's own expression", both, alone, "with and without events for the other voice"
        )


def _wide(generator: Generator, events: list[Line]) -> Audio:
    """Return (FRAMES, 2) played from the start, at default parameters."""
    generator.reset(SEED)
    out = np.full((FRAMES, 2), np.nan, np.float32)
    sheet, values = np.array(events, EVENT), generator.descriptor.defaults()
    for begin in range(0, FRAMES, MAX_FRAMES):
        due = sheet[(sheet["frame"] >= begin) & (sheet["frame"] < begin + MAX_FRAMES)].copy()
        due["frame"] -= begin
        generator.render(out[begin : begin + MAX_FRAMES], values, due)
    return out
