"""Valid sessions and presets, and the same with wrong values."""

import json
import random
from collections.abc import Callable
from typing import Any

_PRESET = {
    "rtaudiogen": "preset",
    "version": 1,
    "name": "Küche",
    "model": "sine",
    "seed": 7,
    "values": {"level": -6.0, "attack": 20, "later": 0.5},
    "tags": ["soft"],
    "remarks": ["soft", {"by": "me"}],
}
_SLOT = {
    "model": "sine",
    "seed": 3,
    "sound": "loop.wav",
    "voices": 4,
    "values": {"level": -9.5, "vibrato": 30},
    "mix": {
        "gain_db": -3.0, "pan": 0.5, "mute": False, "solo": True, "channel": 2,
        "low_key": 36, "high_key": 72, "transpose": -12, "bend_range": 2.0,
    },
    "controls": {"1": "vibrato", "7": "level"},
    "programs": {"0": {"name": "a", "model": "sine", "seed": None, "values": {"level": -1}}},
}  # fmt: skip
_SESSION = {
    "rtaudiogen": "session",
    "version": 1,
    "slots": [_SLOT, {"model": "wavenet-keys-strings"}],
    "output": "USB Audio",
    "input": "",
    "sample_rate": 44100,
    "block_frames": 256,
    "latency_ms": 20.0,
    "midi": "all",
    "master_gain_db": -3.0,
}
_WRONG: list[Any] = [
    None, True, False, 0, 1, -1, 2, 17, 128, 1.5, -0.0, 1e300, 2**31, 2**63, 10**60, float("inf"),
    float("-inf"), float("nan"), "", "0", "1", "-3", "false", "no", "all", "sine", "/", "~nobody/x",
    "a\0b", "\x1b[2J", "\ud800", "é" * 300, "C:\\x", [], [1], [[7, "level"]], ["sine"], {},
    {"a": 1}, {"": None}, {"model": "sine"}, {"rtaudiogen": "preset"},
]  # fmt: skip
WORDS = (
    b"NaN", b"1e999", b"-Infinity", b"null", b"true", b"{}", b"[]", b",", b"\\ud800", b"//", b'"',
    b"\xef\xbb\xbf", b"\xff\xfe", b"[" * 60, b'{"a":' * 60, b"9" * 5000, b"\\u0000", b"\\x", b"'",
)  # fmt: skip


def whole_sessions() -> list[bytes]:
    """Return files of sessions, in more than one form."""
    text = json.dumps(_SESSION, ensure_ascii=False)
    return [text.encode(), text.encode("utf-16"), json.dumps(_SESSION, indent=2).encode()]


def whole_presets() -> list[bytes]:
    """Return files of presets, in more than one form."""
    text = json.dumps(_PRESET, ensure_ascii=False)
    return [text.encode(), text.encode("utf-8-sig"), json.dumps(_PRESET, indent=2).encode()]


def session_with_wrong_values(chance: random.Random) -> bytes:
    """Return a session that is JSON, with one to three wrong values or names."""
    return _changed(chance, _SESSION)


def preset_with_wrong_values(chance: random.Random) -> bytes:
    """Return a preset that is JSON, with one to three wrong values or names."""
    return _changed(chance, _PRESET)


def _changed(chance: random.Random, document: dict[str, Any]) -> bytes:
    copy = json.loads(json.dumps(document))
    for _ in range(chance.randint(1, 3)):
        place = _any_place(chance, copy)
        if place is not None:
            chance.choice(_CHANGES)(chance, *place)
    return json.dumps(copy).encode()


def _any_place(chance: random.Random, document: Any) -> tuple[Any, Any] | None:
    """Return an object or a list, and a name or position in it."""
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            places.extend((holder, key) for key in keys)
            waiting.extend(holder[key] for key in keys)
    return chance.choice(places) if places else None


def _replace(chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = json.loads(json.dumps(chance.choice(_WRONG)))


def _remove(chance: random.Random, holder: Any, key: Any) -> None:
    del holder[key]


def _rename(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        names = ["", "0", "128", "-1", "x" * 99, f"{key}x", "a\nb", "\ud800", "mix", "²", "other"]
        holder[chance.choice(names)] = holder.pop(key)


def _scale(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder[key], int | float):
        holder[key] = holder[key] * chance.choice([-1, 0.5, 1e3, 1e18])


_CHANGES: list[Callable[[random.Random, Any, Any], None]] = [
    _replace, _replace, _remove, _rename, _scale
]  # fmt: skip
