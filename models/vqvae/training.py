"""`rtaudiogen train vqvae FOLDER`: from a folder of sounds to a playable model file.

First the codec, then, from the codes of the same sounds, the prior. Beside the model file,
`<its name>-training/` holds checkpoints, logs, loss plots and clips of both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from rich.console import Console
from torch import Tensor, nn

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.training_journal import Journal, run_folder

from ..measuring.spectral_distance import SpectralDistance
from ..sounds.note_labels import Say
from ..training.device import accelerator
from ..training.log import TrainingLog, teller
from ..training.origin import FAMILY, SOUNDS, identity, standing_of
from ..training.trainer import Report, Rival, Trainer
from .codec import VQVAECodec
from .config import VQVAEConfig
from .corpus import Corpus, read
from .dataset import Batch, Segments, cut
from .discriminator import Discriminator
from .excerpts import material_of, streams
from .losses import (
    adversarial,
    quantisation,
    reconstruction,
    waveform_weight,
)
from .network import TRAINING_ONLY, VQVAE, folded
from .options import TrainingOptions
from .packing import pack
from .prior.training import bits_per_stage, train_prior
from .shapes import PRIOR
from .usage import StageUsage, alarm, of_counts

HELD_OUT_BATCHES = 16
CLIP_SECONDS = 6.0


class Objective(nn.Module):
    """The loss as a module: reconstruction, commitment, and a rival's opinion if any."""

    def __init__(self, network: VQVAE) -> None:
        super().__init__()
        self.network = network
        self.made: list[dict[str, Tensor]] = []  # what the rival is shown
        self._counts = torch.zeros(network.config.stages, network.config.codes, dtype=torch.int64)
        # in a tuple, so that its constant tables are no part of the weights
        self._spectral = (SpectralDistance(network.config.sample_rate),)

    def forward(
        self, signal: Tensor, labels: Tensor, kept: Tensor, waveform: Tensor,
        against: Discriminator | None = None,
    ) -> Tensor:  # fmt: skip
        """Shapes as in `dataset.Batch`; `waveform` () as in `losses.reconstruction`."""
        made, quantized = self.network(signal, labels, kept)
        made = made.float()
        loss = reconstruction(made, signal, self._spectral[0], waveform)
        if not self.training:  # what is held out is judged by what is heard
            return loss
        self._count(quantized.codes)
        loss += quantisation(quantized)
        if against is not None:
            with torch.no_grad():
                real = against.judge(signal)
            loss += adversarial(against.judge(made), real)
            self.made = [{"made": made.detach(), "real": signal}]
        return loss

    def _count(self, codes: Tensor) -> None:
        chosen = codes.flatten(0, 1).T  # (stages, B · N)
        self._counts = self._counts.to(codes.device)
        self._counts.scatter_add_(1, chosen, torch.ones_like(chosen))

    def usage(self) -> tuple[list[StageUsage], int]:
        """Of each stage's book since the last call, and how many code frames that were."""
        counts = self._counts.cpu().numpy()
        usages, frames = [of_counts(stage) for stage in counts], int(counts[0].sum())
        self._counts.zero_()
        return usages, frames


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder` until the budget ends, or resume; `out` is playable from the first report.

    Whether there was anything left to do. RtAudioGenError or UsageError, one line, for a folder or
    options that cannot be used.
    """
    options = options or TrainingOptions()
    console = Console(quiet=not accelerator(options.device).is_main_process)
    run = run_folder(out)
    journal = Journal(run, muted=console.quiet)
    say = teller(console, journal)
    corpus = read(folder, options.sample_rate, say)
    torch.manual_seed(options.seed)
    model = ModelFile(out, folder, options, options.config(corpus.labels), corpus)
    known = identity("vqvae", folder, options.identity, labels=list(corpus.labels))
    trained = _train_codec(model, run, known, console, journal, say)
    if model.has_prior:
        trained |= _train_prior(model, run, known, console, journal, say)
    return trained


def _train_codec(
    model: "ModelFile",
    run: Path,
    known: Mapping[str, Any],
    console: Console,
    journal: Journal,
    say: Say,
) -> bool:
    trainer, objective = codec_trainer(model.config, model.corpus, model.options, run, known)
    say(f"computed on {trainer.processor}")
    with TrainingLog(run, console, "loss", 1.0, journal=journal, title="codec") as log:

        def on_report(report: Report) -> None:
            log.report(report, trainer.history)
            usages, frames = objective.usage()
            say("codebooks: " + ", ".join(_usage_line(stage) for stage in usages))
            if warning := alarm(usages, frames):
                say(f"WARNING: {warning}")
            model.take(trainer)
            model.write()
            write_clip(run / "clips" / f"step-{report.step:07d}.wav", model.network, model.corpus)

        trained = trainer.run(
            lambda loss: log.step(trainer.progress, trainer.seconds, loss), on_report
        )
    model.take(trainer)
    if trainer.accelerator.is_main_process:
        model.play_from_excerpts()
        model.write()
        say(f"{model.path}: loss {trainer.best:.3f} held out")
    return trained


def _train_prior(
    model: "ModelFile",
    run: Path,
    known: Mapping[str, Any],
    console: Console,
    journal: Journal,
    say: Say,
) -> bool:
    """From the codes of the codec as it is now; begins anew when that has been trained further."""
    codec, corpus, options = model.codec(), model.corpus, model.options
    config = model.options.with_prior(model.config)
    learnt = streams(codec, corpus, corpus.training)
    spared = streams(codec, corpus, corpus.held_out)
    place = run / f"prior-of-step-{model.facts['steps']}"
    sounds = {name: known[name] for name in (SOUNDS, FAMILY)}
    own = {"seed": options.seed, **options.prior_sizes, **sounds}
    before = standing_of(place)
    with TrainingLog(
        place, console, "bits per code", 1 / math.log(2), journal=journal, title="prior"
    ) as log:
        tensors = train_prior(
            config, learnt, spared, options.prior_budget, place, own, options.seed,
            log.step, log.report, options.device,
        )  # fmt: skip
    after = standing_of(place)
    trained = before is None or after is None or after.steps > before.steps
    if not accelerator(options.device).is_main_process:
        return trained
    bits = bits_per_stage(config, tensors, spared)
    model.add_prior(config, tensors, bits)
    model.write()
    say(f"{model.path}: prior, {sum(bits) / len(bits):.2f} bits per code held out")
    return trained


def _usage_line(stage: StageUsage) -> str:
    return f"{stage.used} of {stage.size} used, perplexity {stage.perplexity:.0f}"


def codec_trainer(
    config: VQVAEConfig,
    corpus: Corpus,
    options: TrainingOptions,
    run: Path,
    known: Mapping[str, Any] | None = None,
) -> tuple[Trainer, Objective]:
    """Of a new network, for the sounds of a corpus; and what it learns by."""
    segments = Segments(config, corpus, options.segment_frames)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        name = np.random.SeedSequence([options.seed, process, step])
        batch = segments.draw(np.random.default_rng(name), options.segments)
        return [as_tensors(batch, trainer.progress_at(step))]

    held_out = [as_tensors(b, 1.0) for b in segments.held_out(HELD_OUT_BATCHES, options.segments)]
    objective = Objective(VQVAE(config))
    rival = Rival(Discriminator(), 1.0 - options.adversarial) if options.adversarial else None
    trainer = Trainer(
        objective, batches, held_out, options.budget, run,
        known or options.identity,
        compiled=False, rival=rival, seed=options.seed, device=options.device,
    )  # fmt: skip
    return trainer, objective


def as_tensors(batch: Batch, progress: float) -> dict[str, Tensor]:
    """A batch as the objective's arguments, at a share of the training."""
    tensors = {name: torch.from_numpy(array) for name, array in batch._asdict().items()}
    return tensors | {"waveform": torch.tensor(waveform_weight(progress))}


@dataclass
class ModelFile:
    """Where the model goes and what it holds so far."""

    path: Path
    folder: Path
    options: TrainingOptions
    config: VQVAEConfig
    corpus: Corpus

    def __post_init__(self) -> None:
        self.network = VQVAE(self.config).eval()  # holds the weights that are written
        self.beside: dict[str, NDArray[Any]] = {}  # tensors of prior and material
        self.facts: dict[str, Any] = {}

    @property
    def has_prior(self) -> bool:
        """Whether one is wanted."""
        return bool(self.options.prior_minutes or self.options.prior_steps)

    def take(self, trainer: Trainer) -> None:
        """The weights that the codec's training keeps, and how far it is."""
        prefix = "network."
        best = {k.removeprefix(prefix): v.cpu() for k, v in trainer.best_weights.items()}
        self.network.load_state_dict(best)
        frames = sum(len(sound.signal) for sound in self.corpus.training)
        step_frames = self.options.segments * self.options.segment_frames
        self.facts |= {
            "folder": self.folder.resolve().name,
            "sounds": len(self.corpus.training),
            "sounds_held_out": len(self.corpus.held_out),
            "minutes_of_sound": round(frames / self.config.sample_rate / 60, 1),
            "sources": list(self.corpus.sources),
            "speech": self.options.speech,
            "steps": trainer.step,
            "frames_seen": trainer.step * step_frames * int(trainer.accelerator.num_processes),
            "minutes": round(trainer.seconds / 60, 1),
            "processor": trainer.processor,
            "adversarial_from": round(1 - self.options.adversarial, 3),
            "held_out_loss": round(trainer.best, 3),
        }

    def codec(self) -> VQVAECodec:
        """The codec as a player would have it."""
        return VQVAECodec(pack(self.config, tensors_of(self.network)))

    def play_from_excerpts(self) -> None:
        """Put excerpts of the training sounds into the file."""
        self.beside |= material_of(self.codec(), self.corpus)

    def add_prior(
        self, config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]], bits: Sequence[float]
    ) -> None:
        """Tensors by the prior's own names, and the bits that a code of each stage costs."""
        self.config = config
        self.beside |= {f"{PRIOR}{name}": tensor for name, tensor in tensors.items()}
        self.facts["prior_bits_per_code"] = [round(stage, 2) for stage in bits]

    def write(self) -> None:
        """The model file, atomically."""
        c = self.config
        summary = (
            f"VQ-VAE of {self.folder.resolve().name}: {c.code_rate:.4g} code frames a second, "
            f"{c.bits_per_second / 1000:.3g} kbit/s, {len(c.labels) - 1} timbres"
        )
        header = ModelHeader(
            family="vqvae",
            name=self.path.stem,
            config=c.to_json(),
            summary=summary,
            licence=self.options.licence,
            card=self.options.card,
            training=self.facts,
        )
        write_model(self.path, header, tensors_of(self.network) | self.beside)


def tensors_of(network: VQVAE) -> dict[str, NDArray[np.float32]]:
    """What a model file holds: folded weights, without what only training needs."""
    return {
        name: value.detach().float().numpy()
        for name, value in folded(network).items()
        if not name.endswith(TRAINING_ONLY)
    }


def write_clip(path: Path, network: VQVAE, corpus: Corpus) -> None:
    """A WAV of held-out sounds, each as it was and then as it came back."""
    config = network.config
    parts: list[NDArray[np.float32]] = []
    for sound in corpus.held_out[:: max(1, len(corpus.held_out) // 6)]:
        frames = max(min(len(sound.signal), config.sample_rate * 2) // config.hop, 1) * config.hop
        signal = torch.from_numpy(cut(sound, 0, frames))[None]
        label = torch.tensor([corpus.label_index(sound)])
        with torch.inference_mode():
            made, _ = network(signal, label)
        parts += [signal[0].numpy(), made[0].numpy()]
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate(parts), config.sample_rate)
