"""File names that every system accepts, and names made from any text."""

import hashlib
import os
import unicodedata
from collections.abc import MutableMapping

NOT_IN_NAMES = frozenset('/\\:*?"<>|')
LONGEST_BYTES = 200  # systems allow 255; leaves room for numbers and suffixes
JOINER = "\u200d"  # between the parts of an emoji: the one unprintable character that names have
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)  # devices of Windows, whatever the suffix
_DIGITS = 8


def is_printable(text: str) -> bool:
    """Return True for a text without control characters or halves of characters."""
    return text.replace(JOINER, "").isprintable()


def problem_of(name: str) -> str:
    """Return why a name cannot be a file's name on some system, in a few words; empty if it can."""
    if not name.strip():
        return "it is empty"
    if len(name.encode(errors="replace")) > LONGEST_BYTES:
        return f"it is longer than {LONGEST_BYTES} bytes"
    if wrong := sorted(NOT_IN_NAMES & set(name)):
        return f"'{wrong[0]}' cannot be in it"
    if not is_printable(name):
        return "it has characters that cannot be shown"
    if name.startswith(".") or name != name.strip() or name.endswith("."):
        return "it begins with a dot, or begins or ends with a space, or ends with a dot"
    if name.split(".")[0].strip().lower() in _RESERVED:
        return "Windows keeps that name for a device"
    return ""


def safe_name(text: str) -> str:
    """Return a name, without suffix, that keeps as much of a text as a file's name can.

    Two texts may have the same name; `unique_name` distinguishes them.
    """
    kept = "".join(
        "_" if c in NOT_IN_NAMES or not is_printable(c) else c
        for c in unicodedata.normalize("NFC", text)
    )
    kept = kept.strip(" .").lstrip("-")
    short = kept.encode(errors="replace")[: LONGEST_BYTES // 2].decode(errors="ignore").rstrip(" .")
    if not short:
        return "_"
    return f"_{short}" if short.split(".")[0].strip().lower() in _RESERVED else short


def unique_name(text: str, taken: MutableMapping[str, str]) -> str:
    """Return a safe name that no other text has, and note it in `taken`.

    `taken` maps `folded` names to texts. The same text gets the same name again; a name that is
    taken is extended by a few digits of the text's digest.
    """
    plain = safe_name(text)
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    for name in (plain, f"{plain}-{digest}"):
        if taken.setdefault(folded(name), text) == text:
            return name
    raise ValueError(f"two texts of one digest: {text!r}")


def folded(name: str) -> str:
    """Return a form that is equal for all names that a file system may treat as the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def temporary_name(name: str) -> str:
    """Return a name for a file that is to be called `name` when it is whole."""
    start = os.fsencode(name)[:100].decode(errors="ignore")
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:_DIGITS]
    return f"{start}.{digest}.{os.getpid()}.part"
