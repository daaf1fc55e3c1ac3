"""Replacement headers for files that libsndfile would misread."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

TAG = b"ID3\x03\0\0\0\0\0\x0a" + bytes(10)  # an empty one
MOST_FORMAT_BYTES = 64
CHUNKS = frozenset(
    (b"fmt ", b"data", b"fact", b"LIST", b"bext", b"smpl", b"inst", b"cue ", b"id3 ")
)

Chunk = tuple[bytes, int, int]  # name, place of the content, length


@dataclass(frozen=True)
class Head:
    """Bytes to read in place of the first `skipped` bytes of a file."""

    content: bytes = b""
    skipped: int = 0


def mpeg_head(head: bytes) -> Head | None:
    """Return an ID3 tag for an MPEG stream that has none: libsndfile would only guess its format.

    The stream begins with the sync word of a frame (ISO 11172-3, 2.4.1.3).
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer, rate, bits = head[1] >> 1 & 3, head[2] >> 2 & 3, head[2] >> 4
    return Head(TAG) if layer and rate != 3 and bits not in (0, 15) else None


def wave_head(file: BinaryIO, chunks: Sequence[Chunk], size: int) -> Head | None:
    """Return the usual header for a WAV file whose sound precedes its format, or whose odd chunks
    are not padded.

    Return None if the file is already in the usual order, or has no sound.
    """
    first = {name: (place, length) for name, place, length in reversed(chunks)}
    if not first.get(b"data", (0, 0))[1] or b"fmt " not in first:
        return None
    (place, length), (format_place, format_length) = first[b"data"], first[b"fmt "]
    if format_place < place and not _is_unpadded(chunks, place):
        return None
    file.seek(format_place)
    format_chunk = file.read(min(format_length, MOST_FORMAT_BYTES))
    format_chunk += bytes(len(format_chunk) % 2)
    length = min(length, size - place)
    content = b"fmt " + struct.pack("<I", len(format_chunk)) + format_chunk
    content += b"data" + struct.pack("<I", length)
    riff = b"RIFF" + struct.pack("<I", 4 + len(content) + length) + b"WAVE"
    return Head(riff + content, place)


def _is_unpadded(chunks: Sequence[Chunk], until: int) -> bool:
    ends = [place + length for _, place, length in chunks if length % 2]
    starts = {place - 8 for _, place, _ in chunks}
    return any(end in starts for end in ends if end < until)


def is_padded(file: BinaryIO, end: int) -> bool:
    """Return True if the padding byte follows an odd chunk that ends at `end`."""
    file.seek(end)
    behind = file.read(5)
    return not (behind[:4] in CHUNKS and behind[1:] not in CHUNKS)
