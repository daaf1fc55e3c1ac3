"""Header of a `.safetensors` file: its metadata, and the place of each tensor.

The format: 8 bytes give the header's length, little-endian; then follow the header, JSON in UTF-8,
and the tensors one after the other (https://huggingface.co/docs/safetensors). The tensors are not
touched here. Time and memory are bounded, whatever the file holds.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..storage.files import open_regular
from . import bounded_json

MAX_HEADER_BYTES = bounded_json.MOST_BYTES
MOST_DIMENSIONS, MOST_VALUES = 16, 1 << 48
VALUE_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
    "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4,
    "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
_LENGTH = struct.Struct("<Q")
_LFS = b"version "  # the start of a Git LFS pointer, a text that replaces the file


@dataclass(frozen=True)
class TensorFacts:
    """Type, shape and place of one tensor."""

    kind: str  # of its values, a key of VALUE_BYTES
    shape: tuple[int, ...]
    begin: int  # first byte after the header
    end: int


@dataclass(frozen=True)
class Contents:
    """The content of a header."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, TensorFacts]


def read_contents(path: Path) -> Contents:
    """Return the content of a file's header, after checking the file's length. [any]

    RtAudioGenError, in one line, for a missing, damaged, truncated or foreign file.
    """
    with open_regular(path) as file:
        try:
            size = file.seek(0, 2)
            file.seek(0)
            length = _header_length(path, file.read(_LENGTH.size), size)
            header = file.read(length)
        except OSError as error:
            raise RtAudioGenError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        contents = _contents(bounded_json.loads(header))
    except ValueError as error:
        raise RtAudioGenError(f"{path}: not a .safetensors model file ({error})") from error
    expected = _LENGTH.size + length + max((t.end for t in contents.tensors.values()), default=0)
    if size != expected:
        raise RtAudioGenError(f"{path}: truncated or damaged: {size} bytes, expected {expected}")
    return contents


def _header_length(path: Path, prefix: bytes, size: int) -> int:
    length = _LENGTH.unpack(prefix)[0] if len(prefix) == _LENGTH.size else 0
    if not size:
        reason = "it is empty"
    elif prefix == _LFS:
        reason = "it looks like the pointer that Git LFS leaves for a file not yet fetched"
    elif not 2 <= length <= MAX_HEADER_BYTES:
        reason = "it does not begin with a header"
    elif _LENGTH.size + length > size:
        raise RtAudioGenError(
            f"{path}: truncated or damaged: {size} bytes, its header alone should be {length}"
        )
    else:
        return length
    raise RtAudioGenError(f"{path}: not a .safetensors model file ({reason})")


def _contents(header: Any) -> Contents:
    if not isinstance(header, dict):
        raise ValueError("its header is not an object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError("its metadata are not texts by name")
    tensors = {name: _tensor(name, facts) for name, facts in header.items()}
    _refuse_gaps(tensors)
    return Contents(metadata, tensors)


def _tensor(name: str, facts: Any) -> TensorFacts:
    what = f"tensor '{name[:80]}'"
    if not isinstance(facts, dict) or set(facts) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{what} needs dtype, shape and data_offsets")
    kind, shape, offsets = facts["dtype"], facts["shape"], facts["data_offsets"]
    if not isinstance(kind, str) or kind not in VALUE_BYTES:
        raise ValueError(f"{what} holds values of an unknown kind")
    if not _are_sizes(shape) or len(shape) > MOST_DIMENSIONS or math.prod(shape) > MOST_VALUES:
        raise ValueError(f"{what} has an impossible shape")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise ValueError(f"{what} has impossible offsets")
    begin, end = offsets
    if end - begin != math.prod(shape) * VALUE_BYTES[kind]:
        raise ValueError(f"{what} has {end - begin} bytes, which does not match its shape")
    return TensorFacts(kind, tuple(shape), begin, end)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and 0 <= v <= 1 << 62 for v in values)


def _refuse_gaps(tensors: Mapping[str, TensorFacts]) -> None:
    """Refuse tensors that overlap, or have anything between them."""
    reached = 0
    for name, facts in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if facts.begin != reached:
            problem = "overlaps another" if facts.begin < reached else "leaves a gap before it"
            raise ValueError(f"tensor '{name[:80]}' {problem}")
        reached = facts.end
