"""`rtaudiogen train samplernn FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..sounds.notes.corpus import Corpus, Texture, read_textures
from ..sounds.notes.notes import Note
from ..training import run as driver
from ..training.budget import Budget
from ..training.options import CHANNELS, option, shared
from ..training.options import TrainingOptions as SharedOptions
from ..training.run import Heard, Model, Run, Stage
from ..training.trainer import Trainer
from .batches import IGNORED, Batch, Streams, heard, stack
from .config import FRAME, SampleRNNConfig
from .levels import courses_of
from .network import SampleRNN

HELD_OUT_SECONDS = 0.7  # of every sound
HELD_OUT_ROWS = 4  # in one product
CARRIED = "slow", "middle"  # buffers of the objective that are no part of a model


@dataclass(frozen=True)
class TrainingOptions(SharedOptions):
    """Options of a SampleRNN's training."""

    minutes: float = shared("minutes", 90.0)
    report_steps: int = shared("report_steps", 500)
    instruments: str = option("", "Which of the folder's sounds, comma-separated; all.")
    width: int = option(256, "Units of every tier; larger is better and slower.", **CHANNELS)
    preemphasis: float = option(
        0.85, "Treble raised before the 8-bit codes; less hiss.", least=0, below=1
    )
    segment_frames: int = option(
        512, "Samples through which errors are traced back.", least=FRAME, multiple_of=FRAME
    )
    rows: int = option(8, "Streams that are heard side by side.", least=1)

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
        return self.sized(SampleRNNConfig, instruments=instruments)


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
    wanted = [name.strip() for name in options.instruments.split(",") if name.strip()]
    corpus = read_textures(run.sounds, options.sample_rate, wanted, run.say)
    known = run.identity(labels=list(corpus.instruments))
    trainer = trainer_of(corpus, options, run.folder, known)
    model = partial(_model, options.config(corpus.instruments), corpus, trainer)
    yield Stage(trainer, model, "bits per sample", 1 / math.log(2))


def trainer_of(
    corpus: Corpus, options: TrainingOptions, run: Path, known: Mapping[str, Any] | None = None
) -> Trainer:
    """Return the trainer of a new network, for the sounds of a corpus.

    `known` is the identity by which its checkpoint is known again.
    """
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    streams = Streams(config, _textures(corpus.training), options.rows, options.segment_frames)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        return [as_tensors(streams.draw(options.seed, process, step))]

    return Trainer(
        Objective(SampleRNN(config), options.rows), batches, _held_out(config, corpus),
        options.budget, run, known or options.identity, compiled=False, device=options.device,
    )  # fmt: skip


def _textures(sounds: Sequence[Note | Texture]) -> list[Texture]:
    return [sound for sound in sounds if isinstance(sound, Texture)]


def _held_out(config: SampleRNNConfig, corpus: Corpus) -> list[dict[str, Tensor]]:
    """Return the beginnings of the held-out sounds, batched."""
    frames = int(HELD_OUT_SECONDS * config.sample_rate) // FRAME * FRAME
    spared = Streams(config, _textures(corpus.held_out or corpus.training), 1, frames)
    rows = [spared.whole(sound) for sound in spared.sounds]
    return [
        as_tensors(stack(rows[i : i + HELD_OUT_ROWS])) for i in range(0, len(rows), HELD_OUT_ROWS)
    ]


def as_tensors(batch: Batch) -> dict[str, Tensor]:
    """Return a batch as the objective's arguments."""
    return {name: torch.from_numpy(array) for name, array in vars(batch).items()}


def _model(config: SampleRNNConfig, corpus: Corpus, trainer: Trainer) -> Model:
    """Return the model with the best weights so far."""
    tensors = {
        name.removeprefix("network."): value.detach().cpu().float().numpy()
        for name, value in trainer.best_weights.items()
        if name not in CARRIED
    }
    sounds = [heard(sound, config) for sound in _textures(corpus.training)]
    courses = [(sound.instrument, sound.course) for sound in sounds]
    tensors |= courses_of(courses, len(config.instruments)).to_tensors()
    seconds = corpus.frames / config.sample_rate
    return Model(
        config,
        tensors,
        f"SampleRNN textures: {', '.join(config.instruments)}",
        Heard(len(corpus.training), len(corpus.held_out), seconds, corpus.licences),
        {"held_out_bits_per_sample": round(trainer.best / math.log(2), 3)},
    )
