"""Sessions: the rack and its connections in a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from os.path import isfile  # of a name that no file can have: False
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError, UsageError
from ..generator import MOST_VOICES
from ..routing import MASTER
from .documents import number as number_in
from .documents import read_document, text, whole, write_document
from .fields import Fields, at, entries, items, key_number, unknown
from .presets import MAX_SEED, Preset, read_values

KIND, VERSION = "session", 1
ALL_CHANNELS = 0
MOST_SLOTS = 1000  # the last position of a slot
MASTER_RANGE_DB = -60.0, 6.0
LOWEST_RATE, HIGHEST_RATE = 4000, 384_000  # Hz
A_SLOT = '{"model": "…", …}'
SLOTS = f"a list of slots, [{A_SLOT}, …]"


@dataclass(frozen=True)
class Mix:
    """The mix of a slot, and the part of the keyboard that it hears."""

    gain_db: float = 0.0  # -60 … 12
    pan: float = 0.0  # -1 left … 1 right
    mute: bool = False
    solo: bool = False
    stopped: bool = False  # a stream is silent, an effect does not hear the live input
    channel: int = ALL_CHANNELS  # MIDI channel 1 … 16, or all
    low_key: int = 0  # zone, MIDI note numbers, both ends included
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones, of channels that RPN 0 told no other
    width: float | None = None  # 0 … 1, between left and right; None: the model's own, as below
    key_pan: float | None = None  # 0 … 1: how far low keys lie left and high ones right
    send_db: float = 0.0  # -60 … 12: level of what is sent to another slot, after the gain
    hears_input: bool = True  # an effect hears the live input, not only other slots
    bypass: bool = False  # an effect passes on what it hears

    others: Mapping[str, Any] = field(default_factory=dict)  # unknown fields of a file

    def values(self) -> dict[str, Any]:
        """Return the fields for the renderer; those that the model decides are left out."""
        named = {name: getattr(self, name) for name in _names(self)}
        return {name: value for name, value in named.items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**self.others, **self.values()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Mix":
        """Return the mix of plain values. ValueError, which names the field, for a wrong one."""
        given, default = Fields(fields, 'the mix, {"gain_db": …}'), cls()
        return cls(
            gain_db=given.number("gain_db", -60.0, 12.0, default.gain_db),
            pan=given.number("pan", -1.0, 1.0, default.pan),
            mute=given.truth("mute", default.mute),
            solo=given.truth("solo", default.solo),
            stopped=given.truth("stopped", default.stopped),
            channel=given.whole("channel", 0, 16, default.channel),
            low_key=given.whole("low_key", 0, 127, default.low_key),
            high_key=given.whole("high_key", 0, 127, default.high_key),
            transpose=given.whole("transpose", -48, 48, default.transpose),
            bend_range=given.number("bend_range", 0.0, 48.0, default.bend_range),
            width=given.get("width", _share, None),
            key_pan=given.get("key_pan", _share, None),
            send_db=given.number("send_db", -60.0, 12.0, default.send_db),
            hears_input=given.truth("hears_input", default.hears_input),
            bypass=given.truth("bypass", default.bypass),
            others=given.rest(),
        )

    def remarks(self, place: str) -> Iterator[str]:
        """Yield a sentence for each field without effect, and for a zone without keys."""
        yield from unknown(place, self.others, _names(self))
        if self.low_key > self.high_key:
            yield f"{place}: low_key {self.low_key} is above high_key {self.high_key}: no key plays"


@dataclass(frozen=True)
class SlotState:
    """One slot of the rack."""

    model: str  # id, or path of a model file
    values: Mapping[str, float] = field(default_factory=dict)  # by parameter id
    seed: int = 0
    mix: Mix = Mix()
    controls: Mapping[int, str] = field(default_factory=dict)  # control change → parameter id
    programs: Mapping[int, Preset] = field(default_factory=dict)  # program change 0 … 127 → preset
    sound: str = ""  # path of the file it plays from; empty: none
    voices: int = 0  # 0: the model's own number
    output: int = MASTER  # position in the rack, from 1, of the effect that its sound goes to
    send: int = MASTER  # position of the effect that a part of its sound goes to; MASTER: none
    others: Mapping[str, Any] = field(default_factory=dict)  # unknown fields of a file

    def to_json(self) -> dict[str, Any]:
        """Return plain values; JSON has only texts as keys."""
        return {
            **self.others,
            "model": self.model,
            "seed": self.seed,
            "sound": self.sound,
            "voices": self.voices,
            "output": self.output,
            "send": self.send,
            "values": dict(self.values),
            "mix": self.mix.to_json(),
            "controls": {str(control): id for control, id in self.controls.items()},
            "programs": {str(program): p.to_json() for program, p in self.programs.items()},
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "SlotState":
        """Return the slot of plain values. ValueError, which names the field, for a wrong one."""
        given = Fields(fields, A_SLOT)
        return cls(
            model=_model(given),
            values=given.get("values", read_values, {}),
            seed=given.whole("seed", 0, MAX_SEED, 0),
            sound=given.text("sound", ""),
            voices=given.whole("voices", 0, MOST_VOICES, 0),
            output=given.whole("output", MASTER, MOST_SLOTS, MASTER),
            send=given.whole("send", MASTER, MOST_SLOTS, MASTER),
            mix=given.get("mix", Mix.from_json, Mix(), named=False),
            controls=given.get("controls", _controls, {}),
            programs=given.get("programs", _programs, {}),
            others=given.rest(),
        )

    def remarks(self, place: str) -> Iterator[str]:
        """Yield a sentence for each field without effect, its parts included."""
        yield from unknown(place, self.others, _names(self))
        yield from self.mix.remarks(place)
        for number, preset in self.programs.items():
            yield from preset.remarks(f"{place}: program {number}")


def _share(value: Any) -> float:
    return number_in(value, 0.0, 1.0)


def _model(slot: Fields) -> str:
    model = slot.text("model", "")
    if model.strip():
        return model
    raise ValueError("'model' is missing; expected the id of a model or the path of its file")


def _controls(value: Any) -> dict[int, str]:
    controls = {}
    for name, id in entries(value, '{"CONTROLLER": "PARAMETER", …}'):
        with at(name):
            controls[key_number(name, 127)] = text(id)
    return controls


def _programs(value: Any) -> dict[int, Preset]:
    programs = {}
    for name, preset in entries(value, '{"PROGRAM": {"values": …}, …}'):
        with at(name):
            programs[key_number(name, 127)] = Preset.from_json(preset)
    return programs


def _names(part: Any) -> list[str]:
    return [known.name for known in fields(part) if known.name != "others"]


@dataclass(frozen=True)
class Session:
    """The rack and its connections. Empty or zero: the machine's preference."""

    slots: tuple[SlotState, ...] = ()
    output: str = ""  # audio device
    input: str = ""  # audio device that effects hear; empty: none
    sample_rate: int = 0  # Hz
    block_frames: int = 0
    latency_ms: float = 20.0
    midi: str = "all"
    master_gain_db: float = 0.0  # of the whole output
    others: Mapping[str, Any] = field(default_factory=dict)  # unknown fields of a file

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        own = {name: getattr(self, name) for name in _names(self)}
        return {**self.others, **own, "slots": [slot.to_json() for slot in self.slots]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Session":
        """Return the session of plain values. ValueError, with slot and field, for a wrong one."""
        given = Fields(fields)
        return cls(
            slots=given.get("slots", _slots, (), named=False),
            output=given.text("output", ""),
            input=given.text("input", ""),
            sample_rate=given.get("sample_rate", _sample_rate, 0),
            block_frames=given.whole("block_frames", 0, 8192, 0),
            latency_ms=given.number("latency_ms", 1.0, 2000.0, 20.0),
            midi=given.text("midi", "all"),
            master_gain_db=given.number("master_gain_db", *MASTER_RANGE_DB, 0.0),
            others=given.rest(),
        )

    def remarks(self) -> Iterator[str]:
        """Yield a sentence for each field without effect."""
        yield from unknown("", self.others, _names(self))
        for number, slot in enumerate(self.slots, 1):
            yield from slot.remarks(f"slot {number}")


def _slots(value: Any) -> tuple[SlotState, ...]:
    with at("slots"):
        listed = items(value, SLOTS)
    slots = []
    for position, slot in listed:
        with at("slots", position):
            slots.append(SlotState.from_json(slot))
    return tuple(slots)


def _sample_rate(value: Any) -> int:
    rate = whole(value, 0, HIGHEST_RATE)
    if 0 < rate < LOWEST_RATE:
        raise ValueError(f"{rate}; expected {LOWEST_RATE} … {HIGHEST_RATE}, or 0: the device's own")
    return rate


def checked_master(gain_db: float) -> float:
    """Return a master gain in dB; UsageError if it is out of range."""
    low, high = MASTER_RANGE_DB
    if not low <= gain_db <= high:
        raise UsageError(f"master gain of {gain_db:g} dB: expected {low:g} … {high:g} dB")
    return float(gain_db)


def save_session(path: Path, session: Session, overwrite: bool = True) -> None:
    """Write a session atomically; see `write_document`."""
    write_document(path, KIND, VERSION, session.to_json(), overwrite)


def load_session(path: Path) -> Session:
    """Return the session of a file. RtAudioGenError, in one line, for a damaged, foreign or newer
    one.

    A wrong value is refused with its slot and name; values that depend on the models (their
    parameters and ranges) are fitted later, when the rack is built. Unknown fields are kept and
    reported by `Session.remarks`. Files in the session's folder may be named without the folder.
    """
    fields = read_document(path, KIND, VERSION)
    if "slots" not in fields:
        raise RtAudioGenError(f"{path}: 'slots' is missing; expected {SLOTS}")
    try:
        session = Session.from_json(fields)
    except ValueError as error:
        raise RtAudioGenError(f"{path}: {error}") from error
    return replace(session, slots=tuple(_found(slot, path.parent) for slot in session.slots))


def _found(slot: SlotState, folder: Path) -> SlotState:
    """Return the slot with the full path of a model or a sound in the session's folder."""
    model, sound = (
        str((folder / name).absolute()) if name and isfile(folder / name) else name
        for name in (slot.model, slot.sound)
    )
    return replace(slot, model=model, sound=sound)
