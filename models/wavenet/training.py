"""`rtaudiogen train wavenet FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import UsageError
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.processors import AUTO, checked
from rtaudiogen.training_journal import Journal, run_folder

from ..sounds.note_labels import Say
from ..sounds.notes.corpus import Corpus, level_tracks, read_notes, read_textures
from ..sounds.notes.envelope import Envelope, measure
from ..training.device import HELP as DEVICE_HELP
from ..training.device import accelerator
from ..training.log import TrainingLog, teller
from ..training.origin import identity
from ..training.trainer import Budget, Report, Trainer
from .config import WaveNetConfig
from .dataset import IGNORED, Batch, Segments, stack
from .network import WaveNet
from .render_clip import write_clip

HELD_OUT_BATCHES = 64


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class TrainingOptions:
    """What a person may choose; every field is a flag of the command."""

    texture: bool = _option(False, "Learn stretches of sound that are played without notes.")
    instruments: str = _option("", "Which of the folder's instruments, comma-separated; all.")
    minutes: float = _option(60.0, "How long to train; the learning rate falls to its end.")
    steps: int = _option(0, "Instead of minutes: the same numbers in every run.")
    sample_rate: int = _option(16000, "Of the model, in Hz; sounds are converted.")
    lowest: int = _option(40, "Lowest MIDI note to be playable: gaps are filled by resampling.")
    highest: int = _option(84, "Highest MIDI note to be playable.")
    hold_seconds: float = _option(0.0, "When the key was let go in the recordings; 0: find out.")
    residual: int = _option(32, "Channels of the residual path; larger is better and slower.")
    skip: int = _option(128, "Channels of the skip path.")
    output: int = _option(256, "Channels before the softmax.")
    largest_dilation: int = _option(512, "Each stack of layers doubles from 1 up to this.")
    stacks: int = _option(2, "How many such stacks.")
    harmonics: int = _option(12, "Multiples of the note's phase that the network is told.")
    preemphasis: float = _option(0.85, "Treble raised before the 8-bit codes; less hiss.")
    segment_frames: int = _option(2560, "Length of a piece that is learnt at once.")
    segments: int = _option(2, "Pieces in one product: as many as stay in the cache.")
    accumulate: int = _option(1, "Such products before the weights change.")
    learning_rate: float = _option(2e-3, "At its highest.")
    report_steps: int = _option(1000, "Steps from one report, checkpoint and clip to the next.")
    seed: int = _option(0, "Of all random numbers.")
    device: str = _option(AUTO, DEVICE_HELP)
    compile: bool = _option(True, "Compile the network with torch.compile (needs g++).")
    licence: str = _option("", "Of the model, for its header.")
    card: str = _option("", "A text about the model, for its header: credits, remarks.")

    def __post_init__(self) -> None:
        """UsageError for what cannot be meant."""
        _check(self)

    @property
    def budget(self) -> Budget:
        """What the shared trainer is given."""
        return Budget(
            steps=self.steps,
            minutes=self.minutes,
            learning_rate=self.learning_rate,
            report_steps=self.report_steps,
        )

    @property
    def identity(self) -> dict[str, Any]:
        """What an interrupted training cannot change when it goes on."""
        free = {"minutes", "steps", "report_steps", "compile", "licence", "card", "device"}
        return {name: value for name, value in asdict(self).items() if name not in free}

    def config(self, instruments: tuple[str, ...]) -> WaveNetConfig:
        """The network that these options describe."""
        stack_ = tuple(2**i for i in range(int(math.log2(self.largest_dilation)) + 1))
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


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder` until the budget ends, or resume; `out` is playable from the first report.

    Whether there was anything left to do. Beside it, `<out without suffix>-training/` holds
    checkpoint, log, loss plot and clips.
    """
    options = options or TrainingOptions()
    console = Console(quiet=not accelerator(options.device).is_main_process)
    run = run_folder(out)
    journal = Journal(run, muted=console.quiet)
    say = teller(console, journal)
    corpus = _read(folder, options, say)
    config = options.config(corpus.instruments)
    known = identity("wavenet", folder, options.identity, labels=list(corpus.instruments))
    trainer = trainer_of(corpus, options, run, known)
    say(f"computed on {trainer.processor}")
    tracks = level_tracks(corpus)
    envelope = measure(tracks, len(config.instruments), config.sample_rate) if tracks else None
    model = ModelFile(out, folder, options, config, corpus, envelope)
    with TrainingLog(run, console, "bits per sample", 1 / math.log(2), journal=journal) as log:

        def on_report(report: Report) -> None:
            log.report(report, trainer.history)
            model.write(trainer)
            try:
                write_clip(out, run / "clips" / f"step-{report.step:07d}.wav")
            except Exception as error:  # hours of training must not end for a clip
                say(f"no clip this time: {error}")

        trained = trainer.run(
            lambda loss: log.step(trainer.progress, trainer.seconds, loss), on_report
        )
    if trainer.accelerator.is_main_process:
        model.write(trainer)
        say(f"{out}: {trainer.best / math.log(2):.3f} bits per sample held out")
    return trained


def trainer_of(
    corpus: Corpus, options: TrainingOptions, run: Path, known: Mapping[str, Any] | None = None
) -> Trainer:
    """Of a new network, for the sounds of a corpus, which is `known` again by its identity."""
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    objective = Objective(WaveNet(config))
    segments = Segments(config, corpus.training, options.segment_frames)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        random = np.random.default_rng([options.seed, process, step])
        return [
            as_tensors(segments.draw(random, options.segments)) for _ in range(options.accumulate)
        ]

    return Trainer(
        objective, batches, _held_out(config, corpus, options), options.budget, run,
        known or options.identity, compiled=options.compile, device=options.device,
    )  # fmt: skip


def _held_out(
    config: WaveNetConfig, corpus: Corpus, options: TrainingOptions
) -> list[dict[str, Tensor]]:
    """The same plain segments for every report, batched as in training."""
    spared = Segments(config, corpus.held_out or corpus.training, options.segment_frames)
    rows = spared.fixed(HELD_OUT_BATCHES * options.segments)
    size = options.segments
    return [as_tensors(stack(rows[i : i + size])) for i in range(0, len(rows), size)]


@dataclass(frozen=True)
class ModelFile:
    """Where the model goes and what its header says."""

    path: Path
    folder: Path
    options: TrainingOptions
    config: WaveNetConfig
    corpus: Corpus
    envelope: Envelope | None

    def write(self, trainer: Trainer) -> None:
        """The model file with the best weights so far, atomically."""
        tensors = {
            name.removeprefix("network."): value.detach().cpu().float().numpy()
            for name, value in trainer.best_weights.items()
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
                "minutes_of_sound": round(self.corpus.frames / self.config.sample_rate / 60, 1),
                "sources": list(self.corpus.licences),
                "hold_seconds": self.options.hold_seconds,
                "steps": trainer.step,
                "frames_seen": trainer.step * self.frames_per_step(trainer),
                "minutes": round(trainer.seconds / 60, 1),
                "processor": trainer.processor,
                "held_out_bits_per_sample": round(trainer.best / math.log(2), 3),
            },
        )
        write_model(self.path, header, tensors)

    def frames_per_step(self, trainer: Trainer) -> int:
        """Of all processes together."""
        one = self.options.segments * self.options.segment_frames * self.options.accumulate
        return one * int(trainer.accelerator.num_processes)


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


def _read(folder: Path, options: TrainingOptions, say: Say) -> Corpus:
    wanted = [name.strip() for name in options.instruments.split(",") if name.strip()]
    rate = options.sample_rate
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
    checked(options.device)
    for name in ("stacks", "harmonics", "segments", "accumulate", "report_steps"):
        if getattr(options, name) < 1:
            raise UsageError(f"--{name.replace('_', '-')} must be at least 1")
    for name in ("residual", "skip", "output"):
        if getattr(options, name) < 16 or getattr(options, name) % 16:
            raise UsageError(f"--{name} must be a multiple of 16")
    if not 4000 <= options.sample_rate <= 192000:
        raise UsageError("--sample-rate must be from 4000 to 192000 Hz")
    if options.steps < 0 or (options.steps == 0 and not 0 < options.minutes < math.inf):
        raise UsageError("--minutes must be above 0 (or give --steps)")
    if not 0 < options.learning_rate < 1:
        raise UsageError("--learning-rate must be between 0 and 1")
    if not 0 <= options.preemphasis < 1:
        raise UsageError("--preemphasis must be from 0 up to, but not including, 1")
    widest = options.largest_dilation
    if widest < 1 or widest & (widest - 1):
        raise UsageError("--largest-dilation must be a power of two")
    if not 0 <= options.lowest <= options.highest <= 127:
        raise UsageError("--lowest and --highest must be MIDI notes, 0 to 127, in this order")
    if options.segment_frames < 1024:
        raise UsageError("--segment-frames must be at least 1024")
