"""What a front end sees of a slot's hits, and takes away as a file. [control]"""

from pathlib import Path

import numpy as np

from ..errors import RtAudioGenError, UsageError
from ..generator import Audio
from ..realtime.hits.kit import Kit
from ..recorder.wav import write_wav

OUTLINE_POINTS = 48
SUFFIX = ".wav"


def outlines(kit: Kit | None) -> list[list[float]]:
    """See `facade.Facade.hit_outlines`; None: the slot plays no hits."""
    if kit is None:
        return []
    return [_outline(kit.pool.last(pad)) for pad in range(kit.maker.pads)]


def save(kit: Kit | None, slot: int, pad: int, path: Path, sample_rate: int) -> None:
    """See `facade.Facade.save_hit`; `sample_rate` in Hz is the stream's."""
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"{path}: a hit is saved as a WAV file; expected a name ending in .wav")
    if kit is None:
        raise UsageError(f"slot {slot} plays no hits, so there is none to save")
    if pad not in range(kit.maker.pads):
        raise UsageError(f"no pad {pad} in slot {slot}; there are: 0 … {kit.maker.pads - 1}")
    hit = kit.pool.last(int(pad))
    if hit is None:
        raise RtAudioGenError(f"pad {pad} of slot {slot} has made no hit yet: strike it first")
    write_wav(path, [hit], sample_rate, hit.shape[1])


def _outline(hit: Audio | None) -> list[float]:
    """Peaks 0 … 1 of as many stretches of equal length."""
    if hit is None:
        return [0.0] * OUTLINE_POINTS
    levels = np.minimum(np.abs(hit).max(axis=1), 1.0)
    starts = np.arange(OUTLINE_POINTS) * len(levels) // OUTLINE_POINTS
    return [round(peak, 4) for peak in np.maximum.reduceat(levels, starts).tolist()]
