"""`rtaudiogen evaluate MODEL DRY WET`: a capture measured on the end that it did not learn."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.recording_pair import Pair, pair_of

from ...measuring.spectral_distance import SpectralDistance
from ..capture import read_capture
from ..descriptor import describe
from ..steps.player import Player
from .alignment import delay_between
from .recording import read_recording

DELAY = "delay_frames"  # in a model's facts


def evaluate(model: Path, sounds: Path | Pair) -> dict[str, Any]:
    """Return the errors of the network that plays. RtAudioGenError for unusable recordings.

    Beside them stand those of the dry recording at its best delay and gain.
    """
    pair = sounds if isinstance(sounds, Pair) else pair_of([sounds])
    descriptor, capture = describe(model), read_capture(model)
    delay = descriptor.facts.get(DELAY)
    told: list[str] = []
    recording = read_recording(
        pair, capture.sample_rate, delay if isinstance(delay, int) else None, told.append
    )
    made = np.zeros_like(recording.dry)
    Player(capture.program(-1)).play(recording.dry, made)
    held = slice(len(made) - recording.held_out, None)
    dry, wet, made = recording.dry[held], recording.wet[held], made[held]
    dry = _fitted(dry, wet, recording.sample_rate)
    return {
        "model": descriptor.id,
        "remarks": told,
        "held_out_seconds": round(len(wet) / recording.sample_rate, 2),
        "error_to_signal": _significant(_error(made, wet)),
        "error_to_signal_db": round(10 * float(np.log10(_error(made, wet))), 2),
        "spectral_distance": _distance(made, wet, recording.sample_rate),
        "error_to_signal_of_the_dry": _significant(_error(dry, wet)),
        "spectral_distance_of_the_dry": _distance(dry, wet, recording.sample_rate),
    }


def _fitted(
    dry: NDArray[np.float32], wet: NDArray[np.float32], sample_rate: int
) -> NDArray[np.float32]:
    """Return the dry sound as late and as loud as the wet is."""
    late = np.roll(dry, delay_between(dry, wet, sample_rate).frames)
    fitted: NDArray[np.float32] = late * (np.vdot(late, wet) / np.vdot(late, late))
    return fitted


def _error(made: NDArray[np.float32], wet: NDArray[np.float32]) -> float:
    apart = (made - wet).astype(np.float64)
    return float(np.sum(apart**2) / np.sum(wet.astype(np.float64) ** 2))


def _distance(made: NDArray[np.float32], wet: NDArray[np.float32], sample_rate: int) -> float:
    signals = (torch.from_numpy(signal.astype(np.float32))[None] for signal in (made, wet))
    with torch.no_grad():
        return round(float(SpectralDistance(sample_rate)(*signals)), 3)


def _significant(value: float) -> float:
    return float(f"{value:.3g}")
