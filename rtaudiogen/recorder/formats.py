"""Formats of written sound files: the suffix chooses the container, the bits the sample format."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.recorder.flac import FlacWriter
from rtaudiogen.recorder.marks import Mark
from rtaudiogen.recorder.samples import SampleFormat
from rtaudiogen.recorder.wav import WavWriter
from rtaudiogen.storage.files import appearing_whole

_FORMATS = {
    ".wav": (SampleFormat.FLOAT32, SampleFormat.PCM24, SampleFormat.PCM16),
    ".flac": (SampleFormat.PCM24, SampleFormat.PCM16),
}  # the first of each is the default
SUFFIXES = tuple(_FORMATS)


class AudioFile(Protocol):
    """A container. `write` raises OSError; the file stays whole in any case."""

    frames: int

    @property
    def clipped(self) -> int:
        """Values so far beyond full scale, which the format cannot store."""

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (frames, channels)."""

    def close(self, marks: Sequence[Mark] = ()) -> None:
        """Finish the file; never raise because the disk is full."""


def sample_format(path: Path, bits: int = 0) -> SampleFormat:
    """Return the sample format of a file of this name; `bits` 0: the container's default.

    UsageError for a suffix or a number of bits that is not supported. [any]
    """
    formats = _FORMATS.get(path.suffix.lower())
    if formats is None:
        raise UsageError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if bits == 0:
        return formats[0]
    for stored in formats:
        if stored.bits == bits:
            return stored
    there = " or ".join(str(stored.bits) for stored in reversed(formats))
    raise UsageError(f"{path}: {bits} bits; {path.suffix.lower()[1:].upper()} has {there}")


def create(
    path: Path, suffix: str, sample_rate: int, channels: int, stored: SampleFormat
) -> AudioFile:
    """Create a file of the container that `suffix` names, dithered. [any]

    OSError if that fails, FileExistsError if the file exists.
    """
    if suffix.lower() == ".flac":
        return FlacWriter(path, sample_rate, channels, stored, dither=True)
    return WavWriter(path, sample_rate, channels, stored, dither=True)


def write_sound(
    path: Path,
    blocks: Iterable[NDArray[np.float32]],
    sample_rate: int,
    channels: int,
    bits: int,
    overwrite: bool = True,
) -> int:
    """Write blocks (frames, channels) to a file that appears when it is whole. [any]

    Return the number of values beyond full scale that were clipped. Equal sound makes equal bytes.
    Folders are made. RtAudioGenError if it cannot be written, UsageError as `sample_format`.
    """
    stored = sample_format(path, bits)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            appearing_whole(path, overwrite) as unfinished,
            closing(create(unfinished, path.suffix, sample_rate, channels, stored)) as file,
        ):
            for block in blocks:
                file.write(block)
            return file.clipped
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be written ({error.strerror or error})") from error


def clipping(path: Path, clipped: int) -> str:
    """Return a sentence about clipped values; empty if there are none. [any]"""
    if not clipped:
        return ""
    values = "1 value was" if clipped == 1 else f"{clipped} values were"
    return f"{path}: {values} beyond full scale and clipped; a .wav of 32 bits keeps them"
