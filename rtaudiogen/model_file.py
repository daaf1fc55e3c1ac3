"""Model files: one `.safetensors` with the model's own description in the header.

The header is read without torch and without touching the weights; nothing is ever unpickled.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from .errors import RtAudioGenError
from .saving import bounded_json
from .saving.safetensors_header import read_contents
from .storage.file_names import is_printable
from .storage.files import write_atomically

METADATA_KEY = "rtaudiogen"
FORMAT = 1
LONGEST_NAME = 200
GAINS, LARGEST_GAIN_DB = "gains_db", 60.0  # a training fact: dB by timbre, "" for the only one
PLAYABLE_KINDS = "F32", "F16"
_NAMES = {str: "a text", dict: "an object", int: "a whole number"}


@dataclass(frozen=True)
class ModelHeader:
    """The description in a model file's header."""

    family: str
    name: str  # also the model's id
    config: Mapping[str, Any]
    summary: str = ""
    licence: str = ""
    card: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT


def read_header(path: Path) -> ModelHeader:
    """Return the description in a model file's header. [any]

    RtAudioGenError, in one line, for a missing, truncated or foreign file.
    """
    metadata = read_contents(path).metadata
    if METADATA_KEY not in metadata:
        raise RtAudioGenError(
            f"{path}: a safetensors file, but not an rtaudiogen model (no '{METADATA_KEY}' entry "
            "in its header); models come from 'rtaudiogen train'"
        )
    try:
        header = _described(bounded_json.loads(metadata[METADATA_KEY]))
    except ValueError as error:
        raise RtAudioGenError(f"{path}: the model description is damaged ({error})") from error
    if header.format != FORMAT:
        raise RtAudioGenError(
            f"{path}: model format {header.format}; this version reads format {FORMAT}"
        )
    return header


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the weights by name. [any] RtAudioGenError, in one line, if the file is damaged."""
    read_header(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: weights cannot be read ({error})") from error


def check_tensors(path: Path, expected: Mapping[str, tuple[int, ...]]) -> None:
    """Compare the tensors in a file with the shapes that its network needs. [any]

    Only the header is read; additional tensors do not matter. RtAudioGenError, in one line, for the
    first one that is missing, has another shape, or holds no floating-point values that numpy
    knows.
    """
    tensors = read_contents(path).tensors
    for name, shape in expected.items():
        if name not in tensors:
            raise RtAudioGenError(f"{path}: has no tensor '{name}', which its configuration needs")
        found = tensors[name]
        if found.shape != shape:
            raise RtAudioGenError(f"{path}: tensor '{name}' should be {shape}, not {found.shape}")
        if found.kind not in PLAYABLE_KINDS:
            raise RtAudioGenError(
                f"{path}: tensor '{name}' holds {found.kind} values, "
                f"expected {' or '.join(PLAYABLE_KINDS)}"
            )


def gains_of(path: Path, header: ModelHeader, timbres: tuple[str, ...]) -> tuple[float, ...]:
    """Return the gains in dB that a header notes for these timbres, or for the only one. [any]

    Without an entry a timbre has 0 dB; () if none has any. RtAudioGenError, if one is no gain.
    """
    gains = header.training.get(GAINS, {})
    if not isinstance(gains, dict) or not all(map(_is_gain, gains.values())):
        raise RtAudioGenError(
            f"{path}: '{GAINS}' is not a table of gains of up to {LARGEST_GAIN_DB:g} dB by timbre"
        )
    return tuple(float(gains.get(name, 0.0)) for name in timbres or ("",)) if gains else ()


def _is_gain(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= LARGEST_GAIN_DB


def _described(fields: Any) -> ModelHeader:
    """Return the header of plain values; ValueError for a missing or wrong field."""
    if not isinstance(fields, dict):
        raise ValueError("it is not an object")
    known = dict.fromkeys(("family", "name", "summary", "licence", "card"), str)
    types: dict[str, type] = {**known, "config": dict, "training": dict, "format": int}
    for name, value in fields.items():
        if name not in types:
            raise ValueError(f"unknown entry '{name[:50]}'")
        if not isinstance(value, types[name]) or isinstance(value, bool):
            raise ValueError(f"'{name}' is not {_NAMES[types[name]]}")
    for name in ("family", "name", "config"):
        if name not in fields:
            raise ValueError(f"'{name}' is missing")
    for name in ("family", "name"):
        if not is_name(fields[name]):
            raise ValueError(
                f"'{name}' must be a name of up to {LONGEST_NAME} printable characters"
            )
    return ModelHeader(**fields)


def is_name(text: str) -> bool:
    """Return True for a valid name of a model or a family."""
    return 0 < len(text) <= LONGEST_NAME and is_printable(text) and text == text.strip()


def write_model(path: Path, header: ModelHeader, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write a model file atomically: the old file stays until the new one is whole on disk."""
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    payload = save(contiguous, {METADATA_KEY: json.dumps(asdict(header))})
    write_atomically(path, payload)
