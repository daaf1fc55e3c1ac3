"""A trained SampleRNN, measured on held-out sounds and compared with its sampler. [control]"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rtaudiogen.generator import Finding, Generator

from ..measuring.code_models import Predicted, Tensors, code_score, evaluated, with_tensors
from ..measuring.parallel import CODE_FRAMES, compare_codes
from ..playing.codes.rendered import prepared
from ..sounds.notes.coded import Sound
from ..sounds.notes.streams import Streams
from ..training.device import as_tensors
from .config import FILES, FRAME, SampleRNNConfig
from .generator import SampleRNNGenerator, create
from .network import SampleRNN
from .packing import rounded


def evaluate(
    model: Path, folder: Path, seconds: float = 20.0, hold_seconds: float = 60.0,
    pitch_step: int = 4,
) -> dict[str, Any]:  # fmt: skip
    """Return what `rtaudiogen evaluate MODEL FOLDER` prints; see `evaluated`."""
    generator = prepared(create, FILES.describe(model))
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


def check(generator: Generator) -> Sequence[Finding]:
    """Compare a prepared generator's sampler with its network; see `compare_codes`."""
    assert isinstance(generator, SampleRNNGenerator)
    config, tensors = FILES.opened(generator.descriptor)
    network = with_tensors(SampleRNN(config), rounded(config, tensors))
    score = code_score(network, generator.packed.instruments)
    return compare_codes(score, generator.new_sampler(1, CODE_FRAMES))
