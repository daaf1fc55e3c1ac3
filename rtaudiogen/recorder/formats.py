"""The files that sound is written to: the suffix names the container, a number of bits the rest."""

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
}  # the first is what one gets unasked
SUFFIXES = tuple(_FORMATS)


class AudioFile(Protocol):
    """A container. `write` raises OSError; the file stays whole whatever happens."""

    frames: int

    @property
    def clipped(self) -> int:
        """Values so far that were beyond full scale and could not be stored."""

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (frames, channels)."""

    def close(self, marks: Sequence[Mark] = ()) -> None:
        """Finish; never raises for want of room."""


def sample_format(path: Path, bits: int = 0) -> SampleFormat:
    """Return how values are stored in a file of this name; `bits` of 0 are the container's own.

    UsageError for a name or a number of bits that is not written. [any]
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
    """Begin a file of the container that `suffix` names, dithered; OSError if it cannot be. [any]

    FileExistsError rather than write over one.
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

    Return how many values were beyond full scale and are clipped. Equal sound makes equal bytes.
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
    """Return a sentence for values that were clipped; empty if there were none. [any]"""
    if not clipped:
        return ""
    values = "1 value was" if clipped == 1 else f"{clipped} values were"
    return f"{path}: {values} beyond full scale and clipped; a .wav of 32 bits keeps them"
