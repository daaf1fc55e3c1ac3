"""What others make of the same sounds at such bit rates: Opus (RFC 6716) and Codec 2.

They are programs of their own. Where one is not installed it is left out, and that is said.
"""

import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

Signal = NDArray[np.float32]

CODEC2_RATE = 8000
TAIL_SECONDS = 0.1  # of silence: what comes late is still heard
TIMEOUT_SECONDS = 60
_PAGE = struct.Struct("<4sBBqIIIB")  # an Ogg page's header (RFC 3533), up to its table


@dataclass(frozen=True)
class Coded:
    """What came back, as late as the codec is, and the bits that it took."""

    signal: Signal
    bits_per_second: float


@dataclass(frozen=True)
class Rival:
    """A codec; `code` takes a signal, its rate in Hz and a folder for files in between."""

    name: str
    programs: tuple[str, ...]
    package: str  # Debian's, that has the programs
    code: Callable[[Signal, int, Path], Coded]
    only_speech: bool = False

    @property
    def missing(self) -> str | None:
        """Why it cannot be run here; None if it can."""
        if all(map(shutil.which, self.programs)):
            return None
        return f"not run ({self.package} is not installed)"


def opus(signal: Signal, sample_rate: int, folder: Path) -> Coded:
    """Opus at 6 kbit/s, the least that `opusenc` does; the bits of the packets alone."""
    before, coded, after = (folder / name for name in ("in.wav", "coded.opus", "out.wav"))
    soundfile.write(before, signal, sample_rate, subtype="PCM_16")
    _run("opusenc", "--quiet", "--bitrate", "6", "--discard-comments", before, coded)
    _run("opusdec", "--quiet", "--rate", sample_rate, coded, after)
    decoded, _ = soundfile.read(after, dtype="float32")
    bits = 8 * opus_packet_bytes(coded.read_bytes())
    return Coded(decoded, bits * sample_rate / len(signal))


def codec2(mode: str) -> Callable[[Signal, int, Path], Coded]:
    """Codec 2 in one of its modes, at its own 8 kHz."""

    def code(signal: Signal, sample_rate: int, folder: Path) -> Coded:
        before, coded, after = (folder / name for name in ("in.raw", "coded.bit", "out.raw"))
        padded = np.pad(signal, (0, round(TAIL_SECONDS * sample_rate)))
        narrow = soxr.resample(padded, sample_rate, CODEC2_RATE, "VHQ")
        np.clip(narrow * 32768, -32768, 32767).astype("<i2").tofile(before)
        _run("c2enc", mode, before, coded)
        _run("c2dec", mode, coded, after)
        decoded = np.fromfile(after, "<i2").astype(np.float32) / 32768
        wide = soxr.resample(decoded, CODEC2_RATE, sample_rate, "VHQ")
        return Coded(wide, 8 * coded.stat().st_size * CODEC2_RATE / len(decoded))

    return code


RIVALS = (
    Rival("Opus at 6 kbit/s", ("opusenc", "opusdec"), "opus-tools", opus),
    Rival("Codec 2 at 3200 bit/s", ("c2enc", "c2dec"), "codec2", codec2("3200"), only_speech=True),
    Rival("Codec 2 at 1200 bit/s", ("c2enc", "c2dec"), "codec2", codec2("1200"), only_speech=True),
)


def opus_packet_bytes(stream: bytes) -> int:
    """Bytes of the sound in an Ogg Opus file: without Ogg's pages, Opus' headers and comments."""
    offset = total = 0
    while offset < len(stream):
        magic, _, _, position, _, _, _, segments = _PAGE.unpack_from(stream, offset)
        if magic != b"OggS":
            raise RtAudioGenError(f"no Ogg page at byte {offset}")
        offset += _PAGE.size
        payload = sum(stream[offset : offset + segments])
        offset += segments + payload
        total += payload if position else 0  # pages of headers are at position 0 (RFC 7845)
    return total


def _run(*command: object) -> None:
    """RtAudioGenError, one line, if the program fails."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"status {done.returncode}"
        raise RtAudioGenError(f"{command[0]}: {said}")
