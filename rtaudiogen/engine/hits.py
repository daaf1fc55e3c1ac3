"""Facts about a slot's hits for a front end, and hits as files. [control]"""

from pathlib import Path

import numpy as np

from ..errors import RtAudioGenError, UsageError
from ..generator import Audio
from ..realtime.hits.kit import Kit
from ..recorder.formats import sample_format, write_sound

OUTLINE_POINTS = 48


def outlines(kit: Kit | None) -> list[list[float]]:
    """Return what `Facade.hit_outlines` returns; `kit` None: the slot plays no hits."""
    if kit is None:
        return []
    return [_outline(kit.pool.last(pad)) for pad in range(kit.maker.pads)]


def save(kit: Kit | None, slot: int, pad: int, path: Path, sample_rate: int, bits: int) -> None:
    """Write a hit as `Facade.save_hit` describes; `sample_rate` in Hz is the stream's."""
    sample_format(path, bits)
    if kit is None:
        raise UsageError(f"slot {slot} plays no hits that could be saved")
    if pad not in range(kit.maker.pads):
        raise UsageError(f"no pad {pad} in slot {slot}; there are: 0 … {kit.maker.pads - 1}")
    hit = kit.pool.last(int(pad))
    if hit is None:
        raise RtAudioGenError(f"pad {pad} of slot {slot} has made no hit yet: strike it first")
    write_sound(path, [hit], sample_rate, hit.shape[1], bits)


def _outline(hit: Audio | None) -> list[float]:
    """Return peaks 0 … 1 of `OUTLINE_POINTS` stretches of equal length."""
    if hit is None:
        return [0.0] * OUTLINE_POINTS
    levels = np.minimum(np.abs(hit).max(axis=1), 1.0)
    starts = np.arange(OUTLINE_POINTS) * len(levels) // OUTLINE_POINTS
    return [round(peak, 4) for peak in np.maximum.reduceat(levels, starts).tolist()]
