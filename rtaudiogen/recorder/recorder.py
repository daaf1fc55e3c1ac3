"""Recorder that moves the output from a tap to the disk, on a thread that blocks nothing."""

import errno
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.recorder.formats import AudioFile, create, sample_format
from rtaudiogen.recorder.marks import Dropout, Mark, Sidecar, sidecar_path
from rtaudiogen.storage import folders
from rtaudiogen.storage.files import check_target

_PULL_SECONDS = 0.05
_BLOCK_FRAMES = 8192
_JOIN_SECONDS = 30.0
_LEAST_FREE_BYTES = 1 << 20  # required at the start


class Tap(Protocol):
    """A reader of the output from its making on: a `realtime.callback.tap.TapReader`."""

    position: int  # device frame of the next read; jumps where frames were lost

    def read(self, out: NDArray[np.float32]) -> int:
        """Take up to len(out) frames (frames, channels) without waiting; return their number."""


@dataclass(frozen=True)
class RecordingStatus:
    """A recording in progress, or the last one."""

    path: Path
    running: bool
    frames: int
    seconds: float
    lost_frames: int  # replaced by silence because the disk was too slow
    marks: int
    problem: str = ""  # why it stopped by itself, if it did
    bits: int = 0  # of a value, as requested; 0: the container's default
    clipped: int = 0  # values beyond full scale, which the format cannot store


class Recorder:
    """Records the output to WAV or FLAC files, one at a time.

    `open_tap` makes a tap that begins now [control]; `dropouts` returns what the output has lost
    since its last call, for the marks [writer].
    """

    def __init__(
        self,
        open_tap: Callable[[], Tap],
        sample_rate: int,
        channels: int,
        dropouts: Callable[[], Iterable[Dropout]] = lambda: (),
    ) -> None:
        self._open_tap, self._dropouts = open_tap, dropouts
        self._sample_rate, self._channels = sample_rate, channels
        self._take: Take | None = None

    def start(self, path: Path | None = None, bits: int = 0, suffix: str = ".wav") -> Path:
        """Start a recording; return the file's path. [control]

        The suffix, .wav or .flac, chooses the container. Without a path, a new file in the
        recordings folder is named by the time, and ends in `suffix`. An existing file is never
        overwritten. `bits` of a value: 16, 24 or, in a WAV alone, 32 (float); 0: 32 in a WAV, 24 in
        a FLAC.
        """
        if self._take is not None and self._take.running:
            raise RtAudioGenError(f"Already recording to {self._take.path}.")
        path = path or _default_path(suffix)
        file = _create(path, self._sample_rate, self._channels, bits)
        block = np.zeros((_BLOCK_FRAMES, self._channels), np.float32)
        self._take = Take(
            path, file, self._open_tap(), block, self._sample_rate, self._dropouts, bits
        )
        return path

    def stop(self) -> RecordingStatus | None:
        """Write what has been heard so far and finish the file; return its facts. [control]"""
        if self._take is not None:
            self._take.stop()
        return self.status()

    def status(self) -> RecordingStatus | None:
        """Return the recording in progress, or the last one; None before the first. [control]"""
        return self._take.status() if self._take is not None else None


class Take:
    """One recording: a file, its marks, and the writer thread that fills it."""

    def __init__(
        self,
        path: Path,
        file: AudioFile,
        tap: Tap,
        block: NDArray[np.float32],
        sample_rate: int,
        dropouts: Callable[[], Iterable[Dropout]],
        bits: int,
    ) -> None:
        self.path, self._bits = path, bits
        self._file, self._tap, self._dropouts = file, tap, dropouts
        self._sample_rate = sample_rate
        self._sidecar, self._marks = Sidecar(path), list[Mark]()
        self._lost_frames, self._problem = 0, ""
        self._block = block
        self._start_frame = self._next_frame = tap.position
        for _ in dropouts():
            pass  # forget earlier losses
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True while the file is open."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Finish the file and wait for that. [control]"""
        self._stop.set()
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            self._problem = f"The disk does not answer: {self.path} is not finished yet."

    def status(self) -> RecordingStatus:
        """Return the facts so far. [control]"""
        frames = self._file.frames
        return RecordingStatus(
            self.path,
            self.running,
            frames,
            frames / self._sample_rate,
            self._lost_frames,
            len(self._marks),
            self._problem,
            self._bits,
            self._file.clipped,
        )

    def _run(self) -> None:
        """Pull until asked to stop or until the disk refuses. [writer]"""
        try:
            stopping = False
            while not stopping:
                stopping = self._stop.wait(_PULL_SECONDS)
                self._pull()
        except OSError as error:
            self._problem = f"The recording {self.path} stopped: {_reason(error, self.path)}."
        finally:
            self._file.close(sorted(self._marks, key=lambda mark: mark.frame))

    def _pull(self) -> None:
        """Write everything that is in the tap."""
        while count := self._tap.read(self._block):
            first = self._tap.position - count
            if first > self._next_frame:
                self._fill(Dropout(self._next_frame, first - self._next_frame, "overflow"))
            self._file.write(self._block[:count])
            self._next_frame = first + count
        for dropout in self._dropouts():
            self._mark(dropout)

    def _fill(self, overflow: Dropout) -> None:
        """Write silence in place of lost frames, so that the file keeps the device's time."""
        self._mark(overflow)
        self._lost_frames += overflow.frames
        for start in range(0, overflow.frames, _BLOCK_FRAMES):
            count = min(_BLOCK_FRAMES, overflow.frames - start)
            self._file.write(np.zeros_like(self._block[:count]))

    def _mark(self, dropout: Dropout) -> None:
        frame = dropout.device_frame - self._start_frame
        if frame >= 0:
            seconds = frame / self._sample_rate
            mark = Mark(dropout.kind, frame, seconds, dropout.frames, dropout.device_frame)
            self._marks.append(mark)
            self._sidecar.add(mark)


def check_recording(path: Path, overwrite: bool, inputs: Iterable[Path]) -> None:
    """Raise UsageError, in one line, for a recording that would replace something. [any]"""
    for written in (path, sidecar_path(path)):
        check_target(written, overwrite, inputs)


def remove_recording(path: Path) -> None:
    """Remove a recording and its marks, to make room for another. [any]"""
    for written in (path, sidecar_path(path)):
        written.unlink(missing_ok=True)


def _create(path: Path, sample_rate: int, channels: int, bits: int) -> AudioFile:
    stored = sample_format(path, bits)
    for taken in (path, sidecar_path(path)):
        if taken.exists():
            raise RtAudioGenError(f"{taken} exists already; a recording never overwrites a file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, "no room")
        return create(path, path.suffix, sample_rate, channels, stored)
    except OSError as error:
        raise RtAudioGenError(f"{path} cannot be written: {_reason(error, path)}.") from error


def _default_path(suffix: str) -> Path:
    name = time.strftime("%Y-%m-%d %H.%M.%S")
    folder = folders.recordings()
    parts = ("", *map(" {}".format, range(2, 99)))
    candidates = (folder / f"{name}{part}{suffix}" for part in parts)
    return next(path for path in candidates if not path.exists())


def _reason(error: OSError, path: Path) -> str:
    with suppress(OSError):  # libsndfile does not say why it could not write
        if error.errno == errno.ENOSPC or shutil.disk_usage(path.parent).free == 0:
            return "the disk is full"
    return error.strerror or str(error)
