"""The configuration in a WaveNet model file: network, conditioning and training agree on it."""

from dataclasses import dataclass

from ..family import CodeModelConfig

MOST_MEMORY = 1 << 26  # numbers that the layers of one voice may remember


@dataclass(frozen=True)
class WaveNetConfig(CodeModelConfig):
    """Sizes in the usual notation R/S/A·L: residual, skip and output channels, layers."""

    harmonics: int = 6
    residual: int = 32  # R; gates are 2R wide
    skip: int = 128  # S
    output: int = 256  # A, width of the layer before the softmax
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) * 2
    harmonic: bool = False  # tables of recorded notes come with it, whose partials a bank plays
    draws_rest: bool = False  # the network draws what is left beside the partials, not whole notes

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("residual", "skip", "output")
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError(f"dilations must be at least 1, not {self.dilations}")
        if self.residual * sum(self.dilations) > MOST_MEMORY:
            raise ValueError("its dilations reach farther into the past than memory does")
        if (self.harmonic and not self.pitched) or (self.draws_rest and not self.harmonic):
            raise ValueError("only a model of notes has partials, and only beside them is a rest")
