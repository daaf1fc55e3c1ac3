"""File names and messages as text that any terminal can print in one line."""

import os
from pathlib import Path


def shown(path: Path | str) -> str:
    """Return a name in which bytes that are not UTF-8 and control characters are escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(error: BaseException) -> str:
    """Return an error's message in one line; its type if it has none."""
    text = " ".join(str(error).split()).rstrip(". ")
    printable = text.encode("utf-8", "backslashreplace").decode()
    return printable or type(error).__name__
