"""The reader of all sound files: repaired, mono, float32, at the file's own rate. [control]"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..errors import RtAudioGenError
from .container import Container, PatchedFile, examine
from .foreign import foreign
from .mixing import ChannelMeter, mixed
from .names import one_line, shown
from .values import Repairs, ScaleMeter

Signal = NDArray[np.float32]  # (frames,)

BLOCK_FRAMES = 1 << 14
DECODED_FRAMES = 1 << 12  # decoded at a time: the most that is lost where a file is damaged
MOST_CHANNELS = 64
RATES = (1000, 768_000)  # Hz
WHOLE = 0.999  # of the frames that a header promises; MP3 headers only estimate
ESTIMATED, ESTIMATED_WHOLE = ("MP3",), 0.9


class SoundReader:
    """A sound file as mono blocks, in constant memory.

    The values of floating-point files are checked and repaired first, and the channels are mixed by
    `ChannelMeter`. Both need to know the whole file, so it is read once more when the first block
    is asked for, unless it is mono and holds integers. RtAudioGenError, one line that begins with
    the file's name, if it is not a usable sound.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.container = _container(path)
        with self._opened() as file:
            self.sample_rate = int(file.samplerate)  # Hz
            self.channels = int(file.channels)
            self.frames = int(file.frames)  # as the header says: fewer may follow
            self._format, self._subtype = str(file.format), str(file.subtype)
        self._check()
        self._done: list[str] = []
        self._repairs = Repairs()

    @property
    def seconds(self) -> float:
        """Length that the header gives."""
        return self.frames / self.sample_rate

    @property
    def notices(self) -> list[str]:
        """Repairs of the file so far, as sentences that begin with its name."""
        lines = [*self._repairs.lines(), *self._done]
        return [f"{shown(self.path)}: {line}" for line in lines]

    def blocks(self) -> Iterator[Signal]:
        """Yield the whole file, mono, at its own rate, from the start."""
        scale = self._scale()
        channels = self._mix(scale)
        read = 0
        for block in self._raw():
            read += len(block)
            yield mixed(self._clean(block, scale, self._repairs), channels)
        if not read:
            raise RtAudioGenError(f"{shown(self.path)}: there is no sound in it (0 frames)")

    def _check(self) -> None:
        name = shown(self.path)
        if not RATES[0] <= self.sample_rate <= RATES[1]:
            raise RtAudioGenError(
                f"{name}: a sample rate of {self.sample_rate} Hz; from {RATES[0]} to {RATES[1]} Hz "
                "can be read"
            )
        if self.channels > MOST_CHANNELS:
            raise RtAudioGenError(
                f"{name}: {self.channels} channels; up to {MOST_CHANNELS} can be read"
            )
        if self.frames <= 0:
            raise RtAudioGenError(
                f"{name}: an empty file (there is no sound in it, 0 frames); expected a sound"
            )

    def _scale(self) -> float:
        if self._subtype not in ("FLOAT", "DOUBLE"):
            return 1.0
        meter = ScaleMeter()
        for block in self._raw():
            meter.measure(block)
        scale = meter.scale()
        if scale != 1.0:
            self._say(f"its values have the range of integers and were divided by {scale:.0f}")
        return scale

    def _mix(self, scale: float) -> NDArray[np.intp]:
        if self.channels == 1:
            return np.arange(1)
        meter, unsaid = ChannelMeter(self.channels), Repairs()
        for block in self._raw():
            meter.measure(self._clean(block, scale, unsaid))
        channels = meter.channels()
        if len(channels) < self.channels:
            chosen = ", ".join(str(channel + 1) for channel in channels)
            which = f"channel {chosen} is" if len(channels) == 1 else f"channels {chosen} are"
            self._say(f"only {which} used: the others are silent or cancel it")
        return channels

    def _clean(self, block: NDArray[np.float32], scale: float, repairs: Repairs) -> Signal:
        if scale != 1.0:
            block /= np.float32(scale)
        if not self._subtype.startswith("PCM"):
            repairs.repair(block)
        return block

    def _raw(self) -> Iterator[NDArray[np.float32]]:
        """Yield (frames, channels) as they are written; damage ends the file, with a notice."""
        read, damage = 0, ""
        with self._opened() as file:
            while not damage:
                block, damage = _read_block(file)
                read += len(block)
                if not len(block):
                    break
                yield block
        self._tell_of_loss(read, damage)

    def _tell_of_loss(self, read: int, damage: str) -> None:
        seconds = read / self.sample_rate
        whole = ESTIMATED_WHOLE if self._format in ESTIMATED else WHOLE
        promised = round(max(self.frames, read) / min(self.container.share, 1.0))
        if damage:
            self._say(f"damaged: only {seconds:.2f} s could be read ({damage})")
        elif read < whole * promised:
            of = promised / self.sample_rate
            self._say(f"ends early: {seconds:.2f} of {of:.2f} s could be read")

    def _say(self, line: str) -> None:
        if line not in self._done:
            self._done.append(line)

    def _opened(self) -> "_Opened":
        return _Opened(self.path, self.container)


class _Forward(soundfile.SoundFile):
    """A sound file that is read only forwards.

    After every read, python-soundfile seeks to the current position of a seekable file. That resets
    an MP3 decoder, so every block would begin with a fault.
    """

    def seekable(self) -> bool:
        """Return False, so that python-soundfile never seeks."""
        return False


class _Opened:
    """A file that libsndfile reads through a view with a repaired header."""

    def __init__(self, path: Path, container: Container) -> None:
        self._path, self._container = path, container

    def __enter__(self) -> soundfile.SoundFile:
        try:
            self._view = PatchedFile(
                self._path.open("rb"), self._container.patches, self._container.head
            )
            self._file = _Forward(self._view)
        except Exception as error:  # libraries raise many kinds of errors
            if hasattr(self, "_view"):
                self._view.close()
            raise unreadable(self._path, error) from error
        return self._file

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        finally:
            self._view.close()


@dataclass(frozen=True)
class WholeSound:
    """A file's sound, or its beginning."""

    signal: Signal  # mono, at `sample_rate`
    sample_rate: int  # Hz
    complete: bool  # nothing is left in the file
    notices: tuple[str, ...]  # repairs


def read_whole(path: Path, most_seconds: float = np.inf) -> WholeSound:
    """Read a sound file into memory, repaired and mono; see `SoundReader` for what is refused."""
    reader = SoundReader(path)
    most = most_seconds * reader.sample_rate
    pieces, frames = [], 0
    for piece in reader.blocks():
        pieces.append(piece)
        frames += len(piece)
        if frames > most:
            break
    signal = np.concatenate(pieces)
    signal = signal[: int(min(frames, most))]
    return WholeSound(signal, reader.sample_rate, frames <= most, tuple(reader.notices))


def unreadable(path: Path, error: Exception) -> RtAudioGenError:
    """Return the one-line error for a file that a library could not read."""
    if what := foreign(path):
        return RtAudioGenError(f"{shown(path)}: {what}")
    reason = _reason(error) or "unknown format"
    return RtAudioGenError(f"{shown(path)}: cannot be read as sound ({reason})")


def _reason(error: Exception) -> str:
    """Return the library's message about a file, in one line; empty if it has none."""
    if isinstance(error, soundfile.LibsndfileError):
        return " ".join(error.error_string.split()).rstrip(".")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return one_line(error)


def _container(path: Path) -> Container:
    try:
        if path.is_dir():
            raise RtAudioGenError(
                f"{shown(path)}: a folder; expected a sound file (WAV, FLAC, OGG …)"
            )
        if not path.exists():
            raise RtAudioGenError(f"{shown(path)}: there is no such file")
        if not path.is_file():
            raise RtAudioGenError(f"{shown(path)}: a pipe or a device; expected a file")
        with path.open("rb") as file:
            return examine(file)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _read_block(file: soundfile.SoundFile) -> tuple[NDArray[np.float32], str]:
    """Return the next frames, fewer at the end, and the problem if decoding failed."""
    block = np.empty((BLOCK_FRAMES, file.channels), np.float32)
    read = 0
    try:
        while read < BLOCK_FRAMES:
            piece = file.read(out=block[read : read + DECODED_FRAMES])
            if not len(piece):
                break
            read += len(piece)
    except Exception as error:  # libraries raise many kinds of errors
        return block[:read], _reason(error) or "it cannot be decoded"
    return block[:read], ""
