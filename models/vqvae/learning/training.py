"""`rtaudiogen train vqvae FOLDER`: from a folder of sounds to a playable model file.

First the codec, then, from the codes of the same sounds, the prior. Beside the model file,
`<its name>-training/` holds checkpoints, logs, loss plots and clips of both.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...measuring.spectral_distance import SpectralDistance
from ...training import run as driver
from ...training.origin import FAMILY, SOUNDS
from ...training.run import Model, Run, SoundStatistics, Stage
from ...training.trainer import Adversary, Step, Trainer
from ..codec import VQVAECodec
from ..config import CodesConfig, VQVAEConfig
from ..layers import TRAINING_ONLY, folded
from ..measuring.usage import StageUsage, alarm, of_counts
from ..packing import pack
from ..prior.training import bits_per_stage, prior_tensors, prior_trainer
from ..quantized import quantisation
from ..shaped.config import ShapedConfig
from ..shaped.learning import training as shaped
from ..shaped.network import ShapedVQVAE
from ..shapes import PRIOR
from ..waveform.discriminator import Discriminator
from ..waveform.losses import adversarial, reconstruction, waveform_weight
from ..waveform.network import VQVAE
from .beginning import begun
from .corpus import Corpus, read
from .dataset import Batch, Segments, cut
from .excerpts import Stream, material_of, streams
from .options import TrainingOptions

HELD_OUT_BATCHES = 16
CLIP_SECONDS = 6.0


class Objective(nn.Module):
    """The loss as a module: reconstruction, commitment, and an adversarial term if any."""

    def __init__(self, network: VQVAE) -> None:
        super().__init__()
        self.network = network
        self._counts = torch.zeros(network.config.stages, network.config.codes, dtype=torch.int64)
        # in a tuple, so that its constant tables are not weights
        self._spectral = (SpectralDistance(network.config.sample_rate),)

    def forward(
        self, signal: Tensor, labels: Tensor, kept: Tensor, waveform: Tensor,
        against: Discriminator | None = None,
    ) -> Tensor | Step:  # fmt: skip
        """Return the loss (); with an adversary, a step with what that learns from.

        Shapes as in `dataset.Batch`; `waveform` () as in `losses.reconstruction`.
        """
        made, quantized = self.network(signal, labels, kept)
        made = made.float()
        loss = reconstruction(made, signal, self._spectral[0], waveform)
        if not self.training:  # held-out sounds are judged by the audible loss alone
            return loss
        self._count(quantized.codes)
        loss += quantisation(quantized)
        if against is None:
            return loss
        with torch.no_grad():
            real = against.judge(signal)
        loss += adversarial(against.judge(made), real)
        return Step(loss, [{"made": made.detach(), "real": signal}])

    def _count(self, codes: Tensor) -> None:
        chosen = codes.flatten(0, 1).T  # (stages, B · N)
        self._counts = self._counts.to(codes.device)
        self._counts.scatter_add_(1, chosen, torch.ones_like(chosen))

    def usage(self) -> tuple[list[StageUsage], int]:
        """Return each stage's code counts since the last call, and the number of code frames."""
        counts = self._counts.cpu().numpy()
        usages, frames = [of_counts(stage) for stage in counts], int(counts[0].sum())
        self._counts.zero_()
        return usages, frames


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    return driver.train(Run("vqvae", folder, out, options or TrainingOptions()), _stages)


def _stages(run: Run[TrainingOptions]) -> Iterator[Stage]:
    options = run.options
    corpus = read(run.sounds, options.sample_rate, run.say)
    torch.manual_seed(options.seed)
    kept = Kept(options, options.config(corpus.labels), corpus, run.sounds_name)
    known = run.identity(labels=list(corpus.labels))
    trainer, objective = coder_trainer(kept.config, corpus, options, run.folder, known)
    yield Stage(
        trainer,
        lambda: kept.model(trainer),
        "loss",
        title="codec",
        tell=partial(_usage, objective),
        clip=kept.write_clip,
    )
    if options.has_prior:
        kept.take(trainer)
        yield from _prior(run, known, trainer, kept)


def _prior(
    run: Run[TrainingOptions], known: Mapping[str, Any], codec_trainer: Trainer, kept: "Kept"
) -> Iterator[Stage]:
    """Train on the current codec's codes; start again when the codec was trained further."""
    codec, corpus, options = kept.codec(), kept.corpus, run.options
    config = replace(kept.config, **options.prior_sizes)
    spared = streams(codec, corpus, corpus.held_out)
    place = run.folder / f"prior-of-step-{codec_trainer.step}"
    sounds = {name: known[name] for name in (SOUNDS, FAMILY)}
    trainer = prior_trainer(
        config, streams(codec, corpus, corpus.training), spared, options.prior_budget, place,
        {"seed": options.seed, **options.prior_sizes, **sounds}, options.seed, options.device,
    )  # fmt: skip
    yield Stage(trainer, lambda: None, "bits per code", 1 / math.log(2), title="prior")
    if run.is_main:
        kept.add_prior(config, prior_tensors(trainer), spared)
        run.write(codec_trainer, kept.model(codec_trainer))


def coder_trainer(
    config: CodesConfig,
    corpus: Corpus,
    options: TrainingOptions,
    run: Path,
    known: Mapping[str, Any] | None = None,
) -> tuple[Trainer, Objective | shaped.Objective]:
    """Return a trainer of a new network of either kind, and its objective."""
    if isinstance(config, ShapedConfig):
        return shaped.codec_trainer(config, corpus, options, run, known)
    assert isinstance(config, VQVAEConfig)
    return codec_trainer(config, corpus, options, run, known)


def _usage(objective: Objective | shaped.Objective) -> Iterator[str]:
    """Yield how much of the codebooks is used, and a warning if that is little."""
    usages, frames = objective.usage()
    yield "codebooks: " + ", ".join(_usage_line(stage) for stage in usages)
    if warning := alarm(usages, frames):
        yield f"WARNING: {warning}"


def _usage_line(stage: StageUsage) -> str:
    return f"{stage.used} of {stage.size} used, perplexity {stage.perplexity:.0f}"


def codec_trainer(
    config: VQVAEConfig,
    corpus: Corpus,
    options: TrainingOptions,
    run: Path,
    known: Mapping[str, Any] | None = None,
) -> tuple[Trainer, Objective]:
    """Return a trainer of a new network for the sounds of a corpus, and its objective."""
    segments = Segments(config, corpus, options.segment_frames, options.favour)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        name = np.random.SeedSequence([options.seed, process, step])
        batch = segments.draw(np.random.default_rng(name), options.segments)
        return [as_tensors(batch, trainer.progress_at(step))]

    held_out = [as_tensors(b, 1.0) for b in segments.held_out(HELD_OUT_BATCHES, options.segments)]
    objective = Objective(begun(VQVAE(config), config, options.begin_with))
    adversary = (
        Adversary(Discriminator(), 1.0 - options.adversarial) if options.adversarial else None
    )
    trainer = Trainer(
        objective, batches, held_out, options.budget, run,
        known or options.identity,
        compiled=False, adversary=adversary, seed=options.seed, device=options.device,
    )  # fmt: skip
    return trainer, objective


def as_tensors(batch: Batch, progress: float) -> dict[str, Tensor]:
    """Return a batch as the objective's arguments, at a progress of the training."""
    tensors = {name: torch.from_numpy(array) for name, array in batch._asdict().items()}
    return tensors | {"waveform": torch.tensor(waveform_weight(progress))}


@dataclass
class Kept:
    """Contents of the model file so far."""

    options: TrainingOptions
    config: CodesConfig
    corpus: Corpus
    sounds_name: str

    def __post_init__(self) -> None:
        self.network = network_of(self.config).eval()  # holds the weights that are written
        self.beside: dict[str, NDArray[Any]] = {}  # tensors of prior and material
        self.prior_facts: dict[str, Any] = {}

    def take(self, trainer: Trainer) -> None:
        """Take over the weights that the codec's training keeps."""
        prefix = "network."
        best = {k.removeprefix(prefix): v.cpu() for k, v in trainer.best_weights.items()}
        self.network.load_state_dict(best)

    def codec(self) -> VQVAECodec:
        """Return the codec as a player would load it."""
        return VQVAECodec(pack(self.config, tensors_of(self.network)))

    def write_clip(self, path: Path) -> None:
        """Write a WAV of held-out sounds, each original followed by its reconstruction."""
        if isinstance(self.network, ShapedVQVAE):
            shaped.write_clip(path, self.network, self.corpus)
        else:
            write_clip(path, self.network, self.corpus)

    def add_prior(
        self, config: CodesConfig, tensors: Mapping[str, NDArray[Any]], spared: Sequence[Stream]
    ) -> None:
        """Add the prior's tensors, by its own names, and what codes of held-out streams cost."""
        self.config = config
        self.beside |= {f"{PRIOR}{name}": tensor for name, tensor in tensors.items()}
        bits = bits_per_stage(config, tensors, spared)
        self.prior_facts = {"prior_bits_per_code": [round(stage, 2) for stage in bits]}

    def model(self, trainer: Trainer) -> Model:
        """Return the model with the codec's best weights; once finished, with excerpts."""
        self.take(trainer)
        if trainer.progress >= 1.0 and not self.beside:
            self.beside |= material_of(self.codec(), self.corpus)
        c, corpus = self.config, self.corpus
        seconds = sum(len(sound.signal) for sound in corpus.training) / c.sample_rate
        return Model(
            c,
            tensors_of(self.network) | self.beside,
            f"VQ-VAE of {self.sounds_name}: {c.code_rate:.4g} code frames a second, "
            f"{c.bits_per_second / 1000:.3g} kbit/s, {len(c.labels) - 1} timbres",
            SoundStatistics(len(corpus.training), len(corpus.held_out), seconds, corpus.sources),
            {
                "speech": self.options.speech,
                "adversarial_from": round(1 - self.options.adversarial, 3),
                "held_out_loss": round(trainer.best, 3),
                **self.prior_facts,
            },
        )


def network_of(config: CodesConfig) -> VQVAE | ShapedVQVAE:
    """Return a new network, for training, of a configuration of either kind."""
    if isinstance(config, ShapedConfig):
        return ShapedVQVAE(config)
    assert isinstance(config, VQVAEConfig)
    return VQVAE(config)


def tensors_of(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a model file: folded weights, without parts for training only."""
    return {
        name: value.detach().float().numpy()
        for name, value in folded(network).items()
        if not name.endswith(TRAINING_ONLY)
    }


def write_clip(path: Path, network: VQVAE, corpus: Corpus) -> None:
    """Write a WAV of held-out sounds, each original followed by its reconstruction."""
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
