"""Versioned JSON files: read with one clear line for what is wrong, written whole or not at all."""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import RtAudioGenError
from .files import read_limited, write_atomically

KIND, VERSION = "rtaudiogen", "version"

MOST_BYTES = 16 << 20  # of a file that is read
FINITE = sys.float_info.max  # JSON has whole numbers of any size


def write_document(path: Path, kind: str, version: int, fields: Mapping[str, Any]) -> None:
    """Write `fields` under a heading that says what they are. Numbers must be finite."""
    document = {KIND: kind, VERSION: version, **fields}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        write_atomically(path, text.encode() + b"\n")
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be written ({error.strerror})") from error


def read_document(path: Path, kind: str, version: int) -> dict[str, Any]:
    """The fields of a file of this kind and of this or an older version."""
    try:
        document = json.loads(read_limited(path, MOST_BYTES), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RtAudioGenError(f"{path}: damaged, no {kind} ({error})") from error
    if not isinstance(document, dict) or document.pop(KIND, None) != kind:
        raise RtAudioGenError(f"{path}: not an rtaudiogen {kind}")
    found = document.pop(VERSION, None)
    if not isinstance(found, int) or found < 1:
        raise RtAudioGenError(f"{path}: damaged, no {kind} (version {found!r})")
    if found > version:
        raise RtAudioGenError(
            f"{path}: {kind} version {found} of a newer rtaudiogen; this one reads up to {version}"
        )
    return document


def kind_of(path: Path) -> str:
    """What the file's heading says that it is; empty for a file of something else, or damaged."""
    try:
        document = json.loads(read_limited(path, MOST_BYTES))
    except (RtAudioGenError, ValueError, RecursionError):
        return ""
    kind = document.get(KIND) if isinstance(document, dict) else ""
    return kind if isinstance(kind, str) else ""


def number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in range; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ValueError(f"{value!r} is no number")
    if not low <= value <= high or abs(value) > FINITE:
        raise ValueError(f"{value} is not in {low:g} … {high:g}")
    return float(value)


def whole(value: Any, low: int, high: int) -> int:
    """A whole number in range; ValueError otherwise."""
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value} is not whole")
    number(value, low, high)
    return int(value)


def text(value: Any) -> str:
    """A string; ValueError otherwise."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
