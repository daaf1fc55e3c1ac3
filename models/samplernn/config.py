"""The sizes of a SampleRNN, as they stand in its model file."""

from dataclasses import dataclass

from ..family import ModelConfig

FRAME = 16  # samples between two steps of the slow tier; the tiers and the samples see as many
STEP = 4  # samples between two steps of the middle tier
TAPS = 4  # newest samples that the sample tier sees as codes, not only as numbers


@dataclass(frozen=True)
class SampleRNNConfig(ModelConfig):
    """Three tiers of one width; without harmonics the model plays textures, not notes."""

    width: int = 256  # W, units of every tier
    harmonics: int = 0  # multiples of the note's phase that are told; 0: a texture
    instruments: tuple[str, ...] = ("default",)
    embedding: int = 16  # E, dimensions of the space in which instruments are points
    preemphasis: float = 0.85  # y[t] = x[t] - preemphasis · x[t-1] before μ-law

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("width")
        if not self.instruments or self.embedding < 1 or not 0 <= self.preemphasis < 1:
            raise ValueError("expected an instrument, an embedding and a preemphasis below 1")

    @property
    def pitched(self) -> bool:
        """Return True if the model is played by notes."""
        return self.harmonics > 0

    @property
    def conditioning(self) -> int:
        """Return C, the local conditioning channels: those of a note, or a texture's level."""
        return 2 * self.harmonics + 8 if self.pitched else 1
