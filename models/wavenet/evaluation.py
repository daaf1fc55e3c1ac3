"""`rtaudiogen evaluate MODEL FOLDER`: a WaveNet beside the sounds that it has not learnt."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..measuring.code_models import Predicted, Tensors, evaluated, with_tensors
from ..playing.codes.rendered import prepared
from ..sounds.notes.coded import Sound
from ..training.device import as_tensors
from .config import WaveNetConfig
from .dataset import Segments
from .descriptor import describe
from .generator import create
from .network import WaveNet


def evaluate(
    model: Path, folder: Path, seconds: float = 20.0, hold_seconds: float = 60.0,
    pitch_step: int = 4,
) -> dict[str, Any]:  # fmt: skip
    """Return all measurements; see `evaluated`."""
    generator = prepared(create, describe(model))
    return evaluated(model, folder, generator, predict, seconds, hold_seconds, pitch_step)


def predict(
    config: WaveNetConfig, tensors: Tensors, sounds: Sequence[Sound], frames: int
) -> Iterator[Predicted]:
    """Yield what is predicted of each sound, teacher-forced from its beginning."""
    network: WaveNet = with_tensors(WaveNet(config), tensors)
    segments = Segments(config, sounds, frames)
    for sound in sounds:
        batch = as_tensors(segments.whole(sound))
        embedding = network.instruments(batch["instruments"])
        logits = network(batch["codes"], batch.get("conditioning"), embedding)
        yield Predicted(sound.instrument, logits[0], batch["targets"][0])
