"""Recognition of files that are no sounds, or sounds in formats that cannot be read here."""

from contextlib import suppress
from pathlib import Path

HEAD_BYTES = 512
OTHER = "convert it to WAV or FLAC with another program"

_BEGINNINGS: dict[bytes, str] = {
    b"\x30\x26\xb2\x75": f"Windows Media, which is not read; {OTHER}",
    b"\x1a\x45\xdf\xa3": f"Matroska or WebM, which is not read; {OTHER}",
    b"wvpk": f"WavPack, which is not read; {OTHER}",
    b"MAC ": f"Monkey's Audio, which is not read; {OTHER}",
    b"MThd": "a MIDI file; expected a sound file (WAV, FLAC, OGG …)",
    b"PK\x03\x04": "a ZIP archive; unpack it first",
    b"version https://git-lfs": "only a pointer of Git LFS: the sound itself was not downloaded",
    b"\0\x05\x16\x07": "metadata that macOS stores next to a file on foreign disks, not a sound",
}


def foreign(path: Path) -> str:
    """Return a description of a file that cannot be read as sound; empty if its kind is unknown.
    [control]
    """
    head = b""
    with suppress(OSError, ValueError), path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[4:8] == b"ftyp":
        return f"MPEG-4 (M4A, AAC), which is not read; {OTHER}"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return f"AAC, which is not read; {OTHER}"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "a web page instead of a sound; download it again"
    if len(head) == HEAD_BYTES and not any(head):
        return "only zeros at the start; the file was not written or copied completely"
    return next((what for begin, what in _BEGINNINGS.items() if head.startswith(begin)), "")
