"""Reference codecs at similar bit rates: Opus (RFC 6716) and Codec 2.

They are separate programs. One that is not installed is left out with a notice.
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
TAIL_SECONDS = 0.1  # of silence, so that delayed sound is still heard
TIMEOUT_SECONDS = 60
_PAGE = struct.Struct("<4sBBqIIIB")  # an Ogg page's header (RFC 3533), up to its table


@dataclass(frozen=True)
class Coded:
    """A decoded sound, delayed by the codec, and its bit rate."""

    signal: Signal
    bits_per_second: float


@dataclass(frozen=True)
class ReferenceCodec:
    """A codec; `code` takes a signal, its rate in Hz and a folder for temporary files."""

    name: str
    programs: tuple[str, ...]
    package: str  # Debian package of the programs
    code: Callable[[Signal, int, Path], Coded]
    only_speech: bool = False

    @property
    def missing(self) -> str | None:
        """Return why it cannot be run here; None if it can."""
        if all(map(shutil.which, self.programs)):
            return None
        return f"not run ({self.package} is not installed)"


def opus(signal: Signal, sample_rate: int, folder: Path) -> Coded:
    """Code with Opus at 6 kbit/s, the least that `opusenc` does; count the bits of the packets
    alone.
    """
    before, coded, after = (folder / name for name in ("in.wav", "coded.opus", "out.wav"))
    soundfile.write(before, signal, sample_rate, subtype="PCM_16")
    _run("opusenc", "--quiet", "--bitrate", "6", "--discard-comments", before, coded)
    _run("opusdec", "--quiet", "--rate", sample_rate, coded, after)
    decoded, _ = soundfile.read(after, dtype="float32")
    bits = 8 * opus_packet_bytes(coded.read_bytes())
    return Coded(decoded, bits * sample_rate / len(signal))


def codec2(mode: str) -> Callable[[Signal, int, Path], Coded]:
    """Return a coder with Codec 2 in one of its modes, at its own 8 kHz."""

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


REFERENCE_CODECS = (
    ReferenceCodec("Opus at 6 kbit/s", ("opusenc", "opusdec"), "opus-tools", opus),
    ReferenceCodec(
        "Codec 2 at 3200 bit/s", ("c2enc", "c2dec"), "codec2", codec2("3200"), only_speech=True
    ),
    ReferenceCodec(
        "Codec 2 at 1200 bit/s", ("c2enc", "c2dec"), "codec2", codec2("1200"), only_speech=True
    ),
)


def opus_packet_bytes(stream: bytes) -> int:
    """Return the bytes of sound in an Ogg Opus file, without Ogg's pages, headers and comments."""
    offset = total = 0
    while offset < len(stream):
        magic, _, _, position, _, _, _, segments = _PAGE.unpack_from(stream, offset)
        if magic != b"OggS":
            raise RtAudioGenError(f"expected an Ogg page at byte {offset}")
        offset += _PAGE.size
        payload = sum(stream[offset : offset + segments])
        offset += segments + payload
        total += payload if position else 0  # pages of headers are at position 0 (RFC 7845)
    return total


def _run(*command: object) -> None:
    """Run a program. RtAudioGenError, one line, if it fails."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"status {done.returncode}"
        raise RtAudioGenError(f"{command[0]}: {said}")
