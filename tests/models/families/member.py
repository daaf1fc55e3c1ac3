"""A family's declaration for the kit: tiny untrained models, and trainings of a few steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, get_args, get_type_hints

from rtaudiogen.generator import SUFFIX, Descriptor, Family
from rtaudiogen.registry import family, load

from .made_up import MadeUp

Write = Callable[[Path], object]  # an untrained model file


class Sounds(Protocol):
    """Sounds to learn from."""

    def write(self, folder: Path) -> Path:
        """Write them into a folder and return it."""


@dataclass(frozen=True)
class Lesson:
    """A training of a few steps on the made-up sounds."""

    options: Mapping[str, Any]  # tiny sizes, `steps` and `report_steps`
    sounds: Sounds = field(default_factory=MadeUp)
    patches: Mapping[str, Any] = field(default_factory=dict)  # "module.name" → value, to be quick
    stops: Sequence[tuple[int, ...]] = ((2,), (2, 4))  # it is interrupted at these reports
    picture: str = "loss.png"  # beside the model
    labelled: bool = True  # whether its sounds lie in a folder for each label
    clips: bool = True  # whether each report makes a sound to listen to


@dataclass(frozen=True)
class Member:
    """A family in the kit."""

    name: str
    models: Mapping[str, Write | None]  # by kind; None is a model that has no file
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    damaged: Sequence[Mapping[str, Any]] = ()  # configurations that no model has
    optional: tuple[str, ...] = ()  # words in the names of tensors that a model can do without
    suffix: str = SUFFIX  # of its files; others than SUFFIX are tested elsewhere when damaged
    random: bool = True  # whether another seed makes another sound
    on_device: str = ""  # the kind of model that is played on devices; none: tested elsewhere

    @cached_property
    def family(self) -> Family:
        """Return the family's declaration."""
        return family(self.name)

    @cached_property
    def train(self) -> Callable[[Path, Path, Any], bool]:
        """Return the function that trains, as the command calls it."""
        function: Callable[[Path, Path, Any], bool] = load(str(self.family.train))
        return function

    def options(self, lesson: str, **changed: Any) -> Any:
        """Return the options of a lesson, with some of them changed."""
        kind, _ = get_args(get_type_hints(self.train)["options"])
        return kind(**(dict(self.lessons[lesson].options) | {"device": "cpu"} | changed))

    def described(self, kind: str, folder: Path) -> Descriptor:
        """Return an untrained model of that kind; its file, if it has one, is in the folder."""
        write = self.models[kind]
        if write is None:
            return next(iter(self.family.builtin()))
        path = folder / f"{self.name}-{kind}{self.suffix}"
        write(path)
        return self.family.describe(path)
