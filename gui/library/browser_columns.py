"""Columns of the browser for each kind of item."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from rtaudiogen.client.library import Item, Kind

from ..transport.recorder_panel import bytes_text

DAY = "%Y-%m-%d %H:%M"


class Column(NamedTuple):
    """A column: its title, its text for an item, and the key that it is sorted by."""

    title: str
    text: Callable[[Item], str]
    key: Callable[[Item], Any]


def _plain(title: str, text: Callable[[Item], str]) -> Column:
    return Column(title, text, lambda item: text(item).lower())


def _name(item: Item) -> str:
    """Return the item's name; for an unusable item also the problem, shown across all columns."""
    if not item.problem:
        return item.model.name if item.model is not None else item.name
    return f"{item.name}: {item.problem.removeprefix(f'{item.path}: ')}"


def _remark(item: Item) -> str:
    if item.model is not None:
        return item.model.summary
    return f"codes of {', '.join(item.uses)}" if item.uses else ""


def _plays(item: Item) -> str:
    return ", ".join(sorted(item.model.plays)) if item.model else ""


def _origin(item: Item) -> str:
    return "own" if item.own else "built in"


def _speed(item: Item) -> str:
    return f"{item.real_time_factor:.1f} ×" if item.real_time_factor else "–"


def _length(item: Item) -> str:
    tenths = round(item.seconds * 10)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest / 10:04.1f}"


def _day(item: Item) -> str:
    return time.strftime(DAY, time.localtime(item.modified)) if item.modified else "–"


NAME = _plain("Name", _name)
REMARK = _plain("Remark", _remark)
DATE = Column("Date", _day, lambda item: item.modified)
MODELS = _plain("Models", lambda item: ", ".join(item.uses))

COLUMNS = {
    Kind.MODEL: (
        NAME,
        _plain("Plays", _plays),
        Column("Speed", _speed, lambda item: item.real_time_factor),
        _plain("Id", lambda item: item.name),
        _plain("Origin", _origin),
        REMARK,
    ),
    Kind.PRESET: (
        NAME,
        _plain("Instrument", lambda item: item.instrument or item.family),
        _plain("Tags", lambda item: ", ".join(item.tags)),
        _plain("Description", lambda item: item.description),
    ),
    Kind.SESSION: (NAME, DATE, MODELS),
    Kind.RECORDING: (  # any sound
        NAME,
        Column("Length", _length, lambda item: item.seconds),
        Column("Size", lambda item: bytes_text(item.size_bytes), lambda item: item.size_bytes),
        DATE,
        Column("Marks", lambda item: str(item.marks) if item.marks else "–", lambda i: i.marks),
        REMARK,
    ),
}
