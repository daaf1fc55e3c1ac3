"""Text of a table file in any encoding of spreadsheets and editors."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError

MOST_BYTES = 64 * 1024**2
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an old Excel",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF",
    b"{\\rtf": "a rich text",
    b"bplist": "a property list",
}
# Tried if a table is not UTF-8; most spreadsheets write the first.
_OLD = ("cp1252", "mac_roman", "cp850", "cp1250", "cp1251", "shift_jis", "gb18030")


def read_bytes(path: Path) -> bytes:
    """Return the content of a table file. [control]

    RtAudioGenError, one line, if it cannot be a table.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(data) > MOST_BYTES:
        raise RtAudioGenError(f"{path}: is larger than {MOST_BYTES // 1024**2} MB, too large")
    for magic, kind in _FOREIGN.items():
        if data.startswith(magic):
            raise RtAudioGenError(f"{path}: is {kind}, not a text; save it as CSV (UTF-8)")
    return data


def decodings(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield (encoding, text) for each possible reading of the bytes, the likeliest first.

    Only bytes that are not Unicode are ambiguous and yield more than one.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            yield encoding, data.decode(encoding, "replace").lstrip("\ufeff")
            return
    if wide := _wide(data):
        yield wide, data.decode(wide, "replace")
        return
    text = data.decode("utf-8", "surrogateescape")
    strays = sum("\udc80" <= character <= "\udcff" for character in text)
    if not strays:
        yield "utf-8", text
    elif sum(character > "\x7f" for character in text) > 2 * strays:
        yield "utf-8", "".join(_mended(character) for character in text)
    else:
        yield from _old(data)


def _wide(data: bytes) -> str | None:
    """Return the UTF-16 encoding of bytes without a byte order mark, or None."""
    if len(data) < 4 or 4 * data.count(0) < len(data):
        return None
    return "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"


def _mended(character: str) -> str:
    """Return the character of a stray byte in a UTF-8 text, read in Windows' encoding."""
    if not "\udc80" <= character <= "\udcff":
        return character
    return bytes([ord(character) - 0xDC00]).decode("cp1252", "replace")


def _old(data: bytes) -> Iterator[tuple[str, str]]:
    for encoding in _OLD:
        try:
            yield encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    yield "latin-1", data.decode("latin-1")
