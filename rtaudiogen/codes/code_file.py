"""Code files, `.rtac`: a sound as the codes of a model. Everything is [control].

    magic, version                    identify the format
    header                            what is needed to decode, as `CodeHeader`
    checksum                          CRC-32 of everything before it
    chunk, checksum, chunk, …         the codes

A chunk holds the codes of about a second, code frame by code frame and stage by stage, each in the
fewest bits that hold a code, the most significant one first; the last byte is filled with zeros.
Its checksum continues that of the chunk before, so none can be left out or change places. How many
chunks there are, and how long each is, follows from the header. Numbers are little-endian.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError
from ..storage.files import open_regular

Codes = NDArray[np.uint16]  # (code frames, stages)

MAGIC = b"\x89RTAC\r\n\x1a"  # shows damage by a transfer in text mode
VERSION = 1
SUFFIX = ".rtac"
DIGEST_BYTES = 32
_PREFIX = struct.Struct("<8sHH")  # magic, version, bytes of the model's id
_NUMBERS = struct.Struct("<IIHIIQ")
_CHECKSUM = struct.Struct("<I")
MAX_CHUNK_CODES = 1 << 20


@dataclass(frozen=True)
class CodeHeader:
    """Facts that are needed to decode a sound."""

    model: str  # its id
    digest: bytes  # (32,) of the model's contents
    sample_rate: int  # frames per second in Hz
    hop: int  # sound frames per code frame
    stages: int  # codes in a code frame
    codes: int  # a code is from 0 up to, not including, this
    chunk: int  # code frames in a chunk; the last one may be shorter
    frames: int = 0  # of the sound; the last code frame is filled with silence

    @property
    def code_frames(self) -> int:
        """Number of code frames in the file."""
        return -(-self.frames // self.hop)

    @property
    def payload_bytes(self) -> int:
        """Bytes of all chunks."""
        whole, rest = divmod(self.code_frames, self.chunk)
        return whole * self.chunk_bytes(self.chunk) + (self.chunk_bytes(rest) if rest else 0)

    def chunk_bytes(self, code_frames: int) -> int:
        """Return the bytes of a chunk of so many code frames, including its checksum."""
        return packed_bytes(code_frames * self.stages, self.codes) + _CHECKSUM.size

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.frames / self.sample_rate

    @property
    def bits_per_second(self) -> float:
        """Bit rate of the codes."""
        return 8 * self.payload_bytes / self.seconds

    def seconds_at(self, code_frame: int) -> float:
        """Return the second in which a code frame begins."""
        return code_frame * self.hop / self.sample_rate

    def is_possible(self) -> bool:
        """Return True if such a file can exist; this also bounds the memory of reading."""
        return (
            min(self.sample_rate, self.hop, self.stages, self.chunk, self.frames) > 0
            and 2 <= self.codes <= 1 << 16
            and self.chunk * self.stages <= MAX_CHUNK_CODES
        )


class CodeWriter:
    """Writes code frames as they come, and the header when the length is known."""

    def __init__(self, file: BinaryIO, header: CodeHeader) -> None:
        """Write a preliminary header to `file`, which must be seekable; its `frames` do not matter
        yet.
        """
        self._file, self._header = file, header
        self._waiting: Codes = np.zeros((0, header.stages), np.uint16)
        self._written, self._checksum = 0, 0
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
        payload = pack(codes, self._header.codes)
        self._checksum = zlib.crc32(payload, self._checksum)
        self._file.write(payload + _CHECKSUM.pack(self._checksum))
        self._written += len(codes)


def read_header(path: Path) -> CodeHeader:
    """Return the header of a code file. RtAudioGenError, one line, if it is damaged or none."""
    with open_regular(path) as file:
        return _read_header(path, file)


def read_codes(path: Path) -> Iterator[Codes]:
    """Yield the codes of a file, chunk by chunk, (code frames, stages) each.

    RtAudioGenError, one line with the time in the sound, at the first damaged chunk.
    """
    with open_regular(path) as file:
        header = _read_header(path, file)
        checksum = 0
        for start in range(0, header.code_frames, header.chunk):
            count = min(header.chunk, header.code_frames - start)
            payload = file.read(packed_bytes(count * header.stages, header.codes))
            checksum = zlib.crc32(payload, checksum)
            codes = None
            if file.read(_CHECKSUM.size) == _CHECKSUM.pack(checksum):
                codes = unpack(payload, count, header.stages, header.codes)
            if codes is None:
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
    numbers = _NUMBERS.pack(h.sample_rate, h.hop, h.stages, h.codes, h.chunk, h.frames)
    packed = _PREFIX.pack(MAGIC, VERSION, len(model)) + numbers + header.digest + model
    return packed + _CHECKSUM.pack(zlib.crc32(packed))


def pack(codes: Codes, size: int) -> bytes:
    """Pack codes from 0 up to, not including, `size` into as few bits as hold any of them."""
    values = codes.reshape(-1, 1)  # (codes, 1)
    return np.packbits(values >> _shifts(size) & 1).tobytes()


def unpack(payload: bytes, frames: int, stages: int, size: int) -> Codes | None:
    """Return what `pack` packed, (frames, stages); None if a code is out of range."""
    shifts = _shifts(size)
    bits = np.unpackbits(np.frombuffer(payload, np.uint8), count=frames * stages * len(shifts))
    parts = bits.reshape(-1, len(shifts)).astype(np.uint32) << shifts
    codes = parts.sum(-1)  # (frames · stages,)
    return codes.astype(np.uint16).reshape(frames, stages) if (codes < size).all() else None


def packed_bytes(count: int, size: int) -> int:
    """Return the bytes that so many codes take."""
    return -(-count * code_bits(size) // 8)


def code_bits(size: int) -> int:
    """Return the fewest bits that hold any of `size` codes."""
    return (size - 1).bit_length()


def _shifts(size: int) -> NDArray[np.uint16]:
    return np.arange(code_bits(size) - 1, -1, -1, dtype=np.uint16)


def _read_header(path: Path, file: BinaryIO) -> CodeHeader:
    prefix = file.read(_PREFIX.size)
    if not prefix.startswith(MAGIC):
        raise RtAudioGenError(f"{path}: not a code file; those come from 'rtaudiogen encode'")
    if len(prefix) < _PREFIX.size:
        raise RtAudioGenError(f"{path}: damaged in its header")
    _, version, id_bytes = _PREFIX.unpack(prefix)
    if version != VERSION:
        raise RtAudioGenError(f"{path}: code file version {version}; this one reads {VERSION}")
    rest = file.read(_NUMBERS.size + DIGEST_BYTES + id_bytes)
    if file.read(_CHECKSUM.size) != _CHECKSUM.pack(zlib.crc32(prefix + rest)):
        raise RtAudioGenError(f"{path}: damaged in its header")
    sample_rate, hop, stages, codes, chunk, frames = _NUMBERS.unpack_from(rest)
    digest = rest[_NUMBERS.size : _NUMBERS.size + DIGEST_BYTES]
    model = rest[_NUMBERS.size + DIGEST_BYTES :].decode(errors="replace")
    header = CodeHeader(model, digest, sample_rate, hop, stages, codes, chunk, frames)
    if not header.is_possible():
        raise RtAudioGenError(f"{path}: damaged in its header")
    return header
