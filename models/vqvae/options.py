"""What a person may choose when training a VQ-VAE; every field is a flag of the command."""

import math
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations_with_replacement
from typing import Any

from rtaudiogen.errors import UsageError
from rtaudiogen.processors import AUTO, checked

from ..compiled.channels import CHANNEL_MULTIPLE
from ..training.device import HELP as DEVICE_HELP
from ..training.trainer import Budget
from .config import VQVAEConfig

LONGEST_HOP_SECONDS = 0.02
SHORTEST_SEGMENT_MS = 100  # the windows of the spectra that are compared must fit
LITTLE_LESS = 0.9
LEVELS, LARGEST_STRIDE = 4, 8


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class TrainingOptions:
    """Of the codec, of its rival, and of the prior over its codes."""

    minutes: float = _option(60.0, "How long to train the codec; the learning rate falls to its "
                             "end.")  # fmt: skip
    steps: int = _option(0, "Instead of minutes: the same numbers in every run.")
    adversarial: float = _option(0.4, "Share of that time, at its end, in which a rival listens: "
                                 "sounds more alive, and costs twice as much a step.")  # fmt: skip
    prior_minutes: float = _option(10.0, "How long to train the prior, which plays by itself; 0: "
                                   "none.")  # fmt: skip
    prior_steps: int = _option(0, "Instead of minutes.")
    prior_width: int = _option(256, "Units of a recurrent layer of the prior.")
    prior_layers: int = _option(1, "Such layers.")
    speech: bool = _option(False, "What is learnt is speech: 'evaluate' measures PESQ and STOI.")
    sample_rate: int = _option(16000, "Of the model, in Hz; sounds are converted.")
    strides: str = _option("", "Of the levels, comma-separated; their product is the frames of a "
                           "code. Default: 20 ms or a little less.")  # fmt: skip
    encoder_channels: int = _option(32, "At the waveform's level; doubled from level to level.")
    decoder_channels: int = _option(48, "The same of the decoder; larger is better and slower.")
    widest: int = _option(256, "Channels that no level has more of.")
    latent: int = _option(64, "Channels of what is quantised.")
    stages: int = _option(4, "Residual quantisers; 1 is the plain VQ-VAE.")
    codes: int = _option(1024, "In each stage's book.")
    code_dimensions: int = _option(8, "Of the sphere that codes are points on.")
    segment_ms: int = _option(500, "Length of a piece that is learnt at once.")
    segments: int = _option(8, "Pieces in a step.")
    learning_rate: float = _option(1e-3, "At its highest.")
    report_steps: int = _option(500, "Steps from one report, checkpoint and clip to the next.")
    seed: int = _option(0, "Of all random numbers.")
    device: str = _option(AUTO, DEVICE_HELP)
    licence: str = _option("", "Of the model, for its header.")
    card: str = _option("", "A text about the model, for its header: credits, remarks.")

    def __post_init__(self) -> None:
        """UsageError for what cannot be meant."""
        checked(self.device)
        for name in ("segments", "report_steps"):
            if getattr(self, name) < 1:
                raise UsageError(f"--{name.replace('_', '-')} must be at least 1")
        if not 8000 <= self.sample_rate <= 48000:
            raise UsageError("--sample-rate must be from 8000 to 48000 Hz")
        if self.steps < 0 or (self.steps == 0 and not 0 < self.minutes < math.inf):
            raise UsageError("--minutes must be above 0 (or give --steps)")
        if self.prior_steps < 0 or not 0 <= self.prior_minutes < math.inf:
            raise UsageError("--prior-minutes must be 0 or more")
        if (
            self.prior_layers < 1
            or self.prior_width < CHANNEL_MULTIPLE
            or self.prior_width % CHANNEL_MULTIPLE
        ):
            raise UsageError(
                f"--prior-layers must be 1 or more, --prior-width a multiple of {CHANNEL_MULTIPLE}"
            )
        if not 0 <= self.adversarial <= 1:
            raise UsageError("--adversarial must be from 0 to 1")
        if not 0 < self.learning_rate < 1:
            raise UsageError("--learning-rate must be between 0 and 1")
        if not 1 <= self.stages <= 16 or not 2 <= self.codes <= 65536:
            raise UsageError("--stages must be from 1 to 16, --codes from 2 to 65536")
        for name in ("encoder_channels", "decoder_channels", "widest", "latent"):
            if getattr(self, name) < CHANNEL_MULTIPLE or getattr(self, name) % CHANNEL_MULTIPLE:
                raise UsageError(
                    f"--{name.replace('_', '-')} must be a multiple of {CHANNEL_MULTIPLE}"
                )
        if self.code_dimensions < 2:
            raise UsageError("--code-dimensions must be at least 2")
        least = max(math.ceil(4000 * self.hop / self.sample_rate), SHORTEST_SEGMENT_MS)
        if self.segment_ms < least:
            raise UsageError(f"--segment-ms must be at least {least}")

    @property
    def level_strides(self) -> tuple[int, ...]:
        """As given, or the default for the sample rate."""
        if not self.strides:
            return default_strides(self.sample_rate)
        try:
            strides = tuple(int(part) for part in self.strides.split(","))
        except ValueError:
            strides = (0,)
        if not 1 <= len(strides) <= 8 or min(strides) < 1 or max(strides) > 16:
            raise UsageError("--strides must be up to 8 whole numbers from 1 to 16, such as 4,4,5")
        return strides

    @property
    def hop(self) -> int:
        """Frames of a code."""
        return math.prod(self.level_strides)

    @property
    def segment_frames(self) -> int:
        """Whole codes."""
        return round(self.segment_ms * self.sample_rate / 1000) // self.hop * self.hop

    @property
    def budget(self) -> Budget:
        """Of the codec."""
        return Budget(
            steps=self.steps,
            minutes=self.minutes,
            learning_rate=self.learning_rate,
            averaging=0.999,
            report_steps=self.report_steps,
        )

    @property
    def prior_budget(self) -> Budget:
        """Of the prior."""
        return Budget(
            steps=self.prior_steps,
            minutes=self.prior_minutes,
            learning_rate=4e-3,
            warm_up_steps=50,
            averaging=0.995,
            report_steps=min(self.report_steps, 100),
        )

    @property
    def prior_sizes(self) -> dict[str, int]:
        """Fields of the configuration."""
        return {"prior_width": self.prior_width, "prior_layers": self.prior_layers}

    def with_prior(self, config: VQVAEConfig) -> VQVAEConfig:
        """The configuration of a model that has one."""
        return replace(config, prior_width=self.prior_width, prior_layers=self.prior_layers)

    @property
    def identity(self) -> dict[str, Any]:
        """What an interrupted training cannot change when it goes on."""
        free = {"minutes", "steps", "report_steps", "licence", "card", "speech", "device"}
        fixed = asdict(self).items()
        return {k: v for k, v in fixed if k not in free and not k.startswith("prior_")}

    def config(self, labels: tuple[str, ...]) -> VQVAEConfig:
        """The network that these options describe."""
        return VQVAEConfig(
            sample_rate=self.sample_rate,
            strides=self.level_strides,
            encoder_channels=self.encoder_channels,
            decoder_channels=self.decoder_channels,
            widest=self.widest,
            latent=self.latent,
            stages=self.stages,
            codes=self.codes,
            code_dimensions=self.code_dimensions,
            labels=labels,
        )


def default_strides(sample_rate: int) -> tuple[int, ...]:
    """Four strides, growing inwards, whose product is 20 ms or little less.

    The first one as large as can be: the level next to the waveform is the one that costs most.
    """
    longest = int(LONGEST_HOP_SECONDS * sample_rate)
    choices = combinations_with_replacement(range(2, LARGEST_STRIDE + 1), LEVELS)
    fitting = [s for s in choices if LITTLE_LESS * longest <= math.prod(s) <= longest]
    return max(fitting, key=lambda strides: (strides[0], math.prod(strides)))
