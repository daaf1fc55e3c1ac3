"""Levels in a capture's metadata, and the gains that follow from them. [any]"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

NORMAL_LOUDNESS = -18.0  # dB: that of a normalised output


class Levels(NamedTuple):
    """Levels that a file gives; None: it does not."""

    loudness: float | None  # dB, of its output for the trainer's signal
    input_dbu: float | None  # RMS of a sine that peaks at full scale
    output_dbu: float | None


def levels(metadata: Mapping[str, Any]) -> Levels:
    """Return the levels; values that are no levels count as not given."""
    return Levels(
        *(_decibels(metadata.get(name)) for name in (
            "loudness", "input_level_dbu", "output_level_dbu"
        ))
    )  # fmt: skip


def _decibels(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and abs(value) <= 100 else None
