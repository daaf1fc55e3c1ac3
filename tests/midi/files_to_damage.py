"""Small valid MIDI files that use everything the format allows."""

from ..midi_bytes import (
    END,
    chunk,
    events,
    header,
    meta,
    midi,
    number,
    off,
    on,
    sysex,
    tempo,
    track,
)

_NOTES = track((0, on(60)), (480, off(60)), (0, on(64)), (480, b"\x40\x00"), (0, b"\x43\x50"))
_CONDUCTOR = track(
    (0, tempo(500_000)),
    (0, meta(0x58, bytes([4, 2, 24, 8]))),
    (0, meta(0x59, b"\x00\x00")),
    (960, tempo(250_000)),
    (0, meta(0x03, b"conductor")),
)
_PORTS = track((0, meta(0x21, b"\x01")), (10, on(60)), (10, b"\xb0\x40\x7f"), (300, off(60)))
_SYSTEM = track(
    (0, sysex(b"\x43\x12\x00")),
    (5, sysex(b"\x01\x02\xf7", 0xF7)),
    (5, on(60)),
    (5, sysex(b"\x80\x3c\x40", 0xF7)),
    (0, b"\xf8"),
    (0, b"\xf2\x01\x02"),
    (1, b"\xe0\x00\x40"),
    (1, b"\xc0\x05"),
    (0, meta(0x7F, b"\x00\x00\x41")),
)


def whole_files() -> list[bytes]:
    """Return the files' bytes, a few hundred each."""
    everything = [_CONDUCTOR, _NOTES, _PORTS, _SYSTEM]
    song = midi(everything)
    return [
        song,
        midi([_NOTES], format=0),
        midi([_NOTES, _SYSTEM, _PORTS], format=2, division=96),
        midi([_NOTES, _SYSTEM], division=-25 << 8 | 40),
        midi([_CONDUCTOR, chunk(b"XFIH", b"abcd"), _NOTES], count=2),
        header(0, 1) + chunk(b"MTrk", events((0, on(60)), (96, off(60)))),
        _riff(midi(everything)),
        midi([track(*_scale())]),
        b"".join([song[:-3], END]),
    ]


def _riff(content: bytes) -> bytes:
    data = b"data" + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
    return b"RIFF" + (len(data) + 4).to_bytes(4, "little") + b"RMID" + data


def _scale() -> list[tuple[int, bytes]]:
    keys = [60, 62, 64, 65, 67, 69, 71, 72]
    return [(len(number(k)), message) for k in keys for message in (on(k), off(k), on(k, 0))]
