"""What there is to choose from: models, devices, ports and folders. No network is loaded.

Audio systems are asked in a process of their own: a server that dies takes PortAudio with it, and
the front end must not hang.
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
from .session_files import SUFFIX, Beginning, beginning, demo, recent_path

__all__ = [
    "MAPPABLE_CONTROLLERS",
    "NULL_OUTPUT",
    "SUFFIX",
    "AudioDevice",
    "Beginning",
    "Connections",
    "Models",
    "beginning",
    "connections",
    "demo",
    "describe",
    "free_bytes",
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
LOOK_SECONDS = 20.0  # an audio server that hangs is not waited for longer


@dataclass(frozen=True)
class Models:
    """The models that can be played."""

    models: tuple[Descriptor, ...] = ()
    problems: tuple[str, ...] = ()  # a sentence for everything that should have been one
    factors: Mapping[str, float] = field(default_factory=dict)  # × real time, by id, once measured
    suffixes: tuple[str, ...] = ()  # of model files

    def find(self, id_or_path: str) -> Descriptor | None:
        """A model by its id or its file; None if there is none."""
        for model in self.models:
            if id_or_path in (model.id, str(model.path)):
                return model
        return None

    def and_one(self, model: Descriptor) -> "Models":
        """The same and one that lies elsewhere."""
        return replace(self, models=(*self.models, model))


@dataclass(frozen=True)
class AudioDevice:
    """An output or an input."""

    name: str
    host_api: str
    sample_rate: int  # its own preferred one, in Hz
    is_default: bool


@dataclass(frozen=True)
class Connections:
    """What the machine has at the moment."""

    outputs: tuple[AudioDevice, ...] = ()
    inputs: tuple[AudioDevice, ...] = ()
    midi_ports: tuple[str, ...] = ()


def models() -> Models:
    """Built-in and user models. [any], a fraction of a second"""
    found = registry.listing()
    return Models(tuple(found.models.values()), found.problems, known_speeds(), registry.suffixes())


def describe(path: Path) -> Descriptor:
    """The model of a file of any folder. [any] RtAudioGenError if it is none."""
    return registry.describe(path)


def measure_speeds() -> None:
    """Measure the real-time factor of every model on this machine. [any], a quarter of a minute

    RtAudioGenError if that cannot be done.
    """
    command = [sys.executable, "-m", "rtaudiogen", "bench", "--models", "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise RtAudioGenError(f"the speeds cannot be measured ({done.stderr.strip()})")


def connections() -> Connections:
    """Devices and ports. [any], a second or so

    RtAudioGenError if the audio system does not answer.
    """
    command = [sys.executable, "-m", "rtaudiogen", "devices", "--json"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LOOK_SECONDS
        )
        return _read(json.loads(done.stdout))
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        raise RtAudioGenError("the audio system does not say which devices there are") from error


def _read(facts: Mapping[str, Any]) -> Connections:
    def devices(kind: str) -> tuple[AudioDevice, ...]:
        names = AudioDevice.__dataclass_fields__
        return tuple(
            AudioDevice(**{name: device[name] for name in names}) for device in facts[kind]
        )

    return Connections(devices("outputs"), devices("inputs"), tuple(facts["midi"]["names"]))


def processors() -> tuple[str, ...]:
    """What networks can be computed on, the CPU first. [any], seconds where there is a GPU"""
    command = [sys.executable, "-m", "rtaudiogen.processors"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return tuple(done.stdout.split()) or (CPU,)


def sessions_folder() -> Path:
    """Where the user's sessions are."""
    return folders.sessions()


def recordings_folder() -> Path:
    """Where recordings go that nobody named."""
    return folders.recordings()


def user_models_folder() -> Path:
    """Where the user's own models are found."""
    return folders.models()


def write_sound(path: Path, frames: NDArray[np.float32], sample_rate: int) -> None:
    """Write (frames, channels) to a float WAV file, whole or not at all. [any]

    RtAudioGenError if that cannot be done.
    """
    from ..recorder.wav import write_wav  # brings the compiler along

    write_wav(path, [frames], sample_rate, frames.shape[1])


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder that may not be there yet; 0 if it cannot be told.

    [any], a network disk may take long
    """
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return 0
