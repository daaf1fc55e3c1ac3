"""What a person may choose when training a WaveGAN; every field is a flag of the command."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from rtaudiogen.errors import UsageError
from rtaudiogen.processors import AUTO, checked

from ..compiled.channels import CHANNEL_MULTIPLE
from ..training.device import HELP as DEVICE_HELP
from ..training.trainer import Budget
from .config import WaveGANConfig
from .losses import BEGAN, DEFAULT_PENALTY, LOSSES, WGAN_GP

FRAMES = (8192, 16384, 32768)
BY_LOSS = -1.0  # a gradient penalty as the loss wants it


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class TrainingOptions:
    """Of generator, critics and guide."""

    minutes: float = _option(120.0, "How long to train; the learning rate falls to its end.")
    steps: int = _option(0, "Instead of minutes: the same numbers in every run.")
    loss: str = _option(WGAN_GP, f"One of {', '.join(LOSSES)}.")
    gradient_penalty: float = _option(BY_LOSS, "Its weight; -1: 10 for wgan-gp, else none. For "
                                      "minimax and non-saturating it is R1.")  # fmt: skip
    critic_steps: int = _option(1, "Steps of the critics for each of the generator; the paper has "
                                "5, which learns more in a step and less in an hour.")  # fmt: skip
    feature_matching: float = _option(0.0, "Weight of the distance of the critics' mean features.")
    diversity: float = _option(0.3, "Weight of two hits of a class differing as much as two real "
                               "ones do; 0: not asked for.")  # fmt: skip
    guide: float = _option(1.0, "Weight of the encoder that gives every training hit its place: "
                           "learns much faster and cannot collapse; 0: the paper's WaveGAN.",
                           )  # fmt: skip
    guided_alone: float = _option(0.15, "Share of the time, at its beginning, in which the guide "
                                  "teaches alone, which is quicker.")  # fmt: skip
    spectral_width: int = _option(24, "Channels of a second critic, which looks at spectrograms; "
                                  "0: none.")  # fmt: skip
    width: int = _option(32, "d, channels of the generator next to the waveform; the paper has 64.")
    critic_width: int = _option(16, "The same of the critic; the paper has 64.")
    latent: int = _option(100, "Dimensions of the latent space.")
    frames: int = _option(16384, "Of a hit: 8192, 16384 or 32768.")
    sample_rate: int = _option(16000, "Of the model, in Hz; sounds are converted.")
    post_filter: int = _option(0, "Taps of a learnt filter after the generator; the paper has "
                               "512, 0: none.")  # fmt: skip
    hits: int = _option(16, "Hits in a step.")
    learning_rate: float = _option(8e-4, "Of the generator, at its highest.")
    critic_learning_rate: float = _option(4e-4, "Of the critics, at its highest.")
    report_minutes: float = _option(5.0, "From one evaluation, checkpoint and audio grid to the "
                                    "next.")  # fmt: skip
    report_steps: int = _option(0, "Instead of minutes.")
    seed: int = _option(0, "Of all random numbers.")
    device: str = _option(AUTO, DEVICE_HELP)
    licence: str = _option("", "Of the model, for its header.")
    card: str = _option("", "A text about the model, for its header: credits, remarks.")

    def __post_init__(self) -> None:
        """UsageError for what cannot be meant."""
        checked(self.device)
        if self.loss not in LOSSES:
            raise UsageError(f"--loss {self.loss}: expected one of {', '.join(LOSSES)}")
        if self.frames not in FRAMES:
            raise UsageError(f"--frames must be one of {', '.join(map(str, FRAMES))}")
        for name in ("hits", "critic_steps", "latent"):
            if getattr(self, name) < 1:
                raise UsageError(f"--{name.replace('_', '-')} must be at least 1")
        for name in ("width", "critic_width"):
            if getattr(self, name) < CHANNEL_MULTIPLE or getattr(self, name) % CHANNEL_MULTIPLE:
                raise UsageError(
                    f"--{name.replace('_', '-')} must be a multiple of {CHANNEL_MULTIPLE}"
                )
        for name in (
            "feature_matching",
            "diversity",
            "guide",
            "spectral_width",
            "post_filter",
            "report_steps",
        ):
            if not 0 <= getattr(self, name) < math.inf:
                raise UsageError(f"--{name.replace('_', '-')} must be 0 or more")
        if not (self.gradient_penalty == BY_LOSS or 0 <= self.gradient_penalty < math.inf):
            raise UsageError("--gradient-penalty must be 0 or more, or -1")
        if self.loss == BEGAN and self.spectral_width:
            raise UsageError("--loss began has one critic, an autoencoder: give --spectral-width 0")
        if self.guide and self.hits < 2:
            raise UsageError("--hits must be at least 2: half of them are guided (or --guide 0)")
        if not 0 <= self.guided_alone < 1:
            raise UsageError("--guided-alone must be 0 or more and less than 1")
        if not 8000 <= self.sample_rate <= 48000:
            raise UsageError("--sample-rate must be from 8000 to 48000 Hz")
        if self.steps < 0 or (self.steps == 0 and not 0 < self.minutes < math.inf):
            raise UsageError("--minutes must be above 0 (or give --steps)")
        if not self.report_steps and not 0 < self.report_minutes < math.inf:
            raise UsageError("--report-minutes must be above 0 (or give --report-steps)")
        for name in ("learning_rate", "critic_learning_rate"):
            if not 0 < getattr(self, name) < 1:
                raise UsageError(f"--{name.replace('_', '-')} must be between 0 and 1")

    @property
    def penalty(self) -> float:
        """Weight of the gradient penalty."""
        if self.gradient_penalty == BY_LOSS:
            return DEFAULT_PENALTY[self.loss]
        return self.gradient_penalty

    @property
    def critics_begin(self) -> float:
        """Share of the training, 0 … 1."""
        return self.guided_alone if self.guide else 0.0

    @property
    def budget(self) -> Budget:
        """Of the trainer."""
        return Budget(
            steps=self.steps,
            minutes=self.minutes,
            learning_rate=self.learning_rate,
            warm_up_steps=50,
            averaging=0.999,
            betas=(0.5, 0.9),
            report_steps=self.report_steps or 1,
            report_minutes=0.0 if self.report_steps else self.report_minutes,
        )

    @property
    def identity(self) -> dict[str, Any]:
        """What an interrupted training cannot change when it goes on."""
        free = {"minutes", "steps", "report_minutes", "report_steps", "licence", "card", "device"}
        return {k: v for k, v in asdict(self).items() if k not in free}

    def config(self, classes: tuple[str, ...]) -> WaveGANConfig:
        """The network that these options describe."""
        return WaveGANConfig(
            sample_rate=self.sample_rate,
            frames=self.frames,
            width=self.width,
            latent=self.latent,
            classes=classes,
            filter_taps=self.post_filter,
        )
