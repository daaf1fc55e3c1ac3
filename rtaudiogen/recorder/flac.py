"""FLAC files that can be played at every moment of their recording.

libFLAC writes the length into the header when it closes the file. Until then the header says 0,
"unknown", which soundfile cannot read. So every write puts the length so far there.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from rtaudiogen.recorder.marks import Mark
from rtaudiogen.recorder.samples import Quantizer, SampleFormat

# Offsets in the file: "fLaC", a block header of 4 bytes, then STREAMINFO (RFC 9639, 8.2).
_BLOCK_FRAMES_OFFSET, _BLOCK_FRAMES_BYTES = 10, 2
_LENGTH_OFFSET, _LENGTH_BYTES = 18, 8
_LENGTH_BITS = 36  # the low bits of these bytes


class FlacWriter:
    """A FLAC file of 16 or 24 bits; after every `write` the file on disk is whole. [writer]"""

    def __init__(
        self,
        path: Path,
        sample_rate: int,
        channels: int,
        sample_format: SampleFormat = SampleFormat.PCM24,
        dither: bool = False,
    ) -> None:
        """Create the file; FileExistsError if it exists."""
        self.frames = 0
        self._whole_bytes = 0
        self._quantize = Quantizer(sample_format.bits, dither)
        self._shift = 32 - sample_format.bits  # libsndfile takes the upper bits of 32
        self._file = path.open("x+b", buffering=0)
        try:
            self._encoder = soundfile.SoundFile(
                path, "w", sample_rate, channels, f"PCM_{sample_format.bits}", format="FLAC"
            )
        except soundfile.LibsndfileError as error:
            self._file.close()
            path.unlink()
            raise OSError(str(error)) from error

    @property
    def clipped(self) -> int:
        """Values so far beyond full scale, which the format cannot store."""
        return self._quantize.clipped

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (frames, channels). OSError if the disk is full: the file keeps what it had."""
        try:
            self._encoder.write(self._quantize(block) << self._shift)
        except soundfile.LibsndfileError as error:
            raise OSError(str(error)) from error
        self.frames += len(block)
        self._whole_bytes = self._file.seek(0, 2)
        self._put_length(self._whole_frames())

    def close(self, marks: Sequence[Mark] = ()) -> None:
        """Finish the file. FLAC has no cue points: the marks are in the sidecar only."""
        with suppress(soundfile.LibsndfileError):
            self._encoder.close()
        with suppress(OSError):
            if self._length() != self.frames:  # the disk was full when the encoder finished
                self.frames = self._whole_frames()
                self._file.truncate(self._whole_bytes)
                self._put_length(self.frames)
        self._file.close()

    def _whole_frames(self) -> int:
        """Return the frames of finished blocks: the encoder waits for one frame more than a
        block.
        """
        block_frames = self._get(_BLOCK_FRAMES_OFFSET, _BLOCK_FRAMES_BYTES)
        return max(self.frames - 1, 0) // block_frames * block_frames if block_frames else 0

    def _length(self) -> int:
        return self._get(_LENGTH_OFFSET, _LENGTH_BYTES) & ((1 << _LENGTH_BITS) - 1)

    def _put_length(self, frames: int) -> None:
        kept = self._get(_LENGTH_OFFSET, _LENGTH_BYTES) >> _LENGTH_BITS << _LENGTH_BITS
        self._file.seek(_LENGTH_OFFSET)
        self._file.write((kept | frames).to_bytes(_LENGTH_BYTES, "big"))

    def _get(self, offset: int, size: int) -> int:
        self._file.seek(offset)
        return int.from_bytes(self._file.read(size), "big")
