"""The configuration in a VQ-VAE model file: network, streaming form and training agree on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil, log2, prod
from typing import Any

from ..compiled.channels import CHANNEL_MULTIPLE
from ..playing.configuration import check_rate, configured

ANY = "any"  # the label of whoever is not among the model's labels; always the first one
FILTERBANK_TAPS = 4  # strides that a window of the outermost layer is long
INPUT_TAPS = 3  # of the decoder's first layer
MOST_LEVELS, MOST_STAGES, MOST_CODES, MOST_DILATION = 16, 64, 1 << 16, 4096


@dataclass(frozen=True)
class VQVAEConfig:
    """Sizes, from the outside in: level 0 is next to the waveform, the last one holds the codes."""

    sample_rate: int = 16000  # frames per second in Hz
    strides: tuple[int, ...] = (4, 4, 4, 5)  # of the levels; their product is a code's hop
    encoder_channels: int = 32  # at level 0, doubled from level to level …
    decoder_channels: int = 48
    widest: int = 256  # … up to this
    encoder_dilations: tuple[int, ...] = (1, 3)  # of the residual units of a level
    decoder_dilations: tuple[int, ...] = (1, 3, 9)
    latent: int = 64  # channels of what is quantised
    stages: int = 4  # residual quantisers; 1 is the plain VQ-VAE
    codes: int = 1024  # in each stage's book
    code_dimensions: int = 8  # of the sphere that codes are points on
    labels: tuple[str, ...] = (ANY,)  # speakers or instruments the decoder can be told
    embedding: int = 16  # dimensions of the space the labels are points in
    prior_layers: int = 0  # of the recurrent network that continues codes; 0: the model has none
    prior_width: int = 256  # units of a layer
    prior_embedding: int = 64  # dimensions of the space in which the prior sees codes as points

    def __post_init__(self) -> None:
        """ValueError for sizes that no network can have."""
        channels = (self.encoder_channels, self.decoder_channels, self.widest, self.latent)
        if any(size <= 0 or size % CHANNEL_MULTIPLE for size in channels):
            raise ValueError(f"channels {channels}: expected multiples of {CHANNEL_MULTIPLE}")
        if not self.strides or min(self.strides) < 1 or self.stages < 1 or self.codes < 2:
            raise ValueError("strides, stages and codes must be positive")
        prior = (self.prior_width, self.prior_embedding)
        if self.prior_layers < 0 or any(size <= 0 or size % CHANNEL_MULTIPLE for size in prior):
            raise ValueError(
                f"prior of {prior}: expected multiples of {CHANNEL_MULTIPLE}, 0 or more layers"
            )
        if self.code_dimensions < 2 or not self.labels or self.labels[0] != ANY:
            raise ValueError(f"expected 2 or more code dimensions, and '{ANY}' as the first label")
        if len(self.strides) > MOST_LEVELS or max(self.stages, self.prior_layers) > MOST_STAGES:
            raise ValueError(f"expected at most {MOST_LEVELS} levels and {MOST_STAGES} stages")
        dilations = (*self.encoder_dilations, *self.decoder_dilations)
        if self.codes > MOST_CODES or not 0 < min(dilations) <= max(dilations) <= MOST_DILATION:
            raise ValueError(f"expected up to {MOST_CODES} codes, dilations 1 … {MOST_DILATION}")
        if self.hop > self.sample_rate or self.embedding < 1:
            raise ValueError("a code frame is longer than a second, or there is no embedding")
        check_rate(self.sample_rate)

    @property
    def hop(self) -> int:
        """Waveform frames per code frame."""
        return prod(self.strides)

    @property
    def code_rate(self) -> float:
        """Code frames per second."""
        return self.sample_rate / self.hop

    @property
    def bits_per_second(self) -> float:
        """Of a code stream with all stages, before any entropy coding."""
        return self.code_rate * self.stages * ceil(log2(self.codes))

    def encoder_widths(self) -> tuple[int, ...]:
        """Channels of each level."""
        return self._widths(self.encoder_channels)

    def decoder_widths(self) -> tuple[int, ...]:
        """Channels of each level."""
        return self._widths(self.decoder_channels)

    def _widths(self, first: int) -> tuple[int, ...]:
        return tuple(min(first << level, self.widest) for level in range(len(self.strides)))

    def to_json(self) -> dict[str, Any]:
        """Plain values for a model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "VQVAEConfig":
        """From a header; TypeError on unknown fields, ValueError on impossible values."""
        return configured(cls, values)


def hidden_width(channels: int) -> int:
    """Channels inside a residual unit: half, in whole vectors."""
    return ceil(channels / 2 / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE
