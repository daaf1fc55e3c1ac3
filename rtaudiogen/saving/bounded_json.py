"""JSON from untrusted files, read in bounded time and memory or refused."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

MOST_BYTES = 16 << 20
MOST_CONTAINERS, MOST_MEMBERS = 1 << 18, 1 << 20
MOST_DEPTH, MOST_DIGITS = 24, 20


def loads(payload: bytes | str, most_bytes: int = MOST_BYTES, finite: bool = True) -> Any:
    """Return the value of a JSON text. [any]

    ValueError, with one short reason, for text that is not JSON in UTF-8, repeats a key, nests
    deeper than MOST_DEPTH, has numbers that are not finite or longer than MOST_DIGITS, or is larger
    than anything that this program writes. Without `finite`, NaN and infinities are numbers.
    """
    if len(payload) > most_bytes:
        raise ValueError(f"{len(payload)} bytes of JSON, expected at most {most_bytes}")
    text = _decoded(payload)
    if text.count("[") + text.count("{") > MOST_CONTAINERS or text.count(",") > MOST_MEMBERS:
        raise ValueError("more entries than expected in any such file")
    try:
        value = json.loads(
            text,
            parse_constant=_refuse if finite else None,
            parse_float=_finite if finite else None,
            parse_int=_whole,
            object_pairs_hook=_without_repeats,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _is_deeper(value, MOST_DEPTH):
        raise ValueError("nested too deeply")
    _refuse_half_characters(text, value)
    return value


def _decoded(payload: bytes | str) -> str:
    if isinstance(payload, str):
        return payload
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise ValueError("not text in UTF-8") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:MOST_DIGITS]} is too large a number")
    return value


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"{digits[:MOST_DIGITS]}… is too long a number")
    return int(digits)


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in members if names.count(name) > 1)
        raise ValueError(f"'{twice[:50]}' occurs twice")
    return members


def _is_deeper(value: Any, levels: int) -> bool:
    level: list[Any] = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return False
    return True


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_half_characters(text: str, value: Any) -> None:
    r"""Refuse a lone surrogate (\ud800): it can be neither printed nor written."""
    if "\\u" not in text:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text in it holds half a character") from None
