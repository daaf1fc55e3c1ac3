"""Tooltips in lines of a length that can be read."""

import textwrap

LETTERS = 60  # of a line; a longer one covers what is being turned


def wrapped(text: str) -> str:
    """Return a text whose lines have at most `LETTERS` letters; its own line ends stay."""
    lines = text.split("\n")
    return "\n".join(part for line in lines for part in textwrap.wrap(line, LETTERS) or [""])
