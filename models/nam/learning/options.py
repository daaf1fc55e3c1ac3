"""Options of a capture's training."""

from dataclasses import dataclass, replace

from rtaudiogen.errors import UsageError

from ...training.budget import Budget
from ...training.options import TrainingOptions as SharedOptions
from ...training.options import option, shared
from .shapes import SHAPES, Shape

WARM_UP_STEPS, AVERAGING = 50, 0.998  # trainings are short
FIND = "find"  # instead of a delay


@dataclass(frozen=True)
class TrainingOptions(SharedOptions):
    """Options of a capture's training."""

    minutes: float = shared("minutes", 30.0)
    sample_rate: int = shared("sample_rate", 48000)
    learning_rate: float = shared("learning_rate", 3e-3)
    report_steps: int = shared("report_steps", 500)
    shape: str = option(
        "standard", "The network: WaveNets of the first generation (A1) by size, of the second "
        "(a2), or an LSTM.", choices=tuple(SHAPES),
    )  # fmt: skip
    segment_frames: int = option(
        8192, "Frames of a training segment, without what a network hears before.", least=2048
    )
    segments: int = option(2, "Segments of a step.", least=1)
    latency: str = option(FIND, "Frames by which the wet is late, or 'find': by correlation.")
    name: str = option("", "Name of the effect in its file, such as 'Tube stage'.", free=True)
    gear_type: str = option(
        "", "What was captured: amp, pedal, pedal_amp, amp_cab, amp_pedal_cab, preamp or studio.",
        choices=("", "amp", "pedal", "pedal_amp", "amp_cab", "amp_pedal_cab", "preamp", "studio"),
        free=True,
    )  # fmt: skip
    tone_type: str = option(
        "", "How it sounds: clean, overdrive, crunch, hi_gain or fuzz.",
        choices=("", "clean", "overdrive", "crunch", "hi_gain", "fuzz"), free=True,
    )  # fmt: skip

    @property
    def budget(self) -> Budget:
        """Return the length and the learning rates of the training."""
        return replace(super().budget, warm_up_steps=WARM_UP_STEPS, averaging=AVERAGING)

    @property
    def network(self) -> Shape:
        """Return the network that was chosen."""
        return SHAPES[self.shape]

    @property
    def delay(self) -> int | None:
        """Return the delay in frames that was given, if any; UsageError if it is no number."""
        if self.latency == FIND:
            return None
        try:
            return int(self.latency)
        except ValueError:
            raise UsageError(
                f"--latency {self.latency}: expected a number of frames, or '{FIND}'"
            ) from None

    @property
    def step_frames(self) -> int:
        """Return how many frames of sound a process learns from in a step."""
        return self.segments * self.segment_frames
