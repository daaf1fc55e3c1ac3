"""Options of a training: one table for flags, checks, help and the bounds of the window's form.

A family derives its own options from `TrainingOptions` and declares each further one with `option`;
`shared` changes the default of an option that all have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from rtaudiogen import option_bounds
from rtaudiogen.errors import UsageError
from rtaudiogen.option_bounds import refusal
from rtaudiogen.processors import AUTO, NAMES, checked

from ..compiled.channels import CHANNEL_MULTIPLE
from ..family import ModelConfig
from .budget import Budget
from .device import HELP as DEVICE_HELP

C = TypeVar("C", bound=ModelConfig)

LARGEST_SEED = (1 << 63) - 1  # torch takes no larger one
CHANNELS: dict[str, Any] = {"least": CHANNEL_MULTIPLE, "multiple_of": CHANNEL_MULTIPLE}


def option(
    default: Any,
    help: str,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    multiple_of: int | None = None,
    choices: Sequence[Any] = (),
    free: bool = False,
) -> Any:
    """Return a dataclass field for an option: its help and its allowed values.

    A value is from `least` to `most`, both included, or more than `above` and less than `below`, or
    one of `choices`; numbers are finite. A `free` option may change when an interrupted training is
    resumed.
    """
    values = (least, most, above, below, multiple_of, tuple(choices))
    given = zip(option_bounds.NAMES, values, strict=True)
    bounds = {name: value for name, value in given if value not in (None, ())}
    return field(default=default, metadata={"help": help, "free": free, "bounds": bounds})


def shared(name: str, default: Any, help: str = "", **bounds: Any) -> Any:
    """Return the field of an option of `TrainingOptions` with another default, help or bounds."""
    (known,) = (each for each in fields(TrainingOptions) if each.name == name)
    kept = {**known.metadata["bounds"], "free": known.metadata["free"]}
    return option(default, help or known.metadata["help"], **(kept | bounds))


@dataclass(frozen=True)
class TrainingOptions:
    """Options of every training. UsageError, in one line, for a value out of range."""

    minutes: float = option(
        60.0, "How long to train; the learning rate falls until the end.", least=0, free=True
    )
    steps: int = option(
        0, "Train so many steps instead of minutes: the same numbers in every run.", least=0,
        free=True,
    )  # fmt: skip
    sample_rate: int = option(
        16000, "Sample rate of the model in Hz; sounds are converted.", least=4000, most=192000
    )
    learning_rate: float = option(2e-3, "Highest learning rate.", above=0, below=1)
    report_steps: int = option(
        1000, "Steps from one report, checkpoint and clip to the next.", least=1, free=True
    )
    seed: int = option(0, "Random seed.", least=0, most=LARGEST_SEED)
    device: str = option(AUTO, DEVICE_HELP, choices=(AUTO, *NAMES), free=True)
    licence: str = option("", "Licence of the model, for its header.", free=True)
    card: str = option("", "Text about the model, for its header: credits, remarks.", free=True)

    def __post_init__(self) -> None:
        """Raise UsageError for a value out of range."""
        checked(self.device)
        for each in fields(self):
            wanted = refusal(each.metadata["bounds"], getattr(self, each.name))
            if wanted:
                raise UsageError(f"--{each.name.replace('_', '-')} must be {wanted}")
        if self.steps == 0 and not self.minutes > 0:
            raise UsageError("--minutes must be above 0 (or give --steps)")

    @property
    def budget(self) -> Budget:
        """Return the length and the learning rates of the training."""
        return Budget(
            steps=self.steps, minutes=self.minutes, learning_rate=self.learning_rate,
            report_steps=self.report_steps,
        )  # fmt: skip

    @property
    def identity(self) -> dict[str, Any]:
        """Return the options that must stay the same when an interrupted training is resumed."""
        return {f.name: getattr(self, f.name) for f in fields(self) if not f.metadata.get("free")}

    @property
    def step_frames(self) -> int:
        """Return the number of frames of sound in one step of a process."""
        raise NotImplementedError

    def sized(self, kind: type[C], **sizes: Any) -> C:
        """Return a configuration of `sizes` and, for its other fields, the options of the same
        names.

        UsageError, in one line, if no network has such sizes.
        """
        own = {f.name for f in fields(self)} & {f.name for f in fields(kind)}
        try:
            return kind(**({name: getattr(self, name) for name in own} | sizes))
        except ValueError as error:
            raise UsageError(f"no network has these sizes: {error}") from error
