"""Standard MIDI Files for tests, byte by byte."""

from collections.abc import Sequence

Delta = int
Event = tuple[Delta, bytes]

END = b"\xff\x2f\x00"


def number(value: int) -> bytes:
    """Return a variable-length number."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def meta(kind: int, content: bytes = b"") -> bytes:
    return bytes([0xFF, kind]) + number(len(content)) + content


def tempo(microseconds: int) -> bytes:
    return meta(0x51, microseconds.to_bytes(3))


def sysex(content: bytes, status: int = 0xF0) -> bytes:
    return bytes([status]) + number(len(content)) + content


def on(key: int, velocity: int = 100, channel: int = 0) -> bytes:
    return bytes([0x90 | channel, key, velocity])


def off(key: int, channel: int = 0) -> bytes:
    return bytes([0x80 | channel, key, 64])


def chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4) + content


def events(*timed: Event) -> bytes:
    return b"".join(number(delta) + event for delta, event in timed)


def track(*timed: Event, end: bytes = b"\x00" + END) -> bytes:
    """Return a track chunk of (ticks since the event before, bytes)."""
    return chunk(b"MTrk", events(*timed) + end)


def header(format: int = 1, count: int = 1, division: int = 480) -> bytes:
    fields = format.to_bytes(2) + count.to_bytes(2) + (division & 0xFFFF).to_bytes(2)
    return chunk(b"MThd", fields)


def midi(
    chunks: Sequence[bytes], format: int = 1, count: int | None = None, division: int = 480
) -> bytes:
    """Return a file of track chunks; its header counts them unless told otherwise."""
    count = len(chunks) if count is None else count
    return header(format, count, division) + b"".join(chunks)
