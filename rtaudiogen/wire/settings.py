"""Settings that an engine is opened with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import UsageError
from ..processors import AUTO, CPU, NAMES

NULL_OUTPUT = "null"


@dataclass(frozen=True)
class EngineSettings:
    """Device, timing and MIDI choice.

    `output` is a device name or index, None for the default device, or "null" for a clock in place
    of a device. `input` likewise names the device that effects hear, None for nothing, "default"
    for the default device. A `sample_rate` or `block_frames` of 0 takes the device's preference.
    `device` is the processor of the networks; the CPU replaces it if it is lost or cannot compute a
    model.
    """

    output: str | int | None = None
    sample_rate: int = 0  # Hz
    block_frames: int = 0
    latency_ms: float = 20.0  # audio kept ready in the ring
    midi: str | None = "all"  # "all", "none", or part of a port's name
    seed: int = 0
    fall_back: bool = True  # without a device keep time by the clock instead of failing
    input: str | int | None = None
    input_required: bool = False  # fail without this input instead of hearing silence
    midi_required: bool = True  # fail without a named port instead of waiting for it
    device: str = CPU  # of `processors.NAMES`, or "auto"

    def __post_init__(self) -> None:
        if self.sample_rate and not 4000 <= self.sample_rate <= 384_000:
            raise UsageError(f"sample rate {self.sample_rate} Hz: expected 4000 … 384000 Hz")
        if not 0 <= self.block_frames <= 8192:
            raise UsageError(f"block of {self.block_frames} frames: expected 0 (device's) … 8192")
        if not 1.0 <= self.latency_ms <= 2000.0:
            raise UsageError(f"latency of {self.latency_ms} ms: expected 1 … 2000 ms")
        if self.device not in (*NAMES, AUTO):
            raise UsageError(f"device '{self.device}': expected {', '.join((*NAMES, AUTO))}")

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "EngineSettings":
        """Make settings from the values of `to_json`."""
        return cls(**values)
