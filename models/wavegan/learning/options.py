"""Options of the training of a WaveGAN; every field is a flag of the command."""

from dataclasses import dataclass, replace

from rtaudiogen.errors import UsageError

from ...training.budget import Budget
from ...training.options import CHANNELS, option, shared
from ...training.options import TrainingOptions as SharedOptions
from ..config import WaveGANConfig
from .losses import BEGAN, DEFAULT_PENALTY, LOSSES, WGAN_GP

FRAMES = (8192, 16384, 32768)
BY_LOSS = -1.0  # selects the gradient penalty of the loss


@dataclass(frozen=True)
class TrainingOptions(SharedOptions):
    """Options of generator, critics and guide."""

    minutes: float = shared("minutes", 120.0)
    sample_rate: int = shared("sample_rate", 16000, least=8000, most=48000)
    learning_rate: float = shared("learning_rate", 8e-4, "Highest learning rate of the generator.")
    report_minutes: float = option(
        5.0, "Minutes from one evaluation, checkpoint and audio grid to the next.", least=0,
        free=True,
    )  # fmt: skip
    report_steps: int = shared(
        "report_steps", 0, "Steps from one report to the next, instead of minutes.", least=0
    )
    loss: str = option(WGAN_GP, "Loss of generator and critics.", choices=LOSSES)
    gradient_penalty: float = option(
        BY_LOSS, "Weight of the gradient penalty; -1: 10 for wgan-gp, else none. For minimax and "
        "non-saturating it is R1.", least=BY_LOSS,
    )  # fmt: skip
    critic_steps: int = option(
        1, "Steps of the critics for each of the generator; the paper has 5, which learns more in "
        "a step and less in an hour.", least=1,
    )  # fmt: skip
    feature_matching: float = option(
        0.0, "Weight of the distance of the critics' mean features.", least=0
    )
    diversity: float = option(
        0.3, "Weight of the variety of hits: two of a class shall differ as real ones; 0: none.",
        least=0,
    )  # fmt: skip
    guide: float = option(
        1.0, "Weight of the encoder that gives every training hit its place: training is much "
        "faster and cannot collapse; 0: the paper's WaveGAN.", least=0,
    )  # fmt: skip
    guided_alone: float = option(
        0.15, "Share of the time, at its beginning, without critics: faster.", least=0, below=1,
    )  # fmt: skip
    spectral_width: int = option(
        24, "Channels of a second critic, which looks at spectrograms; 0: none.", least=0
    )
    width: int = option(
        32, "d, channels of the generator next to the waveform; the paper has 64.",
        **CHANNELS,
    )  # fmt: skip
    critic_width: int = option(
        16, "Channels of the critic there; the paper has 64.",
        **CHANNELS,
    )  # fmt: skip
    latent: int = option(100, "Dimensions of the latent space.", least=1)
    frames: int = option(16384, "Frames of a hit.", choices=FRAMES)
    post_filter: int = option(
        0, "Taps of a learnt filter after the generator; the paper has 512, 0: none.", least=0
    )
    hits: int = option(16, "Hits in a step.", least=1)
    critic_learning_rate: float = option(
        4e-4, "Highest learning rate of the critics.", above=0, below=1
    )

    def __post_init__(self) -> None:
        """Raise UsageError for values out of range."""
        super().__post_init__()
        if BY_LOSS < self.gradient_penalty < 0:
            raise UsageError("--gradient-penalty must be 0 or more, or -1")
        if self.loss == BEGAN and self.spectral_width:
            raise UsageError("--loss began has one critic, an autoencoder: give --spectral-width 0")
        if self.guide and self.hits < 2:
            raise UsageError("--hits must be at least 2: half of them are guided (or --guide 0)")
        if not self.report_steps and not self.report_minutes:
            raise UsageError("--report-minutes must be above 0 (or give --report-steps)")

    @property
    def penalty(self) -> float:
        """The weight of the gradient penalty."""
        if self.gradient_penalty == BY_LOSS:
            return DEFAULT_PENALTY[self.loss]
        return self.gradient_penalty

    @property
    def critics_begin(self) -> float:
        """The progress of the training, 0 … 1, at which critics start."""
        return self.guided_alone if self.guide else 0.0

    @property
    def budget(self) -> Budget:
        """Return the length and the learning rates of the training."""
        return replace(
            super().budget,
            warm_up_steps=50,
            averaging=0.999,
            betas=(0.5, 0.9),
            report_steps=self.report_steps or 1,
            report_minutes=0.0 if self.report_steps else self.report_minutes,
        )

    @property
    def step_frames(self) -> int:
        """Return the number of frames of sound in one step of a process."""
        return self.hits * self.frames * self.critic_steps

    def config(self, classes: tuple[str, ...]) -> WaveGANConfig:
        """Return the configuration of the network with these options."""
        return self.sized(WaveGANConfig, classes=classes, filter_taps=self.post_filter)
