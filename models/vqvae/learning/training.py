"""`rtaudiogen train vqvae FOLDER`: from a folder of sounds to a playable model file.

First the codec, then, from the codes of the same sounds, the prior. Beside the model file,
`<its name>-training/` holds checkpoints, logs, loss plots and clips of both.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...training import run as driver
from ...training.origin import FAMILY, SOUNDS
from ...training.run import Model, Run, SoundStatistics, Stage
from ...training.trainer import Trainer
from ..codec import VQVAECodec
from ..config import CodesConfig, VQVAEConfig
from ..layers import TRAINING_ONLY, folded
from ..packing import pack
from ..prior.training import bits_per_stage, prior_tensors, prior_trainer
from ..shaped.config import ShapedConfig
from ..shaped.learning import training as shaped
from ..shaped.network import ShapedVQVAE
from ..shapes import PRIOR
from ..waveform import training as waveform
from ..waveform.network import VQVAE
from .codec import CodeCounts, trainer_of, write_clip
from .corpus import Corpus, Sound, read
from .excerpts import Stream, material_of, streams
from .options import TrainingOptions


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    return driver.train(Run("vqvae", folder, out, options or TrainingOptions()), _stages)


def _stages(run: Run[TrainingOptions]) -> Iterator[Stage]:
    options = run.options
    corpus = read(run.sounds, options.sample_rate, run.say)
    torch.manual_seed(options.seed)
    kept = Kept(options, options.config(corpus.labels), corpus, run.sounds_name)
    known = run.identity(labels=list(corpus.labels))
    trainer, counts = coder_trainer(kept.config, corpus, options, run.folder, known)
    yield Stage(
        trainer,
        lambda: kept.model(trainer),
        "loss",
        title="codec",
        tell=counts.report,
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
) -> tuple[Trainer, CodeCounts]:
    """Return a trainer of a new network of either kind, and the counts of its codes."""
    if isinstance(config, ShapedConfig):
        lessons = shaped.lessons(config, corpus, options)
    else:
        assert isinstance(config, VQVAEConfig)
        lessons = waveform.lessons(config, corpus, options)
    return trainer_of(lessons, options, run, known), lessons.counts


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
        network, corpus = self.network, self.corpus

        def made_of(sound: Sound) -> tuple[NDArray[np.float32], Tensor]:
            if isinstance(network, ShapedVQVAE):
                return shaped.reconstructed(network, corpus, sound)
            return waveform.reconstructed(network, corpus, sound)

        write_clip(path, corpus, self.config.sample_rate, made_of)

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
