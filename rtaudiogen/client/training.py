"""Training from the window: `rtaudiogen train` in a separate process, watched through its files.

The process outlives the window; a later window finds it by its journal and goes on watching.
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
from ..training_journal import NAME, JournalReader, is_claimed, run_folder, set_aside
from .journal_reader import Curve, TrainingFacts, TrainingHistory
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
ASK_SECONDS = 180.0  # the first import of torch from a slow disk takes long
NICENESS = 10  # below everything that plays
FULL_BYTES = 1 << 20  # a disk with less free space is full
MISSING = "the command 'rtaudiogen train' does not list the families that can be trained"


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
        """Return the values to choose from, as texts; empty if other values are allowed."""
        return tuple(map(str, self.bounds.get("choices", ())))

    @property
    def meaning(self) -> str:
        """Return the help and the allowed values."""
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
        """Return the flag that sets a value."""
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
    """Return the families that can be trained. [any], takes seconds: another process imports torch

    RtAudioGenError if that fails.
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
    """Return the file of a model of the user's own. UsageError if the name cannot be used."""
    try:
        if name.startswith("-"):
            raise UsageError("it begins with a dash like an option")
        return folders.models() / file_name(name, suffix)
    except UsageError as error:
        raise UsageError(f"a model cannot be called '{name[:20]}': {error}") from error


def goes_on(name: str) -> bool:
    """Return True if a training of this name can be continued. [any]"""
    try:
        return (run_folder(model_path(name)) / CHECKPOINT).is_file()
    except UsageError:
        return False


def running() -> "TrainingRun | None":
    """Return a training that is running, by any process; None: there is none. [any]"""
    for journal in sorted(folders.models().glob(f"*-training/{NAME}")):
        if is_claimed(journal.parent):
            name = journal.parent.name.removesuffix("-training")
            return TrainingRun(model_path(name))
    return None


class TrainingRun:
    """One training, started here or found. Its methods are [any], one caller at a time."""

    def __init__(self, model: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Watch the training of a model's file; `process` is given if it was started here."""
        self.model, self.folder = model, run_folder(model)
        self._process = process
        self._reader, self._history = JournalReader(self.folder), TrainingHistory()
        self._stops = 0  # number of requests to stop

    @classmethod
    def begin(
        cls,
        family: TrainableFamily,
        folder: Path | None,
        name: str,
        values: Mapping[str, Any],
        anew: bool = False,
    ) -> "TrainingRun":
        """Start or continue the training of a model called `name` on a folder.

        `values` go by the option's name; those left out are the defaults. `anew`: an earlier
        training of that name is kept in another folder, with its model. RtAudioGenError, in one
        line, if it cannot start; problems that the command itself finds come with the facts.
        """
        if family.problem:
            raise RtAudioGenError(family.problem)
        if folder is None or not folder.is_dir():
            raise UsageError(f"{folder or 'no folder'}: expected a folder of sounds")
        model = model_path(name, family.suffix)
        _refuse_taken(name, model)
        options = {option.name: option for option in family.options}
        for option, value in values.items():
            options[option].check(value)
        flags = [options[name].argument(value) for name, value in values.items()]
        command = [family.name, str(folder.resolve()), f"--out={model}", *flags]
        if anew:
            set_aside(model)
        try:
            process = _start(command, run_folder(model))
        except OSError as error:
            raise RtAudioGenError(f"{model.parent}: {error.strerror or error}") from error
        return cls(model, process)

    def look(self) -> TrainingFacts:
        """Return the state of the training."""
        alive = self._is_alive()  # asked before reading, so that nothing it wrote is missed
        for event in self._reader.news():
            self._history.take(event)
        state = self._living_state() if alive else self._end()
        return TrainingFacts(
            model=self.model,
            state=state,
            clips=self._clips(),
            playable=self.model.is_file(),
            problem=self._problem() if state == "failed" else "",
            **self._history.facts(),
        )

    def stop(self) -> None:
        """Ask the training to write its model and end; a second time: at once; a third time: kill
        it.
        """
        self._stops += 1
        number = signal.SIGINT if self._stops < 3 else getattr(signal, "SIGKILL", signal.SIGTERM)
        if self._process is not None:
            self._process.send_signal(number)
        elif is_claimed(self.folder) and (pid := self._history.begun.get("pid")):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def clear(self) -> None:
        """Delete the files that a failed start has left, if there is nothing else."""
        with suppress(OSError):
            if {path.name for path in self.folder.iterdir()} <= {NAME, ERRORS}:
                shutil.rmtree(self.folder)

    def _is_alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return is_claimed(self.folder)

    def _has_begun(self) -> bool:
        """Return True if the journal's newest entry comes from this process."""
        return self._process is None or self._history.begun.get("pid") == self._process.pid

    def _living_state(self) -> str:
        if self._stops:
            return "stopping"
        return "training" if self._has_begun() and self._history.stage else "preparing"

    def _end(self) -> str:
        if self._has_begun() and self._history.end:
            return self._history.end
        return "stopped" if self._stops else "failed"

    def _clips(self) -> tuple[Path, ...]:
        """Return the clips, newest first; their names contain the step."""
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
            return "the training ended without a message, as if it had been killed"
        return said[-1].removeprefix("rtaudiogen:").strip()


def _refuse_taken(name: str, model: Path) -> None:
    """Raise UsageError if the model's file was not made by a training of this name."""
    if is_claimed(run_folder(model)):
        raise UsageError(f"'{name}' is being trained already")
    known = registry.listing().models.get(name)
    if (known is not None and known.path != model) or (model.exists() and not goes_on(name)):
        raise UsageError(f"the model '{name}' exists already; give another name")


def _start(arguments: Sequence[str], place: Path) -> "subprocess.Popen[bytes]":
    """Start `rtaudiogen train` at a low priority, with its errors in a file of `place`."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ERRORS).open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "rtaudiogen", "train", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=_environment(),
            start_new_session=True,  # closing the terminal must not end it
        )
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process


def _environment() -> dict[str, str]:
    """Return the environment that limits the training to half of the cores."""
    threads = str(max(1, (os.cpu_count() or 1) // 2))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS")
    return {**os.environ, **dict.fromkeys(names, threads), "PYTHONUNBUFFERED": "1"}
