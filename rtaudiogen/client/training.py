"""Training from the window: `rtaudiogen train` in a process of its own, watched through its files.

The process outlives the window; whoever comes later finds it by its journal and goes on watching.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..generator import SUFFIX
from ..option_bounds import range_text, refusal
from ..storage import folders
from ..training_journal import NAME, JournalReader, is_claimed, run_folder
from .journal_reader import Curve, Story, TrainingFacts
from .library_files import file_name

__all__ = [
    "Curve",
    "Option",
    "TrainableFamily",
    "TrainingFacts",
    "TrainingRun",
    "families",
    "goes_on",
    "running",
]

ERRORS, CHECKPOINT = "errors.txt", "checkpoint.safetensors"
ASK_SECONDS = 180.0  # a first import of torch from a slow disk takes long
NICENESS = 10  # behind everything that plays
FULL_BYTES = 1 << 20  # less room than this on a disk is none
MISSING = "the command 'rtaudiogen train' does not say which families can be trained"


@dataclass(frozen=True)
class Option:
    """A flag of the command: a field of the family's options."""

    name: str
    kind: str  # bool, int, float or str
    default: Any
    help: str
    bounds: Mapping[str, Any] = field(default_factory=dict)  # see `option_bounds`

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the values to choose from, as texts; empty if it takes others, too."""
        return tuple(map(str, self.bounds.get("choices", ())))

    @property
    def meaning(self) -> str:
        """Return its help and the values that it takes."""
        range = range_text(self.bounds)
        return f"{self.help} ({range})" if range else self.help

    def check(self, value: Any) -> None:
        """Raise UsageError, in one line, for a value, or its text, that is out of bounds."""
        kinds: Mapping[str, Callable[[Any], Any]] = {"int": int, "float": float}
        try:
            wanted = refusal(self.bounds, kinds[self.kind](value) if self.kind in kinds else value)
        except ValueError:
            wanted = "a whole number" if self.kind == "int" else "a number"
        if wanted:
            raise UsageError(f"{self.name.replace('_', ' ')} must be {wanted}, not {value}")

    def argument(self, value: Any) -> str:
        """The flag that gives it a value."""
        flag = self.name.replace("_", "-")
        if self.kind == "bool":
            return f"--{flag}" if value else f"--no-{flag}"
        return f"--{flag}={value}"


@dataclass(frozen=True)
class TrainableFamily:
    """A family that learns from a folder."""

    name: str
    summary: str
    options: tuple[Option, ...]
    problem: str  # a sentence, if it cannot be trained here
    suffix: str = SUFFIX  # of its model files


def families() -> tuple[TrainableFamily, ...]:
    """What can be trained. [any], seconds: networks are imported, in another process

    RtAudioGenError if that cannot be told.
    """
    command = [sys.executable, "-m", "rtaudiogen", "train", "--json"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=ASK_SECONDS
        )
        facts = json.loads(done.stdout)["families"]
        return tuple(
            TrainableFamily(**{**family, "options": tuple(Option(**o) for o in family["options"])})
            for family in facts
        )
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        raise RtAudioGenError(MISSING) from error


def model_path(name: str, suffix: str = SUFFIX) -> Path:
    """The file of a model of the user's own. UsageError if it cannot be called so."""
    try:
        if name.startswith("-"):
            raise UsageError("it would be taken for an option")
        return folders.models() / file_name(name, suffix)
    except UsageError as error:
        raise UsageError(f"a model cannot be called '{name[:20]}': {error}") from error


def goes_on(name: str) -> bool:
    """Whether a training of this name was interrupted, or can be made longer. [any]"""
    try:
        return (run_folder(model_path(name)) / CHECKPOINT).is_file()
    except UsageError:
        return False


def running() -> "TrainingRun | None":
    """A training that is under way, whoever has started it. [any]"""
    for journal in sorted(folders.models().glob(f"*-training/{NAME}")):
        if is_claimed(journal.parent):
            name = journal.parent.name.removesuffix("-training")
            return TrainingRun(model_path(name))
    return None


class TrainingRun:
    """One training, ours or one that was found. Its methods are [any], one caller at a time."""

    def __init__(self, model: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """To watch the training of a model's file, which `process` carries out if it is ours."""
        self.model, self.folder = model, run_folder(model)
        self._process = process
        self._reader, self._story = JournalReader(self.folder), Story()
        self._stops = 0  # how often it was asked to

    @classmethod
    def begin(
        cls, family: TrainableFamily, folder: Path | None, name: str, values: Mapping[str, Any]
    ) -> "TrainingRun":
        """Start, or go on with, the training of a model called `name` on a folder.

        `values` by the option's name; those that are left out are the defaults. RtAudioGenError,
        in one line, if that cannot be; what the command itself finds out comes with the facts.
        """
        if family.problem:
            raise RtAudioGenError(family.problem)
        if folder is None or not folder.is_dir():
            raise UsageError(f"{folder or 'no folder'}: a folder of sounds is wanted")
        model = model_path(name, family.suffix)
        _refuse_taken(name, model)
        options = {option.name: option for option in family.options}
        for option, value in values.items():
            options[option].check(value)
        flags = [options[name].argument(value) for name, value in values.items()]
        command = [family.name, str(folder.resolve()), f"--out={model}", *flags]
        try:
            process = _start(command, run_folder(model))
        except OSError as error:
            raise RtAudioGenError(f"{model.parent}: {error.strerror or error}") from error
        return cls(model, process)

    def look(self) -> TrainingFacts:
        """Where it stands."""
        alive = self._is_alive()  # before reading: then nothing of what it wrote is missed
        for event in self._reader.news():
            self._story.take(event)
        state = self._living_state() if alive else self._end()
        return TrainingFacts(
            model=self.model,
            state=state,
            clips=self._clips(),
            playable=self.model.is_file(),
            problem=self._problem() if state == "failed" else "",
            **self._story.facts(),
        )

    def stop(self) -> None:
        """Ask it to end with a model as good as it is by then; a second time: at once.

        A third time, it is ended by force.
        """
        self._stops += 1
        number = signal.SIGINT if self._stops < 3 else getattr(signal, "SIGKILL", signal.SIGTERM)
        if self._process is not None:
            self._process.send_signal(number)
        elif is_claimed(self.folder) and (pid := self._story.begun.get("pid")):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def clear(self) -> None:
        """After a failure: take away what the start has left, if there is nothing else."""
        with suppress(OSError):
            if {path.name for path in self.folder.iterdir()} <= {NAME, ERRORS}:
                shutil.rmtree(self.folder)

    def _is_alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return is_claimed(self.folder)

    def _has_begun(self) -> bool:
        """Whether the journal speaks of this process, and not of one before."""
        return self._process is None or self._story.begun.get("pid") == self._process.pid

    def _living_state(self) -> str:
        if self._stops:
            return "stopping"
        return "training" if self._has_begun() and self._story.stage else "preparing"

    def _end(self) -> str:
        if self._has_begun() and self._story.end:
            return self._story.end
        return "stopped" if self._stops else "failed"

    def _clips(self) -> tuple[Path, ...]:
        """Named by their steps, so the names' order is theirs."""
        try:
            found = self.folder.rglob("*.wav")
            return tuple(sorted(found, key=lambda path: path.name, reverse=True))
        except OSError:
            return ()

    def _problem(self) -> str:
        status = self._process.returncode if self._process is not None else None
        with suppress(OSError):
            if shutil.disk_usage(self.model.parent).free < FULL_BYTES:
                return f"the disk of {self.model.parent} is full"
        if status is not None and status < 0:
            return f"the training was ended from outside (signal {-status}); too little memory?"
        try:
            lines = (self.folder / ERRORS).read_text(errors="replace").split("\n")
        except OSError:
            lines = []
        said = [line.strip() for line in lines if line.strip()]
        if not said or (status is None and not said[-1].startswith("rtaudiogen:")):
            return "the training ended without a word, as if somebody had ended it"
        return said[-1].removeprefix("rtaudiogen:").strip()


def _refuse_taken(name: str, model: Path) -> None:
    """A model that was not made by the training of this name is not written over."""
    if is_claimed(run_folder(model)):
        raise UsageError(f"'{name}' is being trained already")
    known = registry.listing().models.get(name)
    if (known is not None and known.path != model) or (model.exists() and not goes_on(name)):
        raise UsageError(f"there is a model '{name}' already; give another name")


def _start(arguments: Sequence[str], place: Path) -> "subprocess.Popen[bytes]":
    """`rtaudiogen train` with arguments, behind everything that plays; its errors in `place`."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ERRORS).open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "rtaudiogen", "train", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=_environment(),
            start_new_session=True,  # a terminal that is closed does not reach it
        )
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process


def _environment() -> dict[str, str]:
    """Half of the cores are for playing."""
    threads = str(max(1, (os.cpu_count() or 1) // 2))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS")
    return {**os.environ, **dict.fromkeys(names, threads), "PYTHONUNBUFFERED": "1"}
