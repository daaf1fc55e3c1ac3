"""The configuration in a WaveNet model file: network, conditioning and training agree on it."""

from dataclasses import dataclass

from ..family import ModelConfig

MOST_MEMORY = 1 << 26  # numbers that the layers of one voice may remember


@dataclass(frozen=True)
class WaveNetConfig(ModelConfig):
    """Sizes in the usual notation R/S/A·L: residual, skip and output channels, layers."""

    residual: int = 32  # R; gates are 2R wide
    skip: int = 128  # S
    output: int = 256  # A, width of the layer before the softmax
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) * 2
    harmonics: int = 6  # multiples of the oscillator phase; 0: a texture, played without notes
    instruments: tuple[str, ...] = ("default",)
    embedding: int = 8  # dimensions of the space the instruments are points in
    preemphasis: float = 0.0  # y[t] = x[t] - preemphasis · x[t-1] before μ-law

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("residual", "skip", "output")
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError(f"dilations must be at least 1, not {self.dilations}")
        if self.residual * sum(self.dilations) > MOST_MEMORY:
            raise ValueError("its dilations reach farther into the past than memory does")
        if not self.instruments or self.embedding < 1 or not 0 <= self.preemphasis < 1:
            raise ValueError("expected an instrument, an embedding and a preemphasis below 1")

    @property
    def pitched(self) -> bool:
        """Whether the model is played by notes."""
        return self.harmonics > 0

    @property
    def conditioning(self) -> int:
        """Local conditioning channels at sample rate (`conditioning.py` lays them out)."""
        return 2 * self.harmonics + 8 if self.pitched else 0

    @property
    def receptive_field(self) -> int:
        """Past frames that one prediction can see; kernel 2 in every layer and at the input."""
        return sum(self.dilations) + 2
