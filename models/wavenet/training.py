"""`rtaudiogen train wavenet FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import UsageError
from rtaudiogen.model_file import ModelHeader, write_model

from ..trainer import Budget, Report, Trainer
from ..training_log import TrainingLog
from .config import WaveNetConfig
from .corpus import Corpus, level_tracks, read_notes, read_textures
from .dataset import IGNORED, Batch, Segments, stack
from .envelope import Envelope, measure
from .network import WaveNet


@dataclass(frozen=True)
class TrainingOptions:
    """What a person may choose; every field is a flag of the command."""

    texture: bool = False  # learn stretches of sound, played without notes
    instruments: str = ""  # comma-separated; empty: all in the folder
    minutes: float = 60.0  # of training; the learning rate ends with them
    steps: int = 0  # instead of minutes: a run that gives the same numbers every time
    sample_rate: int = 16000
    lowest: int = 40  # MIDI notes to be playable, E2 … C6; gaps are filled by resampling
    highest: int = 84
    hold_seconds: float = 0.0  # how long the key was held in the recordings; 0: find it
    residual: int = 32
    skip: int = 128
    output: int = 256
    dilations: int = 512  # largest dilation; each stack doubles from 1 up to it
    stacks: int = 2
    harmonics: int = 12
    preemphasis: float = 0.85
    segment_frames: int = 2560
    segments: int = 2  # in one product: as many as stay in the cache
    accumulate: int = 1  # such products before a step
    learning_rate: float = 2e-3
    seed: int = 0
    compile: bool = True
    licence: str = ""  # of the weights
    card: str = ""  # model card text: credits, remarks

    def config(self, instruments: tuple[str, ...]) -> WaveNetConfig:
        """The network that these options describe."""
        stack_ = tuple(2**i for i in range(int(math.log2(self.dilations)) + 1))
        return WaveNetConfig(
            sample_rate=self.sample_rate,
            residual=self.residual,
            skip=self.skip,
            output=self.output,
            dilations=stack_ * self.stacks,
            harmonics=0 if self.texture else self.harmonics,
            instruments=instruments,
            preemphasis=self.preemphasis,
        )


class Objective(nn.Module):
    """The loss as a module: negative log-likelihood of the next code, in nats."""

    def __init__(self, network: WaveNet) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        codes: Tensor,
        targets: Tensor,
        instruments: Tensor,
        conditioning: Tensor | None = None,
    ) -> Tensor:
        """Mean over the targets that count; shapes as in `dataset.Batch`."""
        embedding = self.network.instruments(instruments)
        logits = self.network(codes, conditioning, embedding)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> None:
    """Train on `folder` until the budget ends, or resume; `out` is playable from the first report.

    Beside it, `<out without suffix>-training/` holds checkpoint, log, loss plot and clips.
    """
    options = options or TrainingOptions()
    _check(options)
    console = Console()
    corpus = _read(folder, options, console)
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    network = WaveNet(config)
    run = out.with_name(f"{out.stem}-training")
    segments = Segments(config, corpus.training, options.segment_frames)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        random = np.random.default_rng([options.seed, process, step])
        return [
            as_tensors(segments.draw(random, options.segments)) for _ in range(options.accumulate)
        ]

    spared = Segments(config, corpus.held_out or corpus.training, options.segment_frames)
    held_out = spared.fixed(64 * options.segments)
    trainer = Trainer(
        Objective(network),
        batches,
        [
            as_tensors(stack(held_out[i : i + options.segments]))
            for i in range(0, len(held_out), options.segments)
        ],
        Budget(options.steps, options.minutes, options.learning_rate),
        run,
        compiled=options.compile,
    )
    tracks = level_tracks(corpus)
    envelope = measure(tracks, len(config.instruments), config.sample_rate) if tracks else None
    model = ModelFile(out, folder, options, config, corpus, envelope)
    frames_per_step = options.segments * options.segment_frames * options.accumulate
    frames_per_step *= trainer.accelerator.num_processes
    with TrainingLog(run, console, "bits per sample", 1 / math.log(2)) as log:

        def on_report(report: Report) -> None:
            log.report(report, trainer.history)
            model.write(trainer.best_weights, report, frames_per_step)

        trainer.run(lambda loss: log.step(trainer.progress, trainer.seconds, loss), on_report)
    console.print(f"{out}: {trainer.best / math.log(2):.3f} bits per sample held out")


@dataclass(frozen=True)
class ModelFile:
    """Where the model goes and what its header says."""

    path: Path
    folder: Path
    options: TrainingOptions
    config: WaveNetConfig
    corpus: Corpus
    envelope: Envelope | None

    def write(self, weights: Mapping[str, Tensor], report: Report, frames_per_step: int) -> None:
        """The model file with these weights of the objective, atomically."""
        tensors = {
            name.removeprefix("network."): value.detach().cpu().float().numpy()
            for name, value in weights.items()
        }
        if self.envelope is not None:
            tensors.update(self.envelope.to_tensors())
        header = ModelHeader(
            family="wavenet",
            name=self.path.stem,
            config=self.config.to_json(),
            summary=_summary(self.config),
            licence=self.options.licence,
            card=self.options.card,
            training={
                "folder": self.folder.name,
                "sounds": len(self.corpus.training),
                "sounds_held_out": len(self.corpus.held_out),
                "minutes_of_sound": round(self.corpus.seconds / self.config.sample_rate / 60, 1),
                "sources": list(self.corpus.licences),
                "steps": report.step,
                "frames_seen": report.step * frames_per_step,
                "minutes": round(report.seconds / 60, 1),
                "held_out_bits_per_sample": round(report.best / math.log(2), 3),
            },
        )
        write_model(self.path, header, tensors)


def as_tensors(batch: Batch) -> dict[str, Tensor]:
    """A batch as the objective's arguments."""
    tensors = {
        "codes": torch.from_numpy(batch.codes),
        "targets": torch.from_numpy(batch.targets),
        "instruments": torch.from_numpy(batch.instruments),
    }
    if batch.conditioning is not None:
        tensors["conditioning"] = torch.from_numpy(batch.conditioning)
    return tensors


def _read(folder: Path, options: TrainingOptions, console: Console) -> Corpus:
    wanted = [name.strip() for name in options.instruments.split(",") if name.strip()]
    rate = options.sample_rate

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    if options.texture:
        return read_textures(folder, rate, wanted, say)
    low, high = options.lowest, options.highest
    return read_notes(folder, rate, wanted, low, high, options.hold_seconds, say)


def _summary(config: WaveNetConfig) -> str:
    names = ", ".join(config.instruments)
    what = "notes" if config.pitched else "textures"
    return f"WaveNet {what}: {names}"


def _check(options: TrainingOptions) -> None:
    """UsageError for what cannot be meant."""
    positive = ("sample_rate", "residual", "skip", "output", "stacks", "segments", "accumulate")
    for name in positive:
        if getattr(options, name) < 1:
            raise UsageError(f"--{name.replace('_', '-')} must be at least 1")
    if options.steps < 0 or (options.steps == 0 and not 0 < options.minutes < math.inf):
        raise UsageError("--minutes must be above 0 (or give --steps)")
    if not 0 <= options.preemphasis < 1:
        raise UsageError("--preemphasis must be from 0 up to, but not including, 1")
    if options.dilations < 1 or options.dilations & (options.dilations - 1):
        raise UsageError("--dilations must be a power of two")
    if not 0 <= options.lowest <= options.highest <= 127:
        raise UsageError("--lowest and --highest must be MIDI notes, 0 to 127, in this order")
    if options.segment_frames < 1024:
        raise UsageError("--segment-frames must be at least 1024")
