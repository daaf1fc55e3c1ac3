"""Choices of a front end: models, devices, ports and folders. No network is loaded.

Audio systems are queried in a separate process: an audio server that dies takes PortAudio with it,
and the front end must not hang.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import registry
from ..engine.benchmark import known_speeds
from ..errors import RtAudioGenError
from ..generator import Descriptor
from ..processors import CPU
from ..realtime.render.checks import RESERVED_CONTROLLERS
from ..storage import folders
from ..wire.settings import NULL_OUTPUT
from .session_files import SUFFIX, Startup, demo, last_startup, recent_path

__all__ = [
    "MAPPABLE_CONTROLLERS",
    "NULL_OUTPUT",
    "SUFFIX",
    "AudioDevice",
    "Connections",
    "Models",
    "Startup",
    "connections",
    "demo",
    "describe",
    "free_bytes",
    "last_startup",
    "measure_speeds",
    "models",
    "processors",
    "recent_path",
    "recordings_folder",
    "sessions_folder",
    "user_models_folder",
    "write_sound",
]

MAPPABLE_CONTROLLERS = tuple(n for n in range(128) if n not in RESERVED_CONTROLLERS)
LOOK_SECONDS = 20.0  # the longest wait for an audio server that hangs


@dataclass(frozen=True)
class Models:
    """The models that can be played."""

    models: tuple[Descriptor, ...] = ()
    problems: tuple[str, ...] = ()  # a sentence for every file that could not be read
    factors: Mapping[str, float] = field(default_factory=dict)  # by id: × real time
    suffixes: tuple[str, ...] = ()  # of model files

    def find(self, id_or_path: str) -> Descriptor | None:
        """Return a model by its id or its file; None if there is none."""
        for model in self.models:
            if id_or_path in (model.id, str(model.path)):
                return model
        return None

    def and_one(self, model: Descriptor) -> "Models":
        """Return the models with another one, from elsewhere, added."""
        return replace(self, models=(*self.models, model))


@dataclass(frozen=True)
class AudioDevice:
    """An output or an input."""

    name: str
    host_api: str
    sample_rate: int  # the device's preferred rate in Hz
    is_default: bool


@dataclass(frozen=True)
class Connections:
    """Audio devices and MIDI ports that the machine has now."""

    outputs: tuple[AudioDevice, ...] = ()
    inputs: tuple[AudioDevice, ...] = ()
    midi_ports: tuple[str, ...] = ()


def models() -> Models:
    """Return built-in and user models. [any], takes a fraction of a second"""
    found = registry.listing()
    return Models(tuple(found.models.values()), found.problems, known_speeds(), registry.suffixes())


def describe(path: Path) -> Descriptor:
    """Return the model of a file in any folder. [any] RtAudioGenError if it is not a model."""
    return registry.describe(path)


def measure_speeds() -> None:
    """Measure the real-time factor of every model on this machine. [any], takes some 15 s

    RtAudioGenError if that fails.
    """
    command = [sys.executable, "-m", "rtaudiogen", "bench", "--models", "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise RtAudioGenError(f"cannot measure the speeds ({done.stderr.strip()})")


def connections() -> Connections:
    """Return devices and ports. [any], takes about a second

    RtAudioGenError if the audio system does not answer.
    """
    command = [sys.executable, "-m", "rtaudiogen", "devices", "--json"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LOOK_SECONDS
        )
        return _read(json.loads(done.stdout))
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        raise RtAudioGenError("the audio system does not list its devices") from error


def _read(facts: Mapping[str, Any]) -> Connections:
    def devices(kind: str) -> tuple[AudioDevice, ...]:
        names = AudioDevice.__dataclass_fields__
        return tuple(
            AudioDevice(**{name: device[name] for name in names}) for device in facts[kind]
        )

    return Connections(devices("outputs"), devices("inputs"), tuple(facts["midi"]["names"]))


def processors() -> tuple[str, ...]:
    """Return the processors for networks, the CPU first. [any], takes seconds with a GPU"""
    command = [sys.executable, "-m", "rtaudiogen.processors"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return tuple(done.stdout.split()) or (CPU,)


def sessions_folder() -> Path:
    """Return the folder of the user's sessions."""
    return folders.sessions()


def recordings_folder() -> Path:
    """Return the folder of recordings without a path of their own."""
    return folders.recordings()


def user_models_folder() -> Path:
    """Return the folder of the user's own models."""
    return folders.models()


def write_sound(path: Path, frames: NDArray[np.float32], sample_rate: int) -> None:
    """Write (frames, channels) to a float WAV file, whole or not at all. [any]

    RtAudioGenError if that fails.
    """
    from ..recorder.wav import write_wav  # brings the compiler along

    write_wav(path, [frames], sample_rate, frames.shape[1])


def free_bytes(folder: Path) -> int:
    """Return the free space on the disk of a folder, which may not exist yet; 0 if unknown.

    [any], a network disk may take long
    """
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return 0
