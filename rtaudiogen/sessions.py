"""Sessions: everything that is needed to stand on stage again where one left off."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .documents import number, read_document, text, whole, write_document
from .errors import RtAudioGenError, UsageError
from .generator import MOST_VOICES
from .presets import MAX_SEED, Preset

KIND, VERSION = "session", 1
ALL_CHANNELS = 0
MASTER_RANGE_DB = -60.0, 6.0


@dataclass(frozen=True)
class Mix:
    """How a slot is heard and what it hears."""

    gain_db: float = 0.0  # -60 … 12
    pan: float = 0.0  # -1 left … 1 right
    mute: bool = False
    solo: bool = False
    channel: int = ALL_CHANNELS  # MIDI channel 1 … 16, or all
    low_key: int = 0  # zone, MIDI note numbers, both ends included
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Mix":
        """From plain values; ValueError if one is out of range."""
        default = asdict(cls())
        get = {**default, **fields}.__getitem__
        return cls(
            gain_db=number(get("gain_db"), -60.0, 12.0),
            pan=number(get("pan"), -1.0, 1.0),
            mute=bool(get("mute")),
            solo=bool(get("solo")),
            channel=whole(get("channel"), 0, 16),
            low_key=whole(get("low_key"), 0, 127),
            high_key=whole(get("high_key"), 0, 127),
            transpose=whole(get("transpose"), -48, 48),
            bend_range=number(get("bend_range"), 0.0, 48.0),
        )


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

    def to_json(self) -> dict[str, Any]:
        """Plain values; JSON knows keys as text only."""
        return {
            "model": self.model,
            "seed": self.seed,
            "sound": self.sound,
            "voices": self.voices,
            "values": dict(self.values),
            "mix": asdict(self.mix),
            "controls": {str(control): id for control, id in self.controls.items()},
            "programs": {str(program): p.to_json() for program, p in self.programs.items()},
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "SlotState":
        """From `to_json`."""
        return cls(
            model=text(fields["model"]),
            values={text(id): number(value) for id, value in fields.get("values", {}).items()},
            seed=whole(fields.get("seed", 0), 0, MAX_SEED),
            sound=text(fields.get("sound", "")),
            voices=whole(fields.get("voices", 0), 0, MOST_VOICES),
            mix=Mix.from_json(fields.get("mix", {})),
            controls={
                whole(int(control), 0, 127): text(id)
                for control, id in fields.get("controls", {}).items()
            },
            programs={
                whole(int(program), 0, 127): Preset.from_json(preset)
                for program, preset in fields.get("programs", {}).items()
            },
        )


@dataclass(frozen=True)
class Session:
    """The rack and how it is connected. Empty or zero: what the machine prefers."""

    slots: tuple[SlotState, ...] = ()
    output: str = ""  # audio device
    input: str = ""  # audio device that effects hear; empty: none
    sample_rate: int = 0  # Hz
    block_frames: int = 0
    latency_ms: float = 20.0
    midi: str = "all"
    master_gain_db: float = 0.0  # of everything that is heard

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "slots": [slot.to_json() for slot in self.slots]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Session":
        """From `to_json`. ValueError, TypeError, KeyError or AttributeError if it is not one."""
        return cls(
            slots=tuple(SlotState.from_json(slot) for slot in fields.get("slots", ())),
            output=text(fields.get("output", "")),
            input=text(fields.get("input", "")),
            sample_rate=whole(fields.get("sample_rate", 0), 0, 384_000),
            block_frames=whole(fields.get("block_frames", 0), 0, 8192),
            latency_ms=number(fields.get("latency_ms", 20.0), 1.0, 2000.0),
            midi=text(fields.get("midi", "all")),
            master_gain_db=number(fields.get("master_gain_db", 0.0), *MASTER_RANGE_DB),
        )


def checked_master(gain_db: float) -> float:
    """A master gain in dB; UsageError if it is out of range."""
    low, high = MASTER_RANGE_DB
    if not low <= gain_db <= high:
        raise UsageError(f"master gain of {gain_db:g} dB: expected {low:g} … {high:g} dB")
    return float(gain_db)


def save_session(path: Path, session: Session) -> None:
    """Write a session atomically."""
    write_document(path, KIND, VERSION, session.to_json())


def load_session(path: Path) -> Session:
    """Read a session. RtAudioGenError, in one line, for a damaged, foreign or newer file."""
    fields = read_document(path, KIND, VERSION)
    try:
        return Session.from_json(fields)
    except KeyError as error:
        raise RtAudioGenError(f"{path}: damaged, no {KIND} ({error} is missing)") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise RtAudioGenError(f"{path}: damaged, no {KIND} ({error})") from error
