"""The user's sound files: whole, to be played from, or as a stream of input. [control]"""

from collections.abc import Generator as Chunks
from pathlib import Path
from typing import Self, cast

import numpy as np
import soxr
from numpy.typing import NDArray

from .codes.code_file import SUFFIX as CODES
from .codes.codec import decode
from .errors import RtAudioGenError, UsageError
from .generator import Audio, Generator, SoundTaker
from .sounds import SoundReader, WholeSound, read_whole, shown, without_offset

MOST_SECONDS = 600.0  # of a sound to play from
SILENT_PEAK = 10 ** (-60 / 20)
QUALITY = "VHQ"


def read_sound(path: Path, sample_rate: int) -> tuple[NDArray[np.float32], str]:
    """Return (frames,) mono at `sample_rate`, and a sentence about the file, or an empty one.

    A code file is decoded by the model that it names. RtAudioGenError, in one line, for a file that
    is missing, empty, silent or not a sound.
    """
    coded = path.suffix.lower() == CODES
    sound = _decode_first(path) if coded else read_whole(path, MOST_SECONDS)
    mono, offset = without_offset(sound.signal)
    if np.abs(mono).max(initial=0.0) < SILENT_PEAK:
        what = "nothing but a constant (DC)" if offset else "a silent file"
        raise RtAudioGenError(f"{shown(path)}: {what}; expected a sound to play from")
    if sound.sample_rate != sample_rate:
        mono = soxr.resample(mono, sound.sample_rate, sample_rate, QUALITY)
    notices = list(sound.notices)
    if not sound.complete:
        minutes = f"{MOST_SECONDS / 60:.0f} minutes"
        notices.append(f"{shown(path)}: only the first {minutes} are used.")
    return np.ascontiguousarray(mono, np.float32), " ".join(notices)


def sound_facts(path: Path) -> tuple[float, int]:
    """Return seconds and rate in Hz of a sound file. [any]

    RtAudioGenError, in one line, if it is not a sound.
    """
    reader = SoundReader(path)
    return reader.seconds, reader.sample_rate


def _decode_first(path: Path) -> WholeSound:
    """Return the beginning of a code file's sound."""
    header, signals = decode(path)
    pieces, frames, most = [], 0, round(MOST_SECONDS * header.sample_rate)
    for signal in signals:
        pieces.append(signal)
        frames += len(signal)
        if frames >= most:
            break
    signal = np.concatenate(pieces)[:most]
    return WholeSound(signal, header.sample_rate, header.frames <= len(signal), ())


def give_sound(generator: Generator, path: Path) -> str:
    """Let a generator that is not prepared yet play from a file; return a sentence about the file.

    UsageError if it cannot play from a sound, RtAudioGenError, naming the file, if this one is
    unusable.
    """
    descriptor = generator.descriptor
    if not descriptor.takes_sound:
        raise UsageError(f"{descriptor.id} cannot play from a sound: leave {path} out")
    sound, notice = read_sound(path, generator.sample_rate)
    try:
        cast(SoundTaker, generator).take(sound)
    except RtAudioGenError as error:
        raise RtAudioGenError(f"{path}: {error}") from error
    return notice


class InputFile:
    """A sound file as the input of a rendering: mono, at the host's rate, silence after its end.

    It is read in pieces, so its length does not matter. RtAudioGenError, in one line, for a file
    that is missing, empty or not a sound.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self._reader = SoundReader(path)
        self._stream: soxr.ResampleStream | None = None
        if self._reader.sample_rate != sample_rate:
            self._stream = soxr.ResampleStream(
                self._reader.sample_rate, sample_rate, 1, "float32", QUALITY
            )
        self._chunks = self._read()
        self._ready = np.zeros(0, np.float32)

    @property
    def seconds(self) -> float:
        """Length of the file."""
        return self._reader.seconds

    @property
    def notices(self) -> list[str]:
        """Repairs of the file so far."""
        return self._reader.notices

    def read(self, out: Audio) -> None:
        """Fill `out` (frames, 1) with the next frames; damage ends the sound."""
        done = 0
        while done < len(out):
            if not len(self._ready):
                chunk = next(self._chunks, None)
                if chunk is None:
                    out[done:] = 0.0
                    return
                self._ready = chunk
            count = min(len(out) - done, len(self._ready))
            out[done : done + count, 0] = self._ready[:count]
            self._ready = self._ready[count:]
            done += count

    def _read(self) -> Chunks[NDArray[np.float32], None, None]:
        """Yield chunks at the host's rate, of any length."""
        for mono in self._reader.blocks():
            yield mono if self._stream is None else self._stream.resample_chunk(mono)
        if self._stream is not None:
            yield self._stream.resample_chunk(np.zeros(0, np.float32), last=True)

    def close(self) -> None:
        """Close the file."""
        self._chunks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
