"""WAV files that are valid at every moment of their recording, of any length.

RIFF sizes are 32 bits. A `JUNK` chunk of 28 bytes reserves the place of `ds64`, so a file that
grows past them becomes RF64 in place (EBU Tech 3306). Dropouts become `cue ` points with labels
(Microsoft, Multimedia Programming Interface and Data Specifications 1.0).
"""

import os
import struct
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.recorder.marks import Mark
from rtaudiogen.recorder.samples import Encoder, SampleFormat
from rtaudiogen.storage.files import appearing_whole

RIFF_LIMIT_BYTES = 0xFFFF_FFFF
_SIZE_ELSEWHERE = 0xFFFF_FFFF  # "see ds64"
_DS64_BYTES = 28
_PCM, _IEEE_FLOAT = 1, 3
_CUES = 1000  # readers refuse more than a few thousand; the sidecar has all


def chunk(name: bytes, payload: bytes) -> bytes:
    """Return a RIFF chunk, padded to even length."""
    return struct.pack("<4sI", name, len(payload)) + payload + b"\0" * (len(payload) % 2)


def cue_chunks(marks: Sequence[Mark]) -> bytes:
    """Return cue points with labels; marks past 2³² frames do not fit into a cue chunk."""
    marks = [mark for mark in marks if mark.frame <= 0xFFFF_FFFF][:_CUES]
    if not marks:
        return b""
    points = b"".join(
        struct.pack("<II4sIII", number, mark.frame, b"data", 0, 0, mark.frame)
        for number, mark in enumerate(marks, 1)
    )
    labels = b"".join(
        chunk(b"labl", struct.pack("<I", number) + mark.label.encode() + b"\0")
        for number, mark in enumerate(marks, 1)
    )
    cues = chunk(b"cue ", struct.pack("<I", len(marks)) + points)
    return cues + chunk(b"LIST", b"adtl" + labels)


class WavWriter:
    """A WAV file being written; after every `write` the file on disk is whole. [writer]

    `riff_limit_bytes` is the size at which it becomes RF64; tests set it below 4 GiB.
    """

    def __init__(
        self,
        path: Path,
        sample_rate: int,
        channels: int,
        sample_format: SampleFormat = SampleFormat.FLOAT32,
        riff_limit_bytes: int = RIFF_LIMIT_BYTES,
        dither: bool = False,
    ) -> None:
        """Create the file; FileExistsError if it exists."""
        self.frames = 0
        self._sample_rate, self._channels = sample_rate, channels
        self._format, self._limit = sample_format, riff_limit_bytes
        self._encode = Encoder(sample_format, dither)
        self._frame_bytes = channels * sample_format.sample_bytes
        self._header_bytes = len(self._header(0))
        self._file = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
        )
        try:
            self._put(0, self._header(0))
        except OSError:
            os.close(self._file)
            path.unlink()
            raise

    @property
    def clipped(self) -> int:
        """Values so far beyond full scale, which the format cannot store."""
        return self._encode.clipped

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (frames, channels). OSError if the disk is full: the file keeps what it had."""
        try:
            self._put(self._end(), self._encode(block))
            self.frames += len(block)
            self._put(0, self._header(0))
        except OSError:
            os.ftruncate(self._file, self._end())
            raise

    def close(self, marks: Sequence[Mark] = ()) -> None:
        """Add the marks as cue points, if there is room, and close the file."""
        tail = b"\0" * (self._data_bytes() % 2) + cue_chunks(marks)
        try:
            self._put(self._end(), tail)
            self._put(0, self._header(len(tail)))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._end())
                self._put(0, self._header(0))
        finally:
            os.close(self._file)

    def _data_bytes(self) -> int:
        return self.frames * self._frame_bytes

    def _end(self) -> int:
        return self._header_bytes + self._data_bytes()

    def _put(self, offset: int, payload: bytes) -> None:
        os.lseek(self._file, offset, os.SEEK_SET)
        rest = memoryview(payload)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def _header(self, tail_bytes: int) -> bytes:
        """Return everything before the samples, with the present sizes."""
        float_format = self._format is SampleFormat.FLOAT32
        fields = struct.pack(
            "<HHIIHH",
            _IEEE_FLOAT if float_format else _PCM,
            self._channels,
            self._sample_rate,
            self._sample_rate * self._frame_bytes,
            self._frame_bytes,
            8 * self._format.sample_bytes,
        )
        data_bytes = self._data_bytes()
        format_chunks = chunk(b"fmt ", fields)
        if float_format:
            fact = struct.pack("<I", min(self.frames, _SIZE_ELSEWHERE))
            format_chunks = chunk(b"fmt ", fields + b"\0\0") + chunk(b"fact", fact)
        riff_bytes = 4 + 8 + _DS64_BYTES + len(format_chunks) + 8 + data_bytes + tail_bytes
        if riff_bytes <= self._limit:
            start = struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE")
            return start + chunk(b"JUNK", bytes(_DS64_BYTES)) + format_chunks + _data(data_bytes)
        sizes = struct.pack("<QQQI", riff_bytes, data_bytes, self.frames, 0)
        start = struct.pack("<4sI4s", b"RF64", _SIZE_ELSEWHERE, b"WAVE")
        return start + chunk(b"ds64", sizes) + format_chunks + _data(_SIZE_ELSEWHERE)


def _data(size: int) -> bytes:
    return struct.pack("<4sI", b"data", size)


def write_wav(
    path: Path,
    blocks: Iterable[NDArray[np.float32]],
    sample_rate: int,
    channels: int,
    overwrite: bool = True,
) -> None:
    """Write blocks (frames, channels) to a float32 file that appears when it is whole. [any]

    Equal sound makes equal bytes; libsndfile would write the time of day into a float file. Folders
    are made. RtAudioGenError if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            appearing_whole(path, overwrite) as unfinished,
            closing(WavWriter(unfinished, sample_rate, channels)) as file,
        ):
            for block in blocks:
                file.write(block)
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be written ({error.strerror})") from error
