"""The façade: every verb that a front end has, declared once. All arguments are JSON values.

`engine.core.Engine` carries the verbs out in its own process. `client.remote.EngineProcess` sends
them to the process of an engine; what it sends is derived from this declaration (`remote_verbs`).
Verbs are [control] unless they say otherwise. Errors are RtAudioGenError (cannot be done) and
UsageError (cannot be meant).
"""

# mypy: disable-error-code="empty-body"
# The bodies are docstrings: whoever derives from Facade gives each verb.

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import UsageError

Values = Mapping[str, float]
# seconds from now, status, data1, data2, and a port of its own (0 … 127) where there are several
TimedMidi = Sequence[tuple[float, int, int, int] | tuple[float, int, int, int, int]]

Verb = TypeVar("Verb", bound=Callable[..., None])


def at_once(verb: Verb) -> Verb:
    """Mark a verb that waits for nothing, not even for a command that takes seconds. [any]

    The engine's process carries it out on the thread that reads commands, as it arrives. It is not
    answered: what is wrong with it becomes one of the engine's messages, and what arrives while the
    engine is restarted is lost.
    """
    verb.__dict__["at_once"] = True
    return verb


class Facade:
    """What a window or a command line may ask of an engine."""

    def start(self) -> None:
        """Begin to sound."""

    def close(self) -> None:
        """Fall silent without a click, finish the recording, let go of device and ports."""

    def add_slot(
        self,
        model: str,
        values: Values | None = None,
        seed: int | None = None,
        sound: str | None = None,
        voices: int = 0,
    ) -> int:
        """Load a model by name or path into a new slot; its number. `values` by parameter id.

        `sound` is the path of a sound file for a model that plays from one; `voices` of 0 are the
        model's own.
        """

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """Exchange a slot's generator while it plays, with a crossfade.

        Another model has its own number of voices, the same one keeps the slot's.
        """

    def set_voices(self, slot: int, voices: int) -> None:
        """Let a slot play so many notes at a time, 0: as many as its model by itself.

        Its generator is made anew and crossfaded in: what is held, turned and counted goes on.
        UsageError for a number that there is not, and for a model that no note plays.
        """

    def remove_slot(self, slot: int) -> None:
        """Fade a slot out and drop it."""

    def move_slot(self, slot: int, position: int) -> None:
        """Put a slot at a position of the rack, 0: first; its number and its sound stay.

        The order is that of snapshots and sessions. UsageError for a position that there is not.
        """

    @at_once
    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """Move a parameter's target."""

    @at_once
    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Set gain_db, pan, mute, solo, channel, low_key, high_key, transpose or bend_range."""

    @at_once
    def set_master(self, gain_db: float) -> None:
        """Gain of everything that is heard, hits and auditions included, -60 … 6 dB.

        It glides there within some 20 ms, before the last limiter; it is recorded and is a part of
        the session. UsageError outside the range.
        """

    def learn(self, slot: int, id: str) -> None:
        """Map the next control change that arrives to a parameter; see `map_controller`."""

    def map_controller(self, slot: int, controller: int, id: str) -> None:
        """Let a control change move a parameter of a slot, over its whole range.

        Within a slot a controller moves one parameter, the last it was mapped to; in several slots
        it may move several. Several controllers may move the same parameter: the snapshot names the
        one that was mapped last. UsageError for a parameter that there is not, and for controllers
        with a meaning of their own (6, 38, 64, 98 … 101, 120 … 127).
        """

    def unmap_controller(self, slot: int, controller: int) -> None:
        """Let a control change do what it does unmapped. UsageError if it moves nothing there."""

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """Set a slot's values and seed from a preset."""

    def code_stream(self, slot: int) -> dict[str, Any]:
        """The stream of codes that a slot reads when it plays from a sound.

        `frames` long, at `frames_per_second`; of every `every`-th frame its `codes` (frames,
        stages) and `levels` (frames,), peaks of how it sounds. None of them where there is none.
        """

    def hit_outlines(self, slot: int) -> list[list[float]]:
        """(pads, 48) peaks 0 … 1, in equal parts, of the hit that each pad played last.

        Before its first strike, of the one that it would play; zeros where none is made yet. Empty
        for a slot that plays no hits.
        """

    def save_hit(self, slot: int, pad: int, path: str) -> str:
        """Write the same hit of a pad, from 0, to a float32 WAV file at the host's rate; its path.

        As it was made, before velocity, gain and pan. A file of that name is replaced. UsageError
        for a slot without hits or a pad that there is not.
        """

    def play_midi(self, messages: TimedMidi, after_seconds: float = 0.0) -> None:
        """Play messages at their times from now on, or from `after_seconds` later.

        Between two messages lie as many frames as in `offline.render`, whenever that is.
        """

    def play_phrase(self, seconds: float) -> None:
        """Play the beginning of the built-in phrase; after `seconds` everything is let go."""

    @at_once
    def play_now(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """Play a channel message as if it had arrived at a port now. UsageError if it is none.

        For one slot alone, as far as that listens to its channel; 0: for all.
        """

    def play_sound(self, path: str | None = None) -> None:
        """Play a sound file once, beside all that plays; the one before fades out. None: no more.

        It is recorded, as everything that is heard, and belongs to no slot.
        """

    @at_once
    def panic(self) -> None:
        """Silence every voice at once."""

    def record(self, path: str | None = None, bits: int = 0) -> str:
        """Write everything that is heard to a file (.wav or .flac); its path.

        `bits` of a value: 16, 24 or, in a WAV alone, 32 (float); 0: 32 in a WAV, 24 in a FLAC.
        """

    def stop_recording(self) -> dict[str, Any]:
        """Finish the recording: path, frames, seconds, marks, clipped values."""

    def session(self) -> dict[str, Any]:
        """The rack as a session: everything `load_session` needs."""

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """Rebuild the rack; sentences about what could not be restored."""

    def snapshot(self) -> dict[str, Any]:
        """The newest facts: see `snapshot.Snapshot`."""


VERBS: Mapping[str, Callable[..., Any]] = {
    name: verb for name, verb in vars(Facade).items() if not name.startswith("_")
}
AT_ONCE = frozenset(name for name, verb in VERBS.items() if hasattr(verb, "at_once"))


def check_channel_message(status: int, data1: int, data2: int) -> None:
    """UsageError for what is no MIDI channel message."""
    if not (0x80 <= status < 0xF0 and 0 <= data1 < 128 and 0 <= data2 < 128):
        raise UsageError(
            f"no channel message: {status}, {data1}, {data2};"
            " expected a status of 128 … 239 and data of 0 … 127"
        )
