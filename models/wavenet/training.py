"""`rtaudiogen train wavenet FOLDER`: from a folder of sounds to a playable model file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import UsageError

from ..playing.codes.rendered import clip_of
from ..sounds.bands.edges import edges_of
from ..sounds.harmonic.corpus import read_harmonic
from ..sounds.notes.coded import IGNORED, stack
from ..sounds.notes.corpus import Corpus
from ..sounds.notes.made_up import code_trial
from ..sounds.notes.options import InstrumentOptions
from ..sounds.notes.stages import stages
from ..sounds.say import Say
from ..training import run as driver
from ..training.device import as_tensors
from ..training.options import CHANNELS, option
from ..training.run import Run
from ..training.trainer import Trainer
from .band_dataset import segments_of, taken_apart
from .beginning import begin_with
from .config import WaveNetConfig
from .descriptor import describe
from .generator import create
from .network import WaveNet

HELD_OUT_BATCHES = 64
UPPER_CODES, UPPER_OUTPUT, UPPER_PREEMPHASIS = (127, 63), (128, 64), (0.7, 0.4)  # of upper bands


@dataclass(frozen=True)
class TrainingOptions(InstrumentOptions):
    """Options of a WaveNet's training."""

    texture: bool = option(False, "Learn stretches of sound that are played without notes.")
    bands: int = option(
        1, "Textures: draw the sound in so many bands, each at a part of the sample rate, and let "
        "their levels move: 3 suit 48000 Hz.", least=1, most=1 + len(UPPER_CODES),
    )  # fmt: skip
    harmonic: bool = option(
        True, "Notes: a bank of oscillators plays the partials, and the network learns the rest; "
        "otherwise it learns whole notes.",
    )  # fmt: skip
    tonal: bool = option(
        True, "Textures in bands: a bank of oscillators plays steady tones, and the network learns "
        "the rest; otherwise it learns the whole sound.",
    )  # fmt: skip
    residual: int = option(
        32, "Channels of the residual path; larger is better and slower.",
        **CHANNELS,
    )  # fmt: skip
    skip: int = option(128, "Channels of the skip path.", **CHANNELS)
    output: int = option(256, "Channels before the softmax.", **CHANNELS)
    largest_dilation: int = option(
        512, "Largest dilation; each stack of layers doubles from 1 to it.", least=1, most=1 << 20
    )
    stacks: int = option(2, "Number of such stacks.", least=1, most=64)
    segment_frames: int = option(2560, "Frames of a training segment.", least=1024)
    segments: int = option(2, "Segments in one micro-batch: as many as stay in the cache.", least=1)
    accumulate: int = option(1, "Micro-batches before the weights change.", least=1)
    begin_with: str = option(
        "", "Begin with the weights of this model file, of the same sizes; empty: with random ones."
    )  # fmt: skip
    compile: bool = option(True, "Compile the network with torch.compile (needs g++).", free=True)

    def __post_init__(self) -> None:
        """Raise UsageError for values out of range."""
        super().__post_init__()
        if self.largest_dilation & (self.largest_dilation - 1):
            raise UsageError("--largest-dilation must be a power of two")
        if self.bands > 1 and self.pitched:
            raise UsageError("--bands are for textures: give --texture, too")
        if self.sample_rate % self.bands:
            raise UsageError(f"--sample-rate must be a multiple of --bands, {self.bands}")

    @property
    def pitched(self) -> bool:
        """Return True if notes are learnt, False for textures."""
        return not self.texture

    @property
    def draws_rest(self) -> bool:
        """Return True if the network learns the rest beside the partials."""
        return self.pitched and self.harmonic

    def learnt(self, folder: Path, say: Say) -> tuple[Corpus, dict[str, NDArray[Any]] | None]:
        """Implement `InstrumentOptions.learnt`: a bank's tables, and the rest of the notes.

        With textures in bands come the courses of their levels, and tables of their tones.
        """
        if self.bands > 1:
            corpus = self.read(folder, say)
            return taken_apart(self.config(corpus.instruments), corpus)
        if not self.draws_rest:
            return super().learnt(folder, say)
        corpus, tables = read_harmonic(
            folder, self.sample_rate, self.wanted, self.hold_seconds, self.preemphasis, say
        )
        return corpus, tables.to_tensors()

    @property
    def step_frames(self) -> int:
        """Return how many frames of the network a process learns from in a step."""
        return self.segments * self.segment_frames * self.accumulate

    def config(self, instruments: tuple[str, ...]) -> WaveNetConfig:
        """Return the network that these options describe."""
        stack_ = tuple(2**i for i in range(int(math.log2(self.largest_dilation)) + 1))
        upper = self.bands - 1
        return self.code_config(
            WaveNetConfig, instruments, dilations=stack_ * self.stacks, harmonic=self.draws_rest,
            draws_rest=self.draws_rest, upper_codes=UPPER_CODES[:upper],
            upper_output=UPPER_OUTPUT[:upper], upper_preemphasis=UPPER_PREEMPHASIS[:upper],
            told=edges_of(self.sample_rate, self.bands) if upper else (),
            tonal=bool(upper) and self.tonal,
        )  # fmt: skip


class Objective(nn.Module):
    """The loss as a module: negative log-likelihood of the next code, in nats, of all bands."""

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
        """Return the mean over the targets that count; shapes as in `dataset.Batch`."""
        embedding = self.network.instruments(instruments)
        logits = self.network(codes, conditioning, embedding)
        return sum_of_bands(logits, targets, self.network.config)


def sum_of_bands(logits: Tensor, targets: Tensor, config: WaveNetConfig) -> Tensor:
    """Return the mean over the targets (B, T) or (B, T, N) that count, summed over bands."""
    parts = torch.split(logits.flatten(0, 1), list(config.codes), dim=-1)
    wanted = targets.reshape(-1, config.bands).unbind(1)
    losses = [
        F.cross_entropy(part, own, ignore_index=IGNORED)
        for part, own in zip(parts, wanted, strict=True)
    ]
    return torch.stack(losses).sum()


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    run = Run("wavenet", folder, out, options or TrainingOptions())
    clip = partial(clip_of, create, describe)
    return driver.train(run, partial(stages, title="WaveNet", trainer_of=trainer_of, clip=clip))


def trainer_of(
    corpus: Corpus, options: TrainingOptions, run: Path, known: Mapping[str, Any] | None = None
) -> Trainer:
    """Return the trainer of a new network, for the sounds of a corpus.

    `known` is the identity by which its checkpoint is known again.
    """
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    network = WaveNet(config)
    if options.begin_with:
        begin_with(network, Path(options.begin_with))
    objective = Objective(network)
    segments = segments_of(config, corpus.training, options.segment_frames)

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
    """Return the same plain segments for every report, batched as in training."""
    spared = segments_of(config, corpus.held_out or corpus.training, options.segment_frames)
    rows = spared.fixed(HELD_OUT_BATCHES * options.segments)
    size = options.segments
    return [as_tensors(stack(rows[i : i + size])) for i in range(0, len(rows), size)]


trial = partial(code_trial, TrainingOptions, "segments", trainer_of)
