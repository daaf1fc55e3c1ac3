"""Model files: one `.safetensors` with the model's own description in the header.

The header is read without torch and without touching the weights; nothing is ever unpickled.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from .errors import RtAudioGenError
from .files import write_atomically

METADATA_KEY = "rtaudiogen"
FORMAT = 1
MAX_HEADER_BYTES = 100_000_000  # safetensors' own limit


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says of itself."""

    family: str
    name: str  # also the model's id
    config: Mapping[str, Any]
    summary: str = ""
    licence: str = ""
    card: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT


def read_header(path: Path) -> ModelHeader:
    """The description in a model file's header.

    Raises RtAudioGenError, in one line, for a missing, truncated or foreign file.
    """
    metadata = _read_metadata(path)
    if METADATA_KEY not in metadata:
        raise RtAudioGenError(
            f"{path}: a safetensors file, but not an rtaudiogen model (no '{METADATA_KEY}' entry "
            "in its header); models come from 'rtaudiogen train'"
        )
    try:
        fields = json.loads(metadata[METADATA_KEY])
        header = ModelHeader(**fields)
    except (TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the model description is damaged ({error})") from error
    if header.format != FORMAT:
        raise RtAudioGenError(
            f"{path}: model format {header.format}; this version reads format {FORMAT}"
        )
    return header


def _read_metadata(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            prefix = file.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else MAX_HEADER_BYTES + 1
            if length > MAX_HEADER_BYTES:
                raise RtAudioGenError(f"{path}: not a .safetensors model file")
            tensors: dict[str, Any] = json.loads(file.read(length))
            metadata: dict[str, str] = tensors.pop("__metadata__", {})
            end = 8 + length + max((t["data_offsets"][1] for t in tensors.values()), default=0)
            size = path.stat().st_size
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RtAudioGenError(f"{path}: not a .safetensors model file") from error
    if size != end:
        raise RtAudioGenError(f"{path}: truncated or damaged: {size} bytes, expected {end}")
    return metadata


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The weights, by name. Raises RtAudioGenError if the file is damaged."""
    read_header(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise RtAudioGenError(f"{path}: weights cannot be read ({error})") from error


def write_model(path: Path, header: ModelHeader, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write a model file atomically: the old file stays until the new one is whole on disk."""
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    payload = save(contiguous, {METADATA_KEY: json.dumps(asdict(header))})
    write_atomically(path, payload)
