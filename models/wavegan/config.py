"""The configuration in a WaveGAN model file: networks, compiled form and training agree on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..compiled.channels import CHANNEL_MULTIPLE
from ..playing.configuration import check_rate, configured

KERNEL, STRIDE, LEVELS = 25, 4, 5  # of the paper
FIRST_FRAMES: int = STRIDE**LEVELS  # waveform frames for each frame of the first level


@dataclass(frozen=True)
class WaveGANConfig:
    """Sizes. Donahue, McAuley and Puckette 2018, arXiv 1802.04208, tables 1 and 2."""

    sample_rate: int = 16000  # frames per second in Hz
    frames: int = 16384  # of a hit: 8192, 16384 or 32768
    width: int = 64  # d: channels of the level next to the waveform, doubled from level to level
    latent: int = 100  # dimensions, each uniform in -1 … 1
    classes: tuple[str, ...] = ()  # kick, snare …; none: unconditional
    filter_taps: int = 0  # of the learnt filter after the generator; 0: none

    def __post_init__(self) -> None:
        """ValueError for sizes that no network can have."""
        if self.frames not in (8192, 16384, 32768):
            raise ValueError(f"{self.frames} frames: expected 8192, 16384 or 32768")
        if self.width <= 0 or self.width % CHANNEL_MULTIPLE:
            raise ValueError(f"width {self.width}: expected a multiple of {CHANNEL_MULTIPLE}")
        if self.latent < 1 or self.filter_taps < 0 or self.sample_rate < 1:
            raise ValueError("latent and sample rate must be positive, filter taps 0 or more")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must have different names")
        check_rate(self.sample_rate)

    @property
    def first_frames(self) -> int:
        """Frames of the level farthest from the waveform."""
        return self.frames // FIRST_FRAMES

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels from the farthest level, 16 d, to the one next to the waveform, d."""
        return tuple(self.width << level for level in reversed(range(LEVELS)))

    def to_json(self) -> dict[str, Any]:
        """Plain values for a model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "WaveGANConfig":
        """From a header; TypeError on unknown fields, ValueError on impossible values."""
        return configured(cls, values)
