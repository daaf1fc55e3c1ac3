"""JSON that people edit: errors name the place and what would be right."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 64  # objects and lists inside each other
LONGEST_NUMBER = 400  # digits; a float64 has room for 309
LONGEST_SHOWN = 40  # characters of a wrong value
TWICE = object()  # key of an object's names that were given more than once

_HINTS = {
    "//": "a comment; JSON has none, so take it out",
    "/*": "a comment; JSON has none, so take it out",
    "#": "a comment; JSON has none, so take it out",
    "'": 'text stands between double quotes: "…"',
    "“": 'text stands between straight quotes: "…"',
    "„": 'text stands between straight quotes: "…"',
    "True": "in small letters: true",
    "False": "in small letters: false",
    "None": "JSON writes it as null",
}


def parse_json(data: bytes) -> Any:
    """Return the document in `data`, of UTF-8, 16 or 32, with or without a byte order mark. [any]

    ValueError, in one line with the place, for text that is not JSON, for numbers that are not
    finite, names that an object has twice, broken characters, and nesting deeper than `DEEPEST`.
    """
    text = _decoded(data)
    if not text.strip():
        raise ValueError("an empty file")
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{place}: {_cause(error)}") from None
    except RecursionError:
        raise ValueError(f"nested more than {DEEPEST} deep") from None
    _inspect(document)
    return document


def shown(value: Any) -> str:
    """Return a JSON value as it is written, in ASCII, shortened for a message. [any]"""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "a number too large for a float64"
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def described(value: Any) -> str:
    """Return a JSON value with the name of its kind: '"false" is a text'. [any]"""
    if value is None or isinstance(value, bool):
        return shown(value)
    kinds = {str: "a text", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    kind = "an object" if isinstance(value, Mapping) else kinds.get(type(value), "something else")
    return f"{shown(value)} is {kind}"


def place_of(path: tuple[str | int, ...]) -> str:
    """Return a place in a document in words: "slot 2: values: level". Empty at the top. [any]"""
    words: list[str] = []
    for step in path:
        if isinstance(step, str):
            words.append(printable(step))
        elif words:
            words[-1] = f"{words[-1].removesuffix('s')} {step + 1}"
        else:
            words.append(f"item {step + 1}")
    return ": ".join(words)


def printable(name: str) -> str:
    """Return a name that fits into one line, quoted if it holds anything unusual. [any]"""
    short = name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 1] + "…"
    return short if short.isprintable() and short.strip() == short != "" else json.dumps(short)


def _decoded(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"byte {error.start} is not {encoding.removesuffix('-sig').upper()}; save it as UTF-8"
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    values: dict[Any, Any] = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        values[TWICE] = next(name for name in values if names.count(name) > 1)
    return values


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= LONGEST_NUMBER else float(text)


def _cause(error: json.JSONDecodeError) -> str:
    """Return the usual mistake at this place, if there is one, or the parser's message."""
    here, before = error.doc[error.pos :], error.doc[: error.pos].rstrip()
    for start, hint in _HINTS.items():
        if here.startswith(start):
            return hint
    if here[:1] in ("}", "]") and before.endswith(","):
        return f"there is a comma before '{here[0]}'; take it out"
    if not here.strip():
        return "the file ends too early; a bracket or a quote is not closed"
    if "escape" in error.msg:
        return r"a backslash in a text is written twice: \\"
    if "control character" in error.msg:
        return r"a line break or a tab inside a text; they are written \n and \t"
    return error.msg[0].lower() + error.msg[1:]


def _inspect(document: Any) -> None:
    """Refuse values that could not be written again, or are ambiguous."""
    for path, value in _walk(document):
        place = f"{place_of(path)}: " if path else ""
        if len(path) > DEEPEST:
            raise ValueError(f"nested more than {DEEPEST} deep")
        if isinstance(value, dict) and TWICE in value:
            raise ValueError(f"{place}'{printable(value[TWICE])}' occurs twice; keep one of them")
        if isinstance(value, int | float) and not abs(value) < math.inf:
            raise ValueError(f"{place}{shown(value)}; expected a finite number")
        for text in (value, *path[-1:]):
            if isinstance(text, str) and not _is_whole(text):
                raise ValueError(f"{place}half a character in {shown(text)}")


def _walk(document: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every value with its path, without recursion."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend(((*path, name), v) for name, v in value.items() if name is not TWICE)
        elif isinstance(value, list):
            waiting.extend(((*path, index), v) for index, v in enumerate(value))


def _is_whole(text: str) -> bool:
    """Return True for a text without a surrogate that lacks its other half."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
