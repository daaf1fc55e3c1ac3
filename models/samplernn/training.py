"""`rtaudiogen train samplernn FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ..sounds.notes.corpus import Corpus
from ..sounds.notes.envelope_measuring import envelope_of
from ..sounds.notes.options import InstrumentOptions
from ..training import run as driver
from ..training.budget import Budget
from ..training.options import CHANNELS, option, shared
from ..training.run import Model, Run, Stage
from ..training.trainer import Trainer
from .batches import IGNORED, Batch, Streams, heard, stack
from .config import FRAME, SampleRNNConfig
from .levels import courses_of
from .network import SampleRNN

HELD_OUT_SECONDS = 0.7  # of every sound
HELD_OUT_ROWS = 4  # in one product
CARRIED = "slow", "middle"  # buffers of the objective that are no part of a model


@dataclass(frozen=True)
class TrainingOptions(InstrumentOptions):
    """Options of a SampleRNN's training."""

    minutes: float = shared("minutes", 90.0)
    report_steps: int = shared("report_steps", 500)
    notes: bool = option(False, "Learn notes that are played from a keyboard, not textures.")
    width: int = option(256, "Units of every tier; larger is better and slower.", **CHANNELS)
    segment_frames: int = option(
        512, "Samples through which errors are traced back.", least=FRAME, multiple_of=FRAME
    )
    rows: int = option(8, "Streams that are heard side by side.", least=1)

    @property
    def pitched(self) -> bool:
        """Return True if notes are learnt, not textures."""
        return self.notes

    @property
    def budget(self) -> Budget:
        """Return how long and how fast to learn."""
        return replace(super().budget, averaging=0.999)

    @property
    def step_frames(self) -> int:
        """Return how many frames of sound a process learns from in a step."""
        return self.rows * self.segment_frames

    def config(self, instruments: tuple[str, ...]) -> SampleRNNConfig:
        """Return the network that these options describe."""
        harmonics = self.harmonics if self.pitched else 0
        return self.sized(SampleRNNConfig, harmonics=harmonics, instruments=instruments)


class Objective(nn.Module):
    """Negative log-likelihood of the next code, in nats; carries the state from step to step."""

    def __init__(self, network: SampleRNN, rows: int) -> None:
        super().__init__()
        self.network = network
        for name, state in zip(CARRIED, network.silent(rows), strict=True):
            self.register_buffer(name, state)

    def forward(
        self, codes: Tensor, targets: Tensor, conditioning: Tensor, instruments: Tensor,
        fresh: Tensor,
    ) -> Tensor:  # fmt: skip
        """Return the mean over the targets that count; shapes as in `batches.Batch`."""
        carried = [getattr(self, name) for name in CARRIED]
        if not self.training:
            carried = list(self.network.silent(len(codes)))
        slow, middle = (state * ~fresh[:, None] for state in carried)
        embedding = self.network.instruments(instruments)
        logits, after = self.network(codes, conditioning, embedding, (slow, middle))
        if self.training:
            with torch.no_grad():
                for name, state in zip(CARRIED, after, strict=True):
                    getattr(self, name).copy_(state)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    return driver.train(Run("samplernn", folder, out, options or TrainingOptions()), _stages)


def _stages(run: Run[TrainingOptions]) -> Iterator[Stage]:
    options = run.options
    corpus = options.read(run.sounds, run.say)
    known = run.identity(labels=list(corpus.instruments))
    trainer = trainer_of(corpus, options, run.folder, known)
    courses = _courses(options.config(corpus.instruments), corpus)
    model = partial(_model, options, corpus, courses, trainer)
    yield Stage(trainer, model, "bits per sample", 1 / math.log(2))


def trainer_of(
    corpus: Corpus, options: TrainingOptions, run: Path, known: Mapping[str, Any] | None = None
) -> Trainer:
    """Return the trainer of a new network, for the sounds of a corpus.

    `known` is the identity by which its checkpoint is known again.
    """
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    streams = Streams(config, corpus.training, options.rows, options.segment_frames)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        return [as_tensors(streams.draw(options.seed, process, step))]

    return Trainer(
        Objective(SampleRNN(config), options.rows), batches, _held_out(config, corpus),
        options.budget, run, known or options.identity, compiled=False, device=options.device,
    )  # fmt: skip


def _held_out(config: SampleRNNConfig, corpus: Corpus) -> list[dict[str, Tensor]]:
    """Return the beginnings of the held-out sounds, batched."""
    frames = int(HELD_OUT_SECONDS * config.sample_rate) // FRAME * FRAME
    spared = Streams(config, corpus.held_out or corpus.training, 1, frames)
    rows = [spared.whole(sound) for sound in spared.sounds]
    return [
        as_tensors(stack(rows[i : i + HELD_OUT_ROWS])) for i in range(0, len(rows), HELD_OUT_ROWS)
    ]


def as_tensors(batch: Batch) -> dict[str, Tensor]:
    """Return a batch as the objective's arguments."""
    return {name: torch.from_numpy(array) for name, array in vars(batch).items()}


def _model(
    options: TrainingOptions, corpus: Corpus, courses: Mapping[str, NDArray[Any]], trainer: Trainer
) -> Model:
    """Return the model with the best weights so far."""
    config = options.config(corpus.instruments)
    tensors = {
        name.removeprefix("network."): value.detach().cpu().float().numpy()
        for name, value in trainer.best_weights.items()
        if name not in CARRIED
    }
    kind = "notes" if config.pitched else "textures"
    return Model(
        config,
        {**tensors, **courses},
        f"SampleRNN {kind}: {', '.join(config.instruments)}",
        options.heard(corpus),
        {
            "hold_seconds": options.hold_seconds,
            "held_out_bits_per_sample": round(trainer.best / math.log(2), 3),
        },
    )


def _courses(config: SampleRNNConfig, corpus: Corpus) -> dict[str, NDArray[Any]]:
    """Return what plays the level: the mean envelopes of notes, or the courses of textures."""
    if config.pitched:
        return envelope_of(corpus, config.sample_rate).to_tensors()
    sounds = [heard(sound, config) for sound in corpus.training]
    return courses_of(
        [(sound.instrument, sound.course) for sound in sounds], len(config.instruments)
    ).to_tensors()
