"""Options of a VQ-VAE's training; every field is a flag of the command."""

import math
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

from rtaudiogen.errors import UsageError

from ...training.budget import Budget
from ...training.options import CHANNELS, option, shared
from ...training.options import TrainingOptions as SharedOptions
from ..config import MOST_STAGES, CodesConfig, VQVAEConfig
from ..shaped.config import STEPS, STEPS_PER_SECOND, ShapedConfig

LONGEST_HOP_SECONDS = 0.02
SHORTEST_SEGMENT_MS = 100  # the windows of the spectra that are compared must fit
LITTLE_LESS = 0.9
LEVELS, LARGEST_STRIDE = 4, 8
WAVEFORM, SHAPED = "waveform", "shaped"
SHAPED_BETAS = (0.8, 0.99)
DEFAULT_SEGMENT_MS = {WAVEFORM: 500, SHAPED: 1280}


@dataclass(frozen=True)
class TrainingOptions(SharedOptions):
    """Options of the codec, of its adversary, and of the prior over its codes."""

    minutes: float = shared(
        "minutes", 60.0, "How long to train the codec; the learning rate falls until the end."
    )
    sample_rate: int = shared("sample_rate", 16000, least=8000, most=48000)
    learning_rate: float = shared("learning_rate", 1e-3)
    report_steps: int = shared("report_steps", 500)
    adversarial: float = option(
        0.4, "Share of that time, at its end, with an adversary: the sound is livelier, and a step "
        "takes twice as long. The shaped coder has none.", least=0, most=1,
    )  # fmt: skip
    prior_minutes: float = option(
        10.0, "How long to train the prior, which plays by itself; 0: none.", least=0, free=True
    )
    prior_steps: int = option(
        0, "Train the prior for so many steps instead of minutes.", least=0, free=True
    )
    prior_width: int = option(
        256, "Units of a recurrent layer of the prior.", **CHANNELS, free=True
    )
    prior_layers: int = option(
        1, "Recurrent layers of the prior.", least=1, most=MOST_STAGES, free=True
    )
    coder: str = option(
        WAVEFORM, "Coder: 'waveform' for any sound; 'shaped' for one pitch at once, as in speech. "
        "The shaped coder's codes are pitch and bands, which filter pulses and noise; of its "
        "sizes, only stages and codes can be chosen.",
        choices=(WAVEFORM, SHAPED),
    )  # fmt: skip
    begin_with: str = option(
        "", "Model file whose codec the training begins with instead of at random, such as "
        "vqvae-speech.safetensors; it must have the same sizes.",
    )  # fmt: skip
    favour: str = option(
        "", "Kind of sounds, such as recorded, that is drawn twice as often; kinds are in the "
        "column 'kind' of a metadata.csv.",
    )  # fmt: skip
    speech: bool = option(
        False, "The sounds are speech: 'evaluate' measures PESQ and STOI.", free=True
    )
    strides: str = option(
        "", "Strides of the levels, comma-separated; their product is the frames of a code. "
        "Default: 20 ms or a little less.",
    )  # fmt: skip
    encoder_channels: int = option(
        32, "Channels of the encoder next to the waveform; doubled from level to level.", **CHANNELS
    )
    decoder_channels: int = option(
        48, "Channels of the decoder there; larger is better and slower.", **CHANNELS
    )
    widest: int = option(256, "Maximum channels of a level.", **CHANNELS)
    latent: int = option(64, "Channels of the quantised latent; shaped: 32.", **CHANNELS)
    stages: int = option(
        4, "Residual quantisers; 1 is the plain VQ-VAE. Shaped: the first one is the pitch.",
        least=1, most=16,
    )  # fmt: skip
    codes: int = option(1024, "Codes in the book of each stage.", least=2, most=65536)
    code_dimensions: int = option(8, "Dimensions of the sphere on which codes lie.", least=2)
    segment_ms: int = option(0, "Length of a training segment; 0: 500, shaped 1280.", least=0)
    segments: int = option(8, "Segments in a step.", least=1)

    def __post_init__(self) -> None:
        """Raise UsageError for values out of range."""
        super().__post_init__()
        least = max(math.ceil(4000 * self.hop / self.sample_rate), SHORTEST_SEGMENT_MS)
        if self.segment_ms and self.segment_ms < least:
            raise UsageError(f"--segment-ms must be at least {least}")

    @property
    def level_strides(self) -> tuple[int, ...]:
        """Return the strides as given, or the default for the sample rate."""
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
    def is_shaped(self) -> bool:
        """True if the shaped coder is to be trained, False for the waveform coder."""
        return self.coder == SHAPED

    @property
    def hop(self) -> int:
        """Return the frames of a code."""
        if self.is_shaped:
            return self.sample_rate // STEPS_PER_SECOND * STEPS
        return math.prod(self.level_strides)

    @property
    def segment_frames(self) -> int:
        """Return the length of a piece in frames, whole codes."""
        milliseconds = self.segment_ms or DEFAULT_SEGMENT_MS[self.coder]
        return round(milliseconds * self.sample_rate / 1000) // self.hop * self.hop

    @property
    def step_frames(self) -> int:
        """Return how many frames of sound a process learns from in a step."""
        return self.segments * self.segment_frames

    @property
    def budget(self) -> Budget:
        """Return how long and how fast the codec learns."""
        budget = replace(super().budget, averaging=0.999)
        return replace(budget, betas=SHAPED_BETAS) if self.is_shaped else budget

    @property
    def prior_budget(self) -> Budget:
        """Return how long and how fast the prior learns."""
        return Budget(
            steps=self.prior_steps,
            minutes=self.prior_minutes,
            learning_rate=4e-3,
            warm_up_steps=50,
            averaging=0.995,
            report_steps=min(self.report_steps, 100),
        )

    @property
    def has_prior(self) -> bool:
        """Return True if a prior is wanted."""
        return bool(self.prior_minutes or self.prior_steps)

    @property
    def prior_sizes(self) -> dict[str, Any]:
        """Return the fields of the configuration that a model with a prior has of its own."""
        return {"prior_width": self.prior_width, "prior_layers": self.prior_layers}

    def config(self, labels: tuple[str, ...]) -> CodesConfig:
        """Return the network that these options describe, without the prior."""
        if self.is_shaped:
            sizes = {"labels": labels, "latent": ShapedConfig.latent}
            return self.sized(ShapedConfig, prior_layers=0, **sizes)
        return self.sized(VQVAEConfig, strides=self.level_strides, labels=labels, prior_layers=0)


def default_strides(sample_rate: int) -> tuple[int, ...]:
    """Return four strides, growing inwards, whose product is 20 ms or slightly less.

    The first one as large as can be: the level next to the waveform is the one that costs most.
    """
    longest = int(LONGEST_HOP_SECONDS * sample_rate)
    choices = combinations_with_replacement(range(2, LARGEST_STRIDE + 1), LEVELS)
    fitting = [s for s in choices if LITTLE_LESS * longest <= math.prod(s) <= longest]
    return max(fitting, key=lambda strides: (strides[0], math.prod(strides)))
