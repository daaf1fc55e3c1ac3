"""Messages about the reading of a folder, one line each."""

from collections.abc import Callable, Sequence

Say = Callable[[str], None]

SHOWN = 3  # names in a line


def some(names: Sequence[str], most: int = SHOWN) -> str:
    """Return the first names and the number of further ones."""
    shown = ", ".join(map(printable, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def printable(name: str) -> str:
    """Return a name in a form that any terminal or file can show in one line."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)[:120]
