"""`rtaudiogen evaluate MODEL FOLDER`: a SampleRNN measured on held-out sounds."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..measuring.code_models import Predicted, Tensors, evaluated, with_tensors
from ..playing.codes.rendered import prepared
from ..sounds.notes.coded import Sound
from ..sounds.notes.streams import Streams
from ..training.device import as_tensors
from .config import FRAME, SampleRNNConfig
from .descriptor import describe
from .generator import create
from .network import SampleRNN


def evaluate(
    model: Path, folder: Path, seconds: float = 20.0, hold_seconds: float = 60.0,
    pitch_step: int = 4,
) -> dict[str, Any]:  # fmt: skip
    """Return all measurements; see `evaluated`."""
    generator = prepared(create, describe(model))
    return evaluated(model, folder, generator, predict, seconds, hold_seconds, pitch_step)


def predict(
    config: SampleRNNConfig, tensors: Tensors, sounds: Sequence[Sound], frames: int
) -> Iterator[Predicted]:
    """Yield the prediction of each sound, teacher-forced from silence."""
    network: SampleRNN = with_tensors(SampleRNN(config), tensors)
    streams = Streams(config, sounds, 1, frames // FRAME * FRAME, FRAME)
    for sound in sounds:
        batch = as_tensors(streams.whole(sound))
        embedding = network.instruments(batch["instruments"])
        logits, _ = network(batch["codes"], batch["conditioning"], embedding, network.silent(1))
        yield Predicted(sound.instrument, logits[0], batch["targets"][0])
