"""How the reading of a folder tells what it did: one line a fact."""

from collections.abc import Callable, Sequence

Say = Callable[[str], None]

SHOWN = 3  # names in a line


def some(names: Sequence[str], most: int = SHOWN) -> str:
    """Return the first of the names, and how many more there are."""
    shown = ", ".join(map(printable, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def printable(name: str) -> str:
    """Return a name as it can stand in a line of any terminal or file."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)[:120]
