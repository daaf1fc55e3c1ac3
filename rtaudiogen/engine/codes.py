"""Facts about a generator that plays a stream of codes, as plain values for a front end."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

from ..generator import CodeStream, Generator

MOST_FRAMES = 6000  # the most frames that are sent; longer streams are thinned out
MOST_NEWEST = 32  # code frames in a snapshot, more than sound between two snapshots


class CodesNow(NamedTuple):
    """The codes that sound now."""

    position: float | None = None  # in the stream, in code frames
    played: int = 0  # code frames, from any source
    newest: Sequence[Sequence[int]] = ()  # (code frames, stages) that sounded last


def code_stream(generator: Generator) -> dict[str, Any]:
    """Return what `Facade.code_stream` returns. [control]"""
    if not hasattr(generator, "code_stream"):
        return {"codes": [], "levels": [], "frames": 0, "every": 1, "frames_per_second": 0.0}
    shown = cast(CodeStream, generator)
    stream = shown.code_stream()
    every = -(-len(stream) // MOST_FRAMES) or 1
    codes = stream[::every]
    return {
        "codes": codes.tolist(),
        "levels": shown.code_levels(codes).tolist(),
        "frames": len(stream),
        "every": every,
        "frames_per_second": float(shown.code_rate),
    }


def codes_now(generator: Generator) -> CodesNow:
    """Return the codes that sound now, read without a lock. [control]"""
    with suppress(Exception):  # third-party code may raise anything; then nothing is shown
        if hasattr(generator, "code_stream"):
            shown = cast(CodeStream, generator)
            played, newest = shown.newest_codes()
            return CodesNow(shown.code_position(), played, newest[-MOST_NEWEST:].tolist())
    return CodesNow()
