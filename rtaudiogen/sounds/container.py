"""Repair of the headers of WAV, BW64, CAF and MP3 files before libsndfile reads them.

Programs that stream cannot go back to write the size of the data; recordings that were cut off lack
it, too. Nothing is written: the file is read through a view in which some bytes are replaced.
"""

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from .rebuilt import Head, is_padded, mpeg_head, wave_head

UNKNOWN_SIZE = 0x7FFF0000  # sizes from here on mean "unknown" in streamed files
MOST_CHUNKS = 10_000
HEAD_BYTES = 12  # of a RIFF file: name, size, form
W64_HEAD_BYTES, W64_CHUNK_BYTES = 40, 24

Patch = tuple[int, bytes]  # a position, and the bytes that are read there


@dataclass(frozen=True)
class Container:
    """Facts about a file's data from its header."""

    patches: tuple[Patch, ...] = ()
    share: float = 1.0  # of the data that the header promises: the part that is in the file
    head: Head | None = None  # replaces the beginning of the file


class PatchedFile(io.RawIOBase):
    """A file with replaced bytes. It never raises, because libsndfile calls it.

    The offsets of patches count in the original file, without a replaced head.
    """

    def __init__(
        self, file: BinaryIO, patches: Sequence[Patch] = (), head: Head | None = None
    ) -> None:
        self._file, self._patches, self._head = file, patches, head or Head()
        self._shift = len(self._head.content) - self._head.skipped
        self._size = os.fstat(file.fileno()).st_size + self._shift
        self._place = 0

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`, writable bytes, from the current position.

        Return the number of bytes, 0 at the end.
        """
        try:
            data = bytearray(self._head.content[self._place : self._place + len(buffer)])
            self._file.seek(max(self._place, len(self._head.content)) - self._shift)
            data += self._file.read(len(buffer) - len(data))
        except (OSError, ValueError):
            return 0
        for offset, replacement in self._patches:
            for index, value in enumerate(replacement, offset - self._place):
                if 0 <= index < len(data):
                    data[index] = value
        buffer[: len(data)] = bytes(data)
        self._place += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, but not before the start."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        """Return the current position."""
        return self._place

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()


def examine(file: BinaryIO) -> Container:
    """Return the repairs that a file needs; empty for other formats. OSError if it is
    unreadable.
    """
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if mpeg := mpeg_head(head):
        return Container(head=mpeg)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return _examine_wave(file, head[:4], size)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _examine_aiff(file, size)
    if head[:4] == b"caff":
        return _examine_caf(file, size)
    if head[:4] == b"riff":
        return _examine_w64(file, size)
    return Container()


def _examine_wave(file: BinaryIO, magic: bytes, size: int) -> Container:
    promised_64 = 0
    chunks = list(_chunks(file, "<I", HEAD_BYTES, size))
    if magic == b"RIFF" and (rebuilt := wave_head(file, chunks, size)):
        share = next((size - p) / n for name, p, n in chunks if name == b"data" and n)
        return Container(head=rebuilt, share=min(share, 1.0))
    for name, place, length in chunks:
        if name == b"ds64" and length >= 16:
            file.seek(place + 8)
            (promised_64,) = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))
        if name == b"data":
            return _wave_data(file, magic, size, place, length, promised_64)
    return Container()


def _wave_data(
    file: BinaryIO, magic: bytes, size: int, place: int, length: int, promised_64: int
) -> Container:
    there = size - place
    if length == 0xFFFFFFFF and magic != b"RIFF":
        length = promised_64 if promised_64 else UNKNOWN_SIZE
    streamed = length >= UNKNOWN_SIZE and length > there
    if length == 0 and there > 0 and not _only_chunks_follow(file, place, size):
        streamed = True
    share = 1.0 if streamed or length <= there else there / length
    if magic == b"RIFF" and not (streamed and length == 0):
        return Container(share=share)
    if magic == b"RF64" and not streamed:
        return Container(share=share)
    used = there if streamed else min(length, there)
    if used < UNKNOWN_SIZE and size < UNKNOWN_SIZE:  # then a plain WAV says it all
        patches = (
            (0, b"RIFF" + struct.pack("<I", size - 8)),
            (place - 4, struct.pack("<I", used)),
        )
        return Container(patches, share)
    return Container(((0, b"RF64"),), share)


def _only_chunks_follow(file: BinaryIO, place: int, size: int) -> bool:
    """Return True if a file without data goes on with other chunks to its very end."""
    end = place
    for name, start, length in _chunks(file, "<I", place, size):
        if not all(0x20 <= byte < 0x7F for byte in name):
            return False
        end = start + length + length % 2
    return size - 1 <= end <= size + 1


def _examine_aiff(file: BinaryIO, size: int) -> Container:
    for name, place, length in _chunks(file, ">I", HEAD_BYTES, size):
        if name == b"SSND":
            there = size - place
            return Container(share=1.0 if length <= there else there / length)
    return Container()


def _examine_caf(file: BinaryIO, size: int) -> Container:
    for name, place, length in _chunks(file, ">q", 8, size):
        there = size - place
        if name == b"data" and not 0 <= length <= there:  # -1 stands for "to the end"
            share = there / length if length > 0 else 1.0
            return Container(((place - 8, struct.pack(">q", there)),), share)
    return Container()


def _examine_w64(file: BinaryIO, size: int) -> Container:
    place = W64_HEAD_BYTES
    for _ in range(MOST_CHUNKS):
        file.seek(place)
        header = file.read(W64_CHUNK_BYTES)
        if len(header) < W64_CHUNK_BYTES:
            break
        (length,) = struct.unpack("<Q", header[16:])
        if header[:4] == b"data":
            there = size - place
            return Container(share=1.0 if length <= there else there / length)
        place += max(W64_CHUNK_BYTES, (length + 7) // 8 * 8)
    return Container()


def _chunks(file: BinaryIO, form: str, place: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, the position of its content, and its length, as they are written."""
    width = struct.calcsize(form)
    for _ in range(MOST_CHUNKS):
        file.seek(place)
        header = file.read(4 + width)
        if len(header) < 4 + width:
            return
        (length,) = struct.unpack(form, header[4:])
        place += 4 + width
        yield header[:4], place, length
        if length < 0 or place + length > size:
            return
        place += length
        if width == 4 and length % 2 and is_padded(file, place):
            place += 1
