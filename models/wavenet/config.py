"""The configuration in a WaveNet model file: network, conditioning and training agree on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..compiled.channels import CHANNEL_MULTIPLE
from ..playing.configuration import check_rate, configured

MOST_MEMORY = 1 << 26  # numbers that the layers of one voice may remember


@dataclass(frozen=True)
class WaveNetConfig:
    """Sizes in the usual notation R/S/A·L: residual, skip and output channels, layers."""

    sample_rate: int = 16000  # frames per second in Hz
    residual: int = 32  # R; gates are 2R wide
    skip: int = 128  # S
    output: int = 256  # A, width of the layer before the softmax
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) * 2
    harmonics: int = 6  # multiples of the oscillator phase; 0: a texture, played without notes
    instruments: tuple[str, ...] = ("default",)
    embedding: int = 8  # dimensions of the space the instruments are points in
    preemphasis: float = 0.0  # y[t] = x[t] - preemphasis · x[t-1] before μ-law

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

    def to_json(self) -> dict[str, Any]:
        """Plain values for a model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "WaveNetConfig":
        """From a header; TypeError on unknown fields, ValueError on impossible values."""
        config = configured(cls, values)
        _check(config)
        return config


def _check(config: WaveNetConfig) -> None:
    for name in ("residual", "skip", "output"):
        size = getattr(config, name)
        if size < CHANNEL_MULTIPLE or size % CHANNEL_MULTIPLE:
            raise ValueError(f"{name} channels: {size} is no multiple of {CHANNEL_MULTIPLE}")
    if not config.dilations or min(config.dilations) < 1:
        raise ValueError(f"dilations must be at least 1, not {config.dilations}")
    if config.residual * sum(config.dilations) > MOST_MEMORY:
        raise ValueError("its dilations reach farther into the past than memory does")
    if not config.instruments or config.embedding < 1 or not 0 <= config.preemphasis < 1:
        raise ValueError("expected an instrument, an embedding and a preemphasis below 1")
    check_rate(config.sample_rate)
