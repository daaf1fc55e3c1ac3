"""Configuration in a WaveGAN model file, shared by networks, compiled form and training."""

from dataclasses import dataclass

from ..family import ModelConfig

KERNEL, STRIDE, LEVELS = 25, 4, 5  # of the paper
FIRST_FRAMES: int = STRIDE**LEVELS  # waveform frames for each frame of the first level


@dataclass(frozen=True)
class WaveGANConfig(ModelConfig):
    """Sizes of the networks. Donahue, McAuley and Puckette 2018, arXiv 1802.04208, tables 1
    and 2.
    """

    frames: int = 16384  # of a hit: 8192, 16384 or 32768
    width: int = 64  # d: channels of the level next to the waveform, doubled from level to level
    latent: int = 100  # dimensions, each uniform in -1 … 1
    classes: tuple[str, ...] = ()  # kick, snare …; none: unconditional
    filter_taps: int = 0  # of the learnt filter after the generator; 0: none

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("width")
        if self.frames not in (8192, 16384, 32768):
            raise ValueError(f"{self.frames} frames: expected 8192, 16384 or 32768")
        if self.latent < 1 or self.filter_taps < 0:
            raise ValueError("the latent space must have dimensions, filter taps be 0 or more")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must have different names")

    @property
    def first_frames(self) -> int:
        """The frames of the level farthest from the waveform."""
        return self.frames // FIRST_FRAMES

    @property
    def widths(self) -> tuple[int, ...]:
        """The channels from the farthest level, 16 d, to the one next to the waveform, d."""
        return tuple(self.width << level for level in reversed(range(LEVELS)))
