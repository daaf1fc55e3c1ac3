"""Speed of training: frames of sound a second on a device. [control]

Each family names, as `TRIAL`, the module whose function `trial` makes a `Trial`: its own network,
losses and batches of the default sizes, on synthetic sounds. No file is read.

    python -m rtaudiogen.models.training.speed cuda wavenet vqvae wavegan
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import torch

from rtaudiogen.benchmark import BenchRow, machine
from rtaudiogen.processors import CPU, checked

from .device import finish
from .options import TrainingOptions
from .trainer import Trainer

T = TypeVar("T", bound=TrainingOptions)

WARM_UP_STEPS = 5
ENDLESS_STEPS = 10**9
GPU_BATCHES = (1, 16)  # times the default one, which is made for one core


@dataclass(frozen=True)
class Trial:
    """A training to be timed, without an end and without files."""

    trainer: Trainer
    step_frames: int  # of sound in one step
    what: str


def endless(kind: type[T], size: str, times: int, device: str, sizes: Mapping[str, Any]) -> T:
    """Return options of a training without end, with `times` as much of `size` as by default."""
    choices = {size: times * getattr(kind(), size), "steps": ENDLESS_STEPS, "device": device}
    return kind(**(choices | dict(sizes)))


def frames_per_second(trial: Trial, seconds: float) -> float:
    """Return the frames of sound a second of training, without compilation.

    The time includes making the batches, unless a thread makes them ahead.
    """
    trainer = trial.trainer
    trainer.warm_up()
    for _ in range(WARM_UP_STEPS):
        trainer.learn()
    finish(trainer.device)
    steps, start = 0, time.perf_counter()
    while steps == 0 or time.perf_counter() - start < seconds:
        trainer.learn()
        steps += 1
    finish(trainer.device)
    return steps * trial.step_frames / (time.perf_counter() - start)


def speed_rows(family: str, device: str, seconds: float) -> Iterator[BenchRow]:
    """Yield a row for the default batch, on a GPU also one for a larger batch; UsageError without
    it.
    """
    checked(device)
    trial = import_module(import_module(f"..{family}", __package__).TRIAL).trial
    for times in (1,) if device == CPU else GPU_BATCHES:
        torch.compiler.reset()  # or the second size would be compiled for all sizes
        with tempfile.TemporaryDirectory() as folder:
            tried: Trial = trial(Path(folder), device, times)
            speed = frames_per_second(tried, seconds)
        name = f"training {family}, {tried.step_frames} frames a step, {device}"
        kind = "bfloat16" if tried.trainer.mixed else "float32"
        compiled = ", compiled" if tried.trainer.compiled else ""
        yield BenchRow(name, speed, "frames/s", None, None, f"{tried.what}; {kind}{compiled}")


def main(device: str, *families: str) -> None:
    """Print a line for each row."""
    print(machine())
    for family in families:
        for row in speed_rows(family, device, 5.0):
            print(f"{row.name}: {row.value:.0f} {row.unit} ({row.detail})", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
