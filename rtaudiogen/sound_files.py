"""The user's sound files: whole, to be played from, or as a stream of input. [control]"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self, cast

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from .code_file import SUFFIX as CODES
from .codec import decode
from .errors import RtAudioGenError, UsageError
from .generator import Audio, Generator, SoundTaker

MOST_SECONDS = 600.0  # of a sound to play from
SILENT_PEAK = 10 ** (-60 / 20)
CHUNK_FRAMES = 1 << 16
QUALITY = "VHQ"


def read_sound(path: Path, sample_rate: int) -> tuple[NDArray[np.float32], str]:
    """(frames,) mono at `sample_rate`, and a sentence if it is not the whole file.

    A code file is decoded by the model that it names. RtAudioGenError, in one line, for a file that
    is missing, empty, silent or no sound.
    """
    read = _decode_first if path.suffix.lower() == CODES else _read_first
    signal, rate, whole = read(path)
    np.nan_to_num(signal, copy=False, posinf=0.0, neginf=0.0)
    mono = _mono(signal)
    if np.abs(mono).max(initial=0.0) < SILENT_PEAK:
        raise RtAudioGenError(f"{path}: a silent file; a sound to play from is wanted")
    if rate != sample_rate:
        mono = soxr.resample(mono, rate, sample_rate, QUALITY)
    notice = ""
    if whole > len(signal):
        notice = f"{path}: only the first {MOST_SECONDS / 60:.0f} minutes are played from."
    return np.ascontiguousarray(mono, np.float32), notice


def sound_facts(path: Path) -> tuple[float, int]:
    """Seconds and rate in Hz of a sound file. RtAudioGenError, in one line, if it is none. [any]"""
    with _open(path) as file:
        return file.frames / file.samplerate, file.samplerate


def _read_first(path: Path) -> tuple[Audio, int, int]:
    """(frames, channels) from the beginning, their rate in Hz, and how many the file has."""
    with _open(path) as file:
        most = round(MOST_SECONDS * file.samplerate)
        try:
            signal = file.read(most, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise _unreadable(path, error) from error
        return signal, file.samplerate, file.frames


def _decode_first(path: Path) -> tuple[Audio, int, int]:
    """The same of a code file."""
    header, signals = decode(path)
    pieces, frames, most = [], 0, round(MOST_SECONDS * header.sample_rate)
    for signal in signals:
        pieces.append(signal)
        frames += len(signal)
        if frames >= most:
            break
    return np.concatenate(pieces)[:most, None], header.sample_rate, header.frames


def give_sound(generator: Generator, path: Path) -> str:
    """Let a generator that is not prepared yet play from a file; a sentence if not from all of it.

    UsageError if it plays from no sound, RtAudioGenError, naming the file, if not from this one.
    """
    descriptor = generator.descriptor
    if not descriptor.takes_sound:
        raise UsageError(f"{descriptor.id} plays from no sound: leave {path} out")
    sound, notice = read_sound(path, generator.sample_rate)
    try:
        cast(SoundTaker, generator).take(sound)
    except RtAudioGenError as error:
        raise RtAudioGenError(f"{path}: {error}") from error
    return notice


def _mono(signal: Audio) -> NDArray[np.float32]:
    """The mean of the channels, or the loudest of them where they cancel each other."""
    mono: NDArray[np.float32] = signal.mean(axis=1)
    loudest = np.abs(signal).max(axis=0, initial=0.0)
    if np.abs(mono).max(initial=0.0) < 0.1 * loudest.max(initial=0.0):
        return signal[:, int(loudest.argmax())]
    return mono


class InputFile:
    """A sound file as the input of a rendering: mono, at the host's rate, silence after its end.

    It is read as it goes, so its length does not matter. Values that are no numbers become 0 and
    are counted. RtAudioGenError, in one line, for a file that is missing, empty or no sound.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self._file = _open(path)
        self._stream: soxr.ResampleStream | None = None
        if self._file.samplerate != sample_rate:
            self._stream = soxr.ResampleStream(
                self._file.samplerate, sample_rate, 1, "float32", QUALITY
            )
        self._chunks = self._read()
        self._ready = np.zeros(0, np.float32)
        self.not_finite = 0  # samples so far

    @property
    def seconds(self) -> float:
        """Length of the file."""
        return float(self._file.frames / self._file.samplerate)

    def read(self, out: Audio) -> None:
        """Fill `out` (frames, 1) with what comes next. RtAudioGenError for a damaged file."""
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

    def _read(self) -> Iterator[NDArray[np.float32]]:
        """Chunks at the host's rate, of any length."""
        left = self._file.frames
        while left > 0:
            try:
                signal = self._file.read(CHUNK_FRAMES, dtype="float32", always_2d=True)
            except soundfile.SoundFileError as error:
                raise _unreadable(self.path, error) from error
            left = left - len(signal) if len(signal) else 0
            finite = np.isfinite(signal)
            self.not_finite += int(finite.size - np.count_nonzero(finite))
            signal[~finite] = 0.0
            mono = signal.mean(axis=1)
            if self._stream is not None:
                mono = self._stream.resample_chunk(mono, last=left <= 0)
            yield mono

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open(path: Path) -> soundfile.SoundFile:
    if path.is_dir():
        raise RtAudioGenError(f"{path}: a folder; a sound file (WAV, FLAC, OGG …) is wanted")
    if not path.exists():
        raise RtAudioGenError(f"{path}: there is no such file")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.SoundFileError, OSError) as error:
        raise _unreadable(path, error) from error
    if file.frames <= 0:
        file.close()
        raise RtAudioGenError(f"{path}: an empty file; a sound is wanted")
    return file


def _unreadable(path: Path, error: Exception) -> RtAudioGenError:
    reason = " ".join(str(error).split()).removeprefix(f"Error opening '{path}': ")
    return RtAudioGenError(f"{path}: cannot be read as sound ({reason.rstrip('.')})")
