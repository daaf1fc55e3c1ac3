"""Captures as model files of our own: the .nam document in the header, the weights as a tensor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.storage.files import write_atomically

from ..family import ModelConfig
from .steps.program import Floats

VERSION, VERSION_WITH_HEAD = "0.5.4", "0.7.0"  # of the format: the oldest that has the entries
WEIGHTS = "weights"


@dataclass(frozen=True)
class CaptureConfig(ModelConfig):
    """A .nam document without its weights."""

    architecture: str = ""
    network: Mapping[str, Any] | None = None  # its entry `config`
    metadata: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        return {
            "version": VERSION_WITH_HEAD if self._has_heads else VERSION,
            "architecture": self.architecture,
            "config": dict(self.network or {}),
            "metadata": dict(self.metadata or {}),
            "sample_rate": self.sample_rate,
        }

    @property
    def _has_heads(self) -> bool:
        """True if arrays have heads of several taps."""
        return any("head" in array for array in (self.network or {}).get("layers", ()))


def read_document(path: Path) -> dict[str, Any]:
    """Return the document in a model file, weights included. RtAudioGenError, in one line."""
    header = read_header(path)
    if header.family != "nam":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'nam'")
    tensors = read_tensors(path)
    if WEIGHTS not in tensors:
        raise RtAudioGenError(f"{path}: has no tensor '{WEIGHTS}'")
    return {**header.config, WEIGHTS: tensors[WEIGHTS]}


def write_nam(path: Path, document: Mapping[str, Any], weights: Floats) -> None:
    """Write a .nam file, atomically, for other programs: the shortest texts of all float32."""
    values = [float(text) for text in np.char.mod("%.9g", weights.astype(np.float32))]
    text = json.dumps({**document, WEIGHTS: values})
    write_atomically(path, text.encode())
