"""The sizes of a SampleRNN, as they stand in its model file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..compiled.channels import CHANNEL_MULTIPLE
from ..playing.configuration import check_rate, configured

FRAME = 16  # samples between two steps of the slow tier; the tiers and the samples see as many
STEP = 4  # samples between two steps of the middle tier
TAPS = 4  # newest samples that the sample tier sees as codes, not only as numbers


@dataclass(frozen=True)
class SampleRNNConfig:
    """Three tiers of one width; without harmonics the model plays textures, not notes."""

    sample_rate: int = 16000  # frames per second in Hz
    width: int = 256  # W, units of every tier
    harmonics: int = 0  # multiples of the note's phase that are told; 0: a texture
    instruments: tuple[str, ...] = ("default",)
    embedding: int = 16  # E, dimensions of the space in which instruments are points
    preemphasis: float = 0.85  # y[t] = x[t] - preemphasis · x[t-1] before μ-law

    @property
    def pitched(self) -> bool:
        """Tell whether the model is played by notes."""
        return self.harmonics > 0

    @property
    def conditioning(self) -> int:
        """Return C, the local conditioning channels: those of a note, or a texture's level."""
        return 2 * self.harmonics + 8 if self.pitched else 1

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SampleRNNConfig":
        """Read a header's values; TypeError for unknown fields, ValueError for impossible ones."""
        config = configured(cls, values)
        if config.width < CHANNEL_MULTIPLE or config.width % CHANNEL_MULTIPLE:
            raise ValueError(f"width: {config.width} is no multiple of {CHANNEL_MULTIPLE}")
        if not config.instruments or config.embedding < 1 or not 0 <= config.preemphasis < 1:
            raise ValueError("expected an instrument, an embedding and a preemphasis below 1")
        check_rate(config.sample_rate)
        return config
