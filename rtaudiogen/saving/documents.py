"""Versioned JSON files: one clear line for each error, written whole or not at all."""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..storage.files import read_limited, write_atomically
from .json_text import described, parse_json, shown

KIND, VERSION = "rtaudiogen", "version"

KINDS = ("session", "preset")  # of the files that users handle

FINITE = sys.float_info.max  # JSON has whole numbers of any size
MOST_BYTES = 16 << 20
LONGEST_TEXT = 4096  # characters


def write_document(
    path: Path, kind: str, version: int, fields: Mapping[str, Any], overwrite: bool = True
) -> None:
    """Write `fields` with their kind and version. Numbers must be finite.

    RtAudioGenError if that cannot be done; AppearedError, without `overwrite`, if a file is there.
    """
    document = {KIND: kind, VERSION: version, **fields}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        write_atomically(path, text.encode() + b"\n", overwrite)
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be written ({error.strerror})") from error


def read_document(path: Path, kind: str, version: int) -> dict[str, Any]:
    """Return the fields of a file of this kind and of this or an older version. [any]

    RtAudioGenError, in one line with file and place, if it is missing, damaged or foreign.
    """
    document = _read(path)
    if not isinstance(document, dict) or document.get(KIND) != kind:
        heading = document.get(KIND) if isinstance(document, dict) else None
        what = f", but a {heading}" if heading in KINDS else ""
        raise RtAudioGenError(
            f'{path}: not an rtaudiogen {kind}{what}; expected {{"{KIND}": "{kind}", …}}'
        )
    del document[KIND]
    found = document.pop(VERSION, None)
    if isinstance(found, bool) or not isinstance(found, int | float) or found % 1 or found < 1:
        said = "is missing" if found is None else f"is {shown(found)}"
        wanted = "1" if version == 1 else f"a whole number, 1 … {version}"
        raise RtAudioGenError(f"{path}: '{VERSION}' {said}; expected {wanted}")
    if found > version:
        raise RtAudioGenError(
            f"{path}: {kind} version {shown(found)} of a newer rtaudiogen; this one reads up to "
            f"{version}"
        )
    return document


def _read(path: Path) -> Any:
    data = read_limited(path, MOST_BYTES)
    try:
        return parse_json(data)
    except ValueError as error:
        raise RtAudioGenError(f"{path}: damaged: {error}") from None


def kind_of(path: Path) -> str:
    """Return the kind in the file's heading; empty for anything else. [any]"""
    try:
        document = _read(path)
    except RtAudioGenError:
        return ""
    kind = document.get(KIND) if isinstance(document, dict) else ""
    return kind if isinstance(kind, str) else ""


def number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a finite number in range; ValueError otherwise. [any]"""
    expected = "a number" if math.isinf(low) and math.isinf(high) else f"{low:g} … {high:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{described(value)}; expected {expected}")
    if not low <= value <= high or abs(value) > FINITE:
        raise ValueError(f"{shown(value)}; expected {expected}")
    return float(value)


def whole(value: Any, low: int, high: int) -> int:
    """Return a whole number in range; ValueError otherwise. [any]"""
    expected = f"a whole number, {low} … {high}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{described(value)}; expected {expected}")
    if not low <= value <= high or value % 1:
        raise ValueError(f"{shown(value)}; expected {expected}")
    return int(value)


def text(value: Any) -> str:
    """Return a text of one line; ValueError otherwise. [any]"""
    if not isinstance(value, str):
        raise ValueError(f'{described(value)}; expected a text, "…"')
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(value)} characters; expected {LONGEST_TEXT} at most")
    if any(map(_is_control, value)):
        raise ValueError(f"{shown(value)}; expected a text without control characters")
    return value


def truth(value: Any) -> bool:
    """Return true or false, which may be written 1 and 0; ValueError otherwise. [any]"""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    raise ValueError(f"{described(value)}; expected true or false")


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character < "\xa0" or character in "\u2028\u2029"
