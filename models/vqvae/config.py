"""The configuration in a VQ-VAE model file: network, streaming form and training agree on it."""

from dataclasses import dataclass
from math import ceil, log2, prod

from ..compiled.channels import CHANNEL_MULTIPLE
from ..family import ModelConfig

ANY = "any"  # the label for all others; always the first one
FILTERBANK_TAPS = 4  # length of the outermost layer's window, in strides
INPUT_TAPS = 3  # of the decoder's first layer
MOST_LEVELS, MOST_STAGES, MOST_CODES, MOST_DILATION = 16, 64, 1 << 16, 4096


@dataclass(frozen=True)
class CodesConfig(ModelConfig):
    """Common configuration of all VQ-VAEs: codes in stages, labels, and optionally a prior."""

    latent: int = 64  # channels of the quantised latent
    stages: int = 4  # codes in a code frame; 1 is the plain VQ-VAE
    codes: int = 1024  # in each stage's book
    labels: tuple[str, ...] = (ANY,)  # speakers or instruments that condition the decoder
    embedding: int = 16  # dimensions of the space the labels are points in
    prior_layers: int = 0  # of the recurrent network that continues codes; 0: the model has none
    prior_width: int = 256  # units of a layer
    prior_embedding: int = 64  # dimensions of the space in which the prior sees codes as points

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("latent", "prior_width", "prior_embedding")
        if self.stages < 1 or self.codes < 2 or self.embedding < 1:
            raise ValueError("stages, codes and embedding must be positive")
        if self.prior_layers < 0:
            raise ValueError("expected 0 or more layers of the prior")
        if not self.labels or self.labels[0] != ANY:
            raise ValueError(f"expected '{ANY}' as the first label")
        if max(self.stages, self.prior_layers) > MOST_STAGES or self.codes > MOST_CODES:
            raise ValueError(f"expected at most {MOST_STAGES} stages and {MOST_CODES} codes")

    @property
    def hop(self) -> int:
        """Return the waveform frames per code frame."""
        raise NotImplementedError

    @property
    def look_ahead(self) -> int:
        """Return the waveform frames after a code frame on which its codes depend."""
        return 0

    @property
    def knows_pitch(self) -> bool:
        """Return True if the first stage is the pitch, which can then be changed."""
        return False

    @property
    def least_stages(self) -> int:
        """Return the fewest stages that make a sound: a pitch alone makes none."""
        return 2 if self.knows_pitch else 1

    @property
    def point(self) -> int:
        """Return the size of the point that a code frame is decoded from. Points can be mixed."""
        return self.latent

    @property
    def code_rate(self) -> float:
        """Return the code frames per second."""
        return self.sample_rate / self.hop

    @property
    def books(self) -> tuple[int, ...]:
        """Return the number of codes of each stage, at most `codes`."""
        return (self.codes,) * self.stages

    @property
    def bits_per_second(self) -> float:
        """Return the rate of a code stream with all stages, before any entropy coding."""
        return self.code_rate * sum(ceil(log2(size)) for size in self.books)


@dataclass(frozen=True)
class VQVAEConfig(CodesConfig):
    """Sizes from outer to inner: level 0 is next to the waveform, the last one holds the codes."""

    strides: tuple[int, ...] = (4, 4, 4, 5)  # of the levels; their product is a code's hop
    encoder_channels: int = 32  # at level 0, doubled from level to level …
    decoder_channels: int = 48
    widest: int = 256  # … up to this
    encoder_dilations: tuple[int, ...] = (1, 3)  # of the residual units of a level
    decoder_dilations: tuple[int, ...] = (1, 3, 9)
    code_dimensions: int = 8  # dimensions of the sphere on which codes lie

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("encoder_channels", "decoder_channels", "widest")
        if not self.strides or min(self.strides) < 1 or self.code_dimensions < 2:
            raise ValueError(
                "strides must be positive, and there must be 2 or more code dimensions"
            )
        if len(self.strides) > MOST_LEVELS:
            raise ValueError(f"expected at most {MOST_LEVELS} levels")
        dilations = (*self.encoder_dilations, *self.decoder_dilations)
        if not 0 < min(dilations) <= max(dilations) <= MOST_DILATION:
            raise ValueError(f"expected dilations 1 … {MOST_DILATION}")
        if self.hop > self.sample_rate:
            raise ValueError("a code frame is longer than a second")

    @property
    def hop(self) -> int:
        """Return the waveform frames per code frame."""
        return prod(self.strides)

    def encoder_widths(self) -> tuple[int, ...]:
        """Return the encoder's channels of each level."""
        return self._widths(self.encoder_channels)

    def decoder_widths(self) -> tuple[int, ...]:
        """Return the decoder's channels of each level."""
        return self._widths(self.decoder_channels)

    def _widths(self, first: int) -> tuple[int, ...]:
        return tuple(min(first << level, self.widest) for level in range(len(self.strides)))


def hidden_width(channels: int) -> int:
    """Return the channels inside a residual unit: half, rounded up to whole vectors."""
    return ceil(channels / 2 / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE
