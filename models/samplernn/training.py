"""`rtaudiogen train samplernn FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import UsageError
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.processors import AUTO, checked
from rtaudiogen.training_journal import Journal, run_folder

from ..sounds.notes.corpus import Corpus, level_tracks, read_notes, read_textures
from ..sounds.notes.envelope import measure
from ..sounds.say import Say
from ..training.device import HELP as DEVICE_HELP
from ..training.device import accelerator
from ..training.log import TrainingLog, teller
from ..training.origin import identity
from ..training.trainer import Budget, Report, Trainer
from .batches import IGNORED, Batch, Streams, heard, stack
from .config import FRAME, SampleRNNConfig
from .levels import courses_of
from .network import SampleRNN

HELD_OUT_SECONDS = 0.7  # of every sound
HELD_OUT_ROWS = 4  # in one product
CARRIED = "slow", "middle"  # buffers of the objective that are no part of a model


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class TrainingOptions:
    """Settings of a training; every field is a flag of the command."""

    notes: bool = _option(False, "Learn notes that are played from a keyboard, not textures.")
    instruments: str = _option("", "Which of the folder's sounds, comma-separated; all.")
    minutes: float = _option(90.0, "How long to train; the learning rate falls to its end.")
    steps: int = _option(0, "Instead of minutes: the same numbers in every run.")
    sample_rate: int = _option(16000, "Of the model, in Hz; sounds are converted.")
    lowest: int = _option(40, "Lowest MIDI note to be playable: gaps are filled by resampling.")
    highest: int = _option(84, "Highest MIDI note to be playable.")
    hold_seconds: float = _option(0.0, "When the key was let go in the recordings; 0: find out.")
    harmonics: int = _option(12, "Multiples of a note's phase that the network is told.")
    width: int = _option(256, "Units of every tier; larger is better and slower.")
    preemphasis: float = _option(0.85, "Treble raised before the 8-bit codes; less hiss.")
    segment_frames: int = _option(512, "Samples through which errors are traced back.")
    rows: int = _option(8, "Streams that are heard side by side.")
    learning_rate: float = _option(2e-3, "At its highest.")
    report_steps: int = _option(500, "Steps from one report and checkpoint to the next.")
    seed: int = _option(0, "Random seed.")
    device: str = _option(AUTO, DEVICE_HELP)
    licence: str = _option("", "Of the model, for its header.")
    card: str = _option("", "A text about the model, for its header: credits, remarks.")

    def __post_init__(self) -> None:
        """Raise UsageError for values out of range."""
        _check(self)

    @property
    def budget(self) -> Budget:
        """Return the shared trainer's part."""
        return Budget(
            steps=self.steps, minutes=self.minutes, learning_rate=self.learning_rate,
            report_steps=self.report_steps, averaging=0.999,
        )  # fmt: skip

    @property
    def identity(self) -> dict[str, Any]:
        """Return the settings that a resumed training has to share with its beginning."""
        free = {"minutes", "steps", "report_steps", "licence", "card", "device"}
        return {name: value for name, value in asdict(self).items() if name not in free}

    def config(self, instruments: tuple[str, ...]) -> SampleRNNConfig:
        """Return the network that these options describe."""
        return SampleRNNConfig(
            sample_rate=self.sample_rate,
            width=self.width,
            harmonics=self.harmonics if self.notes else 0,
            instruments=instruments,
            preemphasis=self.preemphasis,
        )


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
    """Train on `folder` until the budget ends, or resume; `out` is playable from the first report.

    Return whether there was anything left to do. Beside the model,
    `<out without suffix>-training/` holds checkpoint, log and loss plot.
    """
    options = options or TrainingOptions()
    console = Console(quiet=not accelerator(options.device).is_main_process)
    run = run_folder(out)
    journal = Journal(run, muted=console.quiet)
    say = teller(console, journal)
    corpus = _read(folder, options, say)
    known = identity("samplernn", folder, options.identity, labels=list(corpus.instruments))
    trainer = trainer_of(corpus, options, run, known)
    say(f"computed on {trainer.processor}")
    courses = _courses(options.config(corpus.instruments), corpus)
    with TrainingLog(run, console, "bits per sample", 1 / math.log(2), journal=journal) as log:

        def on_report(report: Report) -> None:
            log.report(report, trainer.history)
            _write(out, folder, options, corpus, courses, trainer)

        trained = trainer.run(
            lambda loss: log.step(trainer.progress, trainer.seconds, loss), on_report
        )
    if trainer.accelerator.is_main_process:
        _write(out, folder, options, corpus, courses, trainer)
        say(f"{out}: {trainer.best / math.log(2):.3f} bits per sample held out")
    return trained


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


def _read(folder: Path, options: TrainingOptions, say: Say) -> Corpus:
    wanted = [name.strip() for name in options.instruments.split(",") if name.strip()]
    if not options.notes:
        return read_textures(folder, options.sample_rate, wanted, say)
    return read_notes(
        folder, options.sample_rate, wanted, options.lowest, options.highest,
        options.hold_seconds, say,
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


def _write(
    path: Path, folder: Path, options: TrainingOptions, corpus: Corpus,
    courses: Mapping[str, NDArray[Any]], trainer: Trainer,
) -> None:  # fmt: skip
    """Write the model file with the best weights so far, atomically."""
    config = options.config(corpus.instruments)
    tensors = {
        name.removeprefix("network."): value.detach().cpu().float().numpy()
        for name, value in trainer.best_weights.items()
        if name not in CARRIED
    }
    tensors |= courses
    kind = "notes" if config.pitched else "textures"
    header = ModelHeader(
        family="samplernn",
        name=path.stem,
        config=config.to_json(),
        summary=f"SampleRNN {kind}: {', '.join(config.instruments)}",
        licence=options.licence,
        card=options.card,
        training={
            "folder": folder.resolve().name,
            "sounds": len(corpus.training),
            "sounds_held_out": len(corpus.held_out),
            "minutes_of_sound": round(corpus.frames / config.sample_rate / 60, 1),
            "sources": list(corpus.licences),
            "hold_seconds": options.hold_seconds,
            "steps": trainer.step,
            "frames_seen": trainer.step * options.rows * options.segment_frames,
            "minutes": round(trainer.seconds / 60, 1),
            "processor": trainer.processor,
            "held_out_bits_per_sample": round(trainer.best / math.log(2), 3),
        },
    )
    write_model(path, header, tensors)


def _courses(config: SampleRNNConfig, corpus: Corpus) -> dict[str, NDArray[Any]]:
    """Return what plays the level: the mean envelopes of notes, or the courses of textures."""
    instruments = len(config.instruments)
    if config.pitched:
        return measure(level_tracks(corpus), instruments, config.sample_rate).to_tensors()
    sounds = [heard(sound, config) for sound in corpus.training]
    return courses_of(
        [(sound.instrument, sound.course) for sound in sounds], instruments
    ).to_tensors()


def _check(options: TrainingOptions) -> None:
    """Raise UsageError for values out of range."""
    checked(options.device)
    if not 4000 <= options.sample_rate <= 192000:
        raise UsageError("--sample-rate must be from 4000 to 192000 Hz")
    if options.steps < 0 or (options.steps == 0 and not 0 < options.minutes < math.inf):
        raise UsageError("--minutes must be above 0 (or give --steps)")
    if options.harmonics < 1:
        raise UsageError("--harmonics must be at least 1")
    if not 0 <= options.lowest <= options.highest <= 127:
        raise UsageError("--lowest and --highest must be MIDI notes, 0 to 127, in this order")
    if options.width < 16 or options.width % 16:
        raise UsageError("--width must be a multiple of 16")
    if options.segment_frames < FRAME or options.segment_frames % FRAME:
        raise UsageError(f"--segment-frames must be a multiple of {FRAME}")
    if options.rows < 1 or options.report_steps < 1:
        raise UsageError("--rows and --report-steps must be at least 1")
    if not 0 < options.learning_rate < 1:
        raise UsageError("--learning-rate must be between 0 and 1")
    if not 0 <= options.preemphasis < 1:
        raise UsageError("--preemphasis must be from 0 up to, but not including, 1")
