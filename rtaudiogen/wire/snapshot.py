"""Facts of a playing engine at one moment, as plain values for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class HitsSnapshot:
    """Counts of the strikes in a slot that plays hits."""

    played: int  # fresh hits
    stale: int  # of these, made for other values or another velocity
    replays: int  # repetitions of the last hit, because none was ready
    refused: int  # not played, because too many sounded
    ready: int  # hits that every pad has ready, at least


@dataclass(frozen=True)
class SlotSnapshot:
    """One slot of the rack."""

    slot: int
    model: str  # descriptor id
    level: float = 0.0  # recent peak after gain, linear
    voices: int = 0  # sounding now
    most_voices: int = 0  # notes at a time; 0: not yet on the render thread
    device: str = ""  # its processor, of `processors.NAMES`; empty: likewise
    faults: int = 0  # voices that were reset because they diverged
    values: Mapping[str, float] = field(default_factory=dict)  # by parameter id
    hits: HitsSnapshot | None = None
    mix: Mapping[str, float] = field(default_factory=dict)  # see sessions.Mix
    output: int = 0  # the effect's slot that its sound goes to; 0: the master
    send: int = 0  # the effect's slot that a part of its sound goes to; 0: none
    controls: Mapping[str, int] = field(default_factory=dict)  # parameter id → control change
    sound: str = ""  # path of the sound file that it plays from
    position: float | None = None  # in its `code_stream`, in code frames; None: it does not sound
    codes_played: int = 0  # code frames that have sounded, from any source
    newest_codes: Sequence[Sequence[int]] = ()  # (code frames, stages) that sounded last
    load: float = 0.0  # rendering time as a share of the available time, median

    def to_json(self) -> dict[str, Any]:
        """Return plain values, which must not be changed."""
        return {**vars(self), "hits": self.hits and vars(self.hits)}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "SlotSnapshot":
        """Make a snapshot from plain values."""
        hits = facts.get("hits")
        known = HitsSnapshot(**_known(HitsSnapshot, hits)) if hits else None
        return cls(**{**_known(cls, facts), "hits": known})


@dataclass(frozen=True)
class RecordingSnapshot:
    """The recording in progress, or the last one."""

    path: str
    seconds: float = 0.0
    running: bool = False
    marks: int = 0  # dropouts and other faults
    lost_frames: int = 0  # the disk was too slow
    problem: str = ""  # why it stopped, if it did
    clipped: int = 0  # values beyond full scale, which the format cannot store


@dataclass(frozen=True)
class MidiSnapshot:
    """A channel message that has arrived."""

    number: int  # of all since the start, from 1
    seconds: float  # of its arrival, since the start
    port: str  # its name; "screen" for a front end's own notes
    status: int
    data1: int
    data2: int


@dataclass(frozen=True)
class Snapshot:
    """All facts that a front end shows. Times are milliseconds, counts are since the start."""

    device: str  # "" before the start
    sample_rate: int  # frames per second in Hz
    playing: bool = False
    null_device: bool = False  # the clock keeps time; nothing is heard
    midi_ports: tuple[str, ...] = ()
    midi: tuple[
        MidiSnapshot, ...
    ] = ()  # the last 32, newest last; without notes that are played by time
    input: str = ""  # device that effects hear; empty: none
    latency_ms: Mapping[str, float] = field(default_factory=dict)  # named parts, in signal order
    load_p50: float = 0.0  # render time ÷ block time
    load_p99: float = 0.0
    underrun_episodes: int = 0
    lost_frames: int = 0
    longest_gap_ms: float = 0.0
    machine_gap_ms: float = 0.0  # the longest delay of a sleeping thread by the machine itself
    late_events: int = 0
    late_hits: int = 0  # hits that began after their frame
    dropped_midi_bytes: int = 0
    restarts: int = 0  # of the engine process
    frames_played: int = 0
    master_gain_db: float = 0.0
    peak: float = 0.0  # recent, of the output, linear
    input_peak: float = 0.0  # recent, linear
    input_late_frames: int = 0  # arrived too late and were replaced by silence
    input_lost_frames: int = 0  # arrived but were skipped
    limiter_db: float = 0.0  # gain reduction now
    slots: tuple[SlotSnapshot, ...] = ()  # in the order of the rack
    recording: RecordingSnapshot | None = None
    memory: str = ""  # name of the shared memory with the output's tap
    messages: tuple[str, ...] = ()  # sentences for the user, the last 20, newest last

    @property
    def total_latency_ms(self) -> float:
        """Latency from a key to its sound; with an input, from its sound to the loudspeaker."""
        return sum(self.latency_ms.values())

    @property
    def seconds_played(self) -> float:
        """Length of the output so far."""
        return self.frames_played / self.sample_rate

    def to_json(self) -> dict[str, Any]:
        """Return plain values, which must not be changed: 25 calls a second make no copies."""
        return {
            **vars(self),
            "midi": [vars(message) for message in self.midi],
            "slots": [slot.to_json() for slot in self.slots],
            "recording": self.recording and vars(self.recording),
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Snapshot":
        """Make a snapshot from plain values; ignore unknown fields of a newer engine."""
        known = _known(cls, facts)
        slots = tuple(SlotSnapshot.from_json(slot) for slot in facts.get("slots", ()))
        recording = facts.get("recording")
        return cls(
            **{
                **known,
                "midi_ports": tuple(facts.get("midi_ports", ())),
                "messages": tuple(facts.get("messages", ())),
                "midi": tuple(
                    MidiSnapshot(**_known(MidiSnapshot, m)) for m in facts.get("midi", ())
                ),
                "slots": slots,
                "recording": RecordingSnapshot(**_known(RecordingSnapshot, recording))
                if recording
                else None,
            }
        )


def _known(kind: type, facts: Mapping[str, Any]) -> dict[str, Any]:
    names = {f.name for f in fields(kind)}
    return {name: value for name, value in facts.items() if name in names}
