"""State of a training on disk: one safetensors file with JSON in its header, nothing pickled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.saving.safetensors_header import read_contents
from rtaudiogen.storage.files import write_atomically

from .origin import KEY, damaged


@dataclass(frozen=True)
class Checkpoint:
    """Named groups of named tensors, and plain facts."""

    groups: Mapping[str, Mapping[str, Tensor]]
    facts: Mapping[str, Any]

    def write(self, path: Path) -> None:
        """Write atomically: a process that is killed half-way leaves the previous checkpoint."""
        tensors = {
            f"{group}/{name}": tensor.detach().cpu().contiguous().clone()
            for group, members in self.groups.items()
            for name, tensor in members.items()
        }
        write_atomically(path, save(tensors, {KEY: json.dumps(self.facts)}))

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """Return the checkpoint of a file. RtAudioGenError, in one line, if it is damaged or
        foreign.
        """
        groups: dict[str, dict[str, Tensor]] = {}
        try:
            read_contents(path)  # refuses what is no ordinary file, or damaged
            with safe_open(path, framework="pt") as file:
                facts = json.loads((file.metadata() or {})[KEY])
                for key in file.keys():  # noqa: SIM118 (not a mapping)
                    group, name = key.split("/", 1)
                    groups.setdefault(group, {})[name] = file.get_tensor(key)
        except (SafetensorError, OSError, KeyError, ValueError, RtAudioGenError) as error:
            raise damaged(path) from error
        return cls(groups, facts)
