"""Code files, `.rtac`: a sound as the codes of a model. Everything is [control].

    magic, version                    identify the format
    header                            what is needed to decode, as `CodeHeader`
    checksum                          CRC-32 of everything before it
    chunk, checksum, chunk, …         the codes

A chunk holds the codes of some seconds, as `packing` describes. A plain one has as many bytes as
follow from the header; one that a prior has predicted begins with their number. Its checksum is
that of these bytes and of the plain ones, so that codes from another prediction than the writer's
are noticed. Each checksum continues that of the chunk before, so none can be left out or change
places. Numbers are little-endian. Files of version 1 are plain, and give every stage as many bits
as the largest book needs.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import RtAudioGenError
from ..storage.files import open_regular
from .packing import Codes, Packing, PlainPacking

MAGIC = b"\x89RTAC\r\n\x1a"  # shows damage by a transfer in text mode
VERSION = 2
PLAIN, PREDICTED = 0, 1  # how codes are packed
SUFFIX = ".rtac"
DIGEST_BYTES = 32
_PREFIX = struct.Struct("<8sHH")  # magic, version, bytes of the model's id
_OLD_NUMBERS = struct.Struct("<IIHIIQ")  # of version 1: rate, hop, stages, codes, chunk, frames
_NUMBERS = struct.Struct("<IIHHIQ")  # sample rate, hop, stages, packing, chunk, frames
_BOOK = struct.Struct("<I")
_LENGTH = struct.Struct("<I")  # of a predicted chunk
_CHECKSUM = struct.Struct("<I")
MAX_CHUNK_CODES = 1 << 20
MOST_BYTES = 4  # of a predicted code: it takes 32 bits at most


@dataclass(frozen=True)
class CodeHeader:
    """Facts that are needed to decode a sound."""

    model: str  # its id
    digest: bytes  # (32,) of the model's contents
    sample_rate: int  # frames per second in Hz
    hop: int  # sound frames per code frame
    books: tuple[int, ...]  # of each stage: a code is from 0 up to, not including, this
    chunk: int  # code frames in a chunk; the last one may be shorter
    frames: int = 0  # of the sound; the last code frame is filled with silence
    packing: int = PLAIN

    @property
    def stages(self) -> int:
        """Codes in a code frame."""
        return len(self.books)

    @property
    def code_frames(self) -> int:
        """Number of code frames in the file."""
        return -(-self.frames // self.hop)

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.frames / self.sample_rate

    def seconds_at(self, code_frame: int) -> float:
        """Return the second in which a code frame begins."""
        return code_frame * self.hop / self.sample_rate

    def is_possible(self) -> bool:
        """Return True if such a file can exist; this also bounds the memory of reading."""
        return (
            min(self.sample_rate, self.hop, self.stages, self.chunk, self.frames) > 0
            and all(2 <= size <= 1 << 16 for size in self.books)
            and self.chunk * self.stages <= MAX_CHUNK_CODES
            and self.packing in (PLAIN, PREDICTED)
        )


class CodeWriter:
    """Writes code frames as they come, and the header when the length is known."""

    def __init__(self, file: BinaryIO, header: CodeHeader, packing: Packing) -> None:
        """Write a preliminary header to `file`, which must be seekable; its `frames` do not matter
        yet. `packing` is of the header's kind.
        """
        self._file, self._header, self._packing = file, header, packing
        self._waiting: Codes = np.zeros((0, header.stages), np.uint16)
        self._written, self._checksum = 0, 0
        self.payload_bytes = 0  # of all chunks
        file.write(pack_header(header))

    def write(self, codes: Codes) -> None:
        """Write codes, (any number of code frames, stages)."""
        waiting = np.concatenate([self._waiting, codes])
        chunk = self._header.chunk
        while len(waiting) >= chunk:
            self._write_chunk(waiting[:chunk])
            waiting = waiting[chunk:]
        self._waiting = waiting.copy()

    def finish(self, frames: int) -> CodeHeader:
        """Write the last chunk and the header with the number of sound frames; return it."""
        if len(self._waiting):
            self._write_chunk(self._waiting)
        header = replace(self._header, frames=frames)
        if header.code_frames != self._written:
            raise ValueError(f"{frames} frames, but {self._written} code frames")
        self._file.seek(0)
        self._file.write(pack_header(header))
        return header

    def _write_chunk(self, codes: Codes) -> None:
        payload = self._packing.pack(codes)
        self._checksum = _checksum(self._header, payload, codes, self._checksum)
        length = _LENGTH.pack(len(payload)) if self._header.packing == PREDICTED else b""
        chunk = length + payload + _CHECKSUM.pack(self._checksum)
        self._file.write(chunk)
        self.payload_bytes += len(chunk)
        self._written += len(codes)


def read_header(path: Path) -> CodeHeader:
    """Return the header of a code file. RtAudioGenError, one line, if it is damaged or none."""
    with open_regular(path) as file:
        return _read_header(path, file)


def read_codes(path: Path, packing: Packing) -> Iterator[Codes]:
    """Yield the codes of a file, chunk by chunk, (code frames, stages) each.

    `packing` is of the header's kind. RtAudioGenError, one line with the time in the sound, at the
    first damaged chunk.
    """
    with open_regular(path) as file:
        header = _read_header(path, file)
        plain, checksum = PlainPacking(header.books), 0
        for start in range(0, header.code_frames, header.chunk):
            count = min(header.chunk, header.code_frames - start)
            payload = file.read(_chunk_bytes(file, header, plain.bytes_of(count)))
            codes = packing.unpack(payload, count)
            stored = file.read(_CHECKSUM.size)
            if codes is not None:
                checksum = _checksum(header, payload, codes, checksum)
            if codes is None or stored != _CHECKSUM.pack(checksum):
                raise RtAudioGenError(
                    f"{path}: damaged at {header.seconds_at(start):.1f} s of {header.seconds:.1f} s"
                )
            yield codes
        if file.read(1):
            raise RtAudioGenError(f"{path}: damaged: there are bytes after its end")


def pack_header(header: CodeHeader) -> bytes:
    """Return all bytes before the first chunk; their number does not depend on the values."""
    model = header.model.encode()
    h = header
    numbers = _NUMBERS.pack(h.sample_rate, h.hop, h.stages, h.packing, h.chunk, h.frames)
    books = b"".join(map(_BOOK.pack, h.books))
    packed = _PREFIX.pack(MAGIC, VERSION, len(model)) + numbers + books + header.digest + model
    return packed + _CHECKSUM.pack(zlib.crc32(packed))


def _checksum(header: CodeHeader, payload: bytes, codes: Codes, before: int) -> int:
    checksum = zlib.crc32(payload, before)
    if header.packing == PLAIN:
        return checksum
    return zlib.crc32(PlainPacking(header.books).pack(codes), checksum)


def _chunk_bytes(file: BinaryIO, header: CodeHeader, plain: int) -> int:
    """Return how many bytes the next chunk has, of which a damaged length does not make more than
    could be.
    """
    if header.packing == PLAIN:
        return plain
    length = file.read(_LENGTH.size)
    return min(int.from_bytes(length, "little"), MOST_BYTES * header.chunk * header.stages)


def _read_header(path: Path, file: BinaryIO) -> CodeHeader:
    prefix = file.read(_PREFIX.size)
    if not prefix.startswith(MAGIC):
        raise RtAudioGenError(f"{path}: not a code file; those come from 'rtaudiogen encode'")
    if len(prefix) < _PREFIX.size:
        raise _damaged(path)
    _, version, id_bytes = _PREFIX.unpack(prefix)
    if not 1 <= version <= VERSION:
        raise RtAudioGenError(
            f"{path}: code file version {version}; this one reads up to {VERSION}"
        )
    kind = _OLD_NUMBERS if version == 1 else _NUMBERS
    packed = file.read(kind.size)
    if len(packed) < kind.size:
        raise _damaged(path)
    sample_rate, hop, stages, fourth, chunk, frames = kind.unpack(packed)
    packed += file.read(0 if version == 1 else stages * _BOOK.size)
    rest = file.read(DIGEST_BYTES + id_bytes)
    if file.read(_CHECKSUM.size) != _CHECKSUM.pack(zlib.crc32(prefix + packed + rest)):
        raise _damaged(path)
    packing, books = PLAIN, (fourth,) * stages
    if version > 1:
        packing, books = fourth, tuple(b for (b,) in _BOOK.iter_unpack(packed[kind.size :]))
    digest, model = rest[:DIGEST_BYTES], rest[DIGEST_BYTES:].decode(errors="replace")
    header = CodeHeader(model, digest, sample_rate, hop, books, chunk, frames, packing)
    if not header.is_possible():
        raise _damaged(path)
    return header


def _damaged(path: Path) -> RtAudioGenError:
    return RtAudioGenError(f"{path}: damaged in its header")
