"""Checks of views, and of the codes of a ribbon: a part of `verify.py`. [control]"""

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import no_events
from rtaudiogen.generator import CodeStream, Finding, Generator
from rtaudiogen.verification.score import MAX_FRAMES, Make, prepared
from rtaudiogen.views import RibbonView, problem

SECONDS = 0.5  # played while the codes are checked


def views(make: Make) -> Iterator[Finding]:
    """Check that views name existing parameters, and that a ribbon has codes."""
    generator = make()
    offered = generator.descriptor.offered_views()
    ids = {parameter.id for parameter in generator.descriptor.parameters}
    wrong = [line for line in (problem(view, ids) for view in offered) if line]
    detail = "; ".join(wrong) or f"{len(offered)} views"
    yield Finding("views", not wrong, detail)
    if any(isinstance(view, RibbonView) for view in offered):
        yield _codes(prepared(make))


def _codes(generator: Generator) -> Finding:
    """Check that the stream has codes, and that positions and newest codes belong to it."""
    if not hasattr(generator, "code_stream"):
        return Finding("codes of the ribbon", False, "has no method 'code_stream'")
    shown = cast(CodeStream, generator)
    stream = shown.code_stream()
    if stream.ndim != 2 or not stream.size or not _are_codes(stream, shown.codes):
        expected = f"expected (≥ 1, stages) of 0 … {shown.codes - 1}"
        return Finding("codes of the ribbon", False, f"a stream {stream.shape}, {expected}")
    wrong = []
    levels = shown.code_levels(stream[:100])
    if levels.shape != stream[:100, 0].shape or not np.isfinite(levels).all():
        wrong.append(f"levels {levels.shape} of {len(stream[:100])} code frames, or not finite")
    block = np.zeros((MAX_FRAMES, generator.descriptor.channels), np.float32)
    for _ in range(round(SECONDS * generator.sample_rate / MAX_FRAMES)):
        generator.render(block, generator.descriptor.defaults(), no_events())
        position = shown.code_position()
        if position is not None and not 0 <= position < len(stream):
            wrong.append(f"position {position} in a stream of {len(stream)}")
            break
    played, newest = shown.newest_codes()
    if newest.shape[1:] != stream.shape[1:] or len(newest) > played:
        wrong.append(f"newest codes {newest.shape} after {played}")
    elif not _are_codes(newest, shown.codes):
        wrong.append("newest codes out of range")
    detail = f"{len(stream)} code frames, {shown.code_rate:g} a second"
    return Finding("codes of the ribbon", not wrong, "; ".join(wrong) or detail)


def _are_codes(stream: NDArray[np.int64], codes: int) -> bool:
    return not stream.size or bool(0 <= stream.min() <= stream.max() < codes)
