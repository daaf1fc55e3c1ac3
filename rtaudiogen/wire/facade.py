"""The façade: every verb that a front end has, declared once. All arguments are JSON values.

`engine.core.Engine` carries the verbs out in its own process. `client.remote.EngineProcess` sends
them to the process of an engine; what it sends is derived from this declaration (`remote_verbs`).
Verbs are [control] unless they say otherwise. Errors are RtAudioGenError (cannot be done) and
UsageError (the call makes no sense).
"""

# mypy: disable-error-code="empty-body"

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import UsageError

Values = Mapping[str, float]
# seconds from now, status, data1, data2, and the port (0 … 127) if there are several
TimedMidi = Sequence[tuple[float, int, int, int] | tuple[float, int, int, int, int]]

Verb = TypeVar("Verb", bound=Callable[..., None])


def at_once(verb: Verb) -> Verb:
    """Mark a verb that waits for nothing, not even for a command that takes seconds. [any]

    The engine's process carries it out on the thread that reads commands, as it arrives. It has no
    reply: an error becomes one of the engine's messages, and a verb that arrives while the engine
    is restarted is lost.
    """
    verb.__dict__["at_once"] = True
    return verb


class Facade:
    """The verbs that a window or a command line may call."""

    def start(self) -> None:
        """Start to sound."""

    def close(self) -> None:
        """Fall silent without a click, finish the recording, release device and ports."""

    def add_slot(
        self,
        model: str,
        values: Values | None = None,
        seed: int | None = None,
        sound: str | None = None,
        voices: int = 0,
    ) -> int:
        """Load a model by name or path into a new slot; return its number. `values` by parameter
        id.

        `sound` is the path of a sound file for a model that plays from one; `voices` 0: the model's
        own number.
        """

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """Exchange a slot's generator while it plays, with a crossfade.

        Another model has its own number of voices; the same model keeps the slot's.
        """

    def set_voices(self, slot: int, voices: int) -> None:
        """Set the number of notes that a slot plays at a time; 0: the model's own.

        A new generator is crossfaded in; held notes, values and counters are kept. UsageError if
        `voices` is out of range or the model takes no notes.
        """

    def remove_slot(self, slot: int) -> None:
        """Fade a slot out and remove it."""

    def move_slot(self, slot: int, position: int) -> None:
        """Move a slot to a position of the rack, 0: first; its number and its sound stay.

        The order is that of snapshots and sessions. UsageError for a position out of range.
        """

    @at_once
    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """Set a parameter's target."""

    @at_once
    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Set gain_db, pan, mute, solo, stopped, channel, low_key, high_key, transpose, bend_range,
        width, key_pan, send_db, hears_input or bypass.

        A stream that is stopped is silent until it is started again; a stopped effect does not hear
        the live input, but still answers the slots that lead to it. `panic` stops both.
        """

    def connect(self, slot: int, output: int = 0, send: int = 0) -> None:
        """Lead a slot's sound to the effect in slot `output` instead of the master, 0.

        A part of it, at the mix's `send_db`, goes to the effect in slot `send`; 0: nothing is sent.
        When that effect is removed or exchanged for a generator, the sound goes to the master.
        UsageError if one of them is no effect, or leads back to this slot.
        """

    @at_once
    def set_master(self, gain_db: float) -> None:
        """Set the gain of the whole output, -60 … 6 dB, hits and auditions included.

        The gain glides to the value within some 20 ms, before the last limiter; it is recorded and
        belongs to the session. UsageError outside the range.
        """

    def learn(self, slot: int, id: str) -> None:
        """Map the next control change that arrives to a parameter; see `map_controller`."""

    def map_controller(self, slot: int, controller: int, id: str) -> None:
        """Let a control change move a parameter of a slot over its whole range.

        Within a slot a controller moves one parameter, the last it was mapped to; it may move one
        in several slots. Several controllers may move the same parameter: the snapshot names the
        one that was mapped last. UsageError for an unknown parameter, and for controllers with a
        fixed meaning (6, 38, 64, 98 … 101, 120 … 127).
        """

    def unmap_controller(self, slot: int, controller: int) -> None:
        """Unmap a control change, which then has its usual effect. UsageError if it is not
        mapped.
        """

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """Set a slot's values and seed from a preset."""

    def code_stream(self, slot: int) -> dict[str, Any]:
        """Return the stream of codes that a slot reads when it plays from a sound.

        The stream is `frames` long, at `frames_per_second`; `codes` (frames, stages) and `levels`
        (frames,), peaks of the sound, describe every `every`-th frame. They are empty if there is
        no stream.
        """

    def hit_outlines(self, slot: int) -> list[list[float]]:
        """Return (pads, 48) peaks 0 … 1 of the hit that each pad played last, in equal parts.

        Before its first strike, of the hit that it would play; zeros if none is made yet. Empty for
        a slot that plays no hits.
        """

    def save_hit(self, slot: int, pad: int, path: str, bits: int = 0) -> str:
        """Write a pad's last hit to a WAV or FLAC file at the host's rate; return its path.

        `pad` counts from 0, `bits` are as in `record`. The hit is written as it was made, before
        velocity, gain and pan, and replaces a file of that name. UsageError for a slot without hits
        or an unknown pad.
        """

    def play_midi(self, messages: TimedMidi, after_seconds: float = 0.0) -> None:
        """Play messages at their times, counted from `after_seconds` from now.

        Two messages are as many frames apart as in `offline.render`.
        """

    def play_phrase(self, seconds: float) -> None:
        """Play the beginning of the built-in phrase; release all its notes after `seconds`."""

    @at_once
    def play_now(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """Play a channel message as if it arrived at a port now. UsageError for another message.

        `slot`: only that slot hears it, if it listens to the channel; 0: all slots.
        """

    def play_sound(self, path: str | None = None) -> None:
        """Play a sound file once, along with the slots; the previous one fades out. None: stop.

        It is recorded like all output, and belongs to no slot.
        """

    @at_once
    def panic(self) -> None:
        """Silence every voice at once, and stop every stream and live input."""

    def record(self, path: str | None = None, bits: int = 0, suffix: str = ".wav") -> str:
        """Record the output to a file (.wav or .flac); return its path.

        Without a path it is named by the time, among the recordings, and ends in `suffix`.
        `bits` of a value: 16, 24 or, in a WAV alone, 32 (float); 0: 32 in a WAV, 24 in a FLAC.
        """

    def stop_recording(self) -> dict[str, Any]:
        """Finish the recording; return path, frames, seconds, marks, clipped values."""

    def rack(self) -> dict[str, Any]:
        """Return the slots as they are, after all commands so far: their `session`, as of
        `session`, and their `numbers` in the same order.
        """

    def restore(self, rack: Mapping[str, Any], instead_of: Mapping[str, Any]) -> list[str]:
        """Change what differs between two states of `rack`, from `instead_of` to `rack`.

        Everything else stays as it is and goes on sounding. A slot that comes back has its old
        number. Return sentences about what could not be restored.
        """

    def session(self) -> dict[str, Any]:
        """Return the rack as a session with everything that `load_session` needs."""

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """Rebuild the rack; return sentences about what could not be restored."""

    def snapshot(self) -> dict[str, Any]:
        """Return the newest facts; see `snapshot.Snapshot`."""


VERBS: Mapping[str, Callable[..., Any]] = {
    name: verb for name, verb in vars(Facade).items() if not name.startswith("_")
}
AT_ONCE = frozenset(name for name, verb in VERBS.items() if hasattr(verb, "at_once"))


def check_channel_message(status: int, data1: int, data2: int) -> None:
    """Raise UsageError for anything but a MIDI channel message."""
    if not (0x80 <= status < 0xF0 and 0 <= data1 < 128 and 0 <= data2 < 128):
        raise UsageError(
            f"not a channel message: {status}, {data1}, {data2};"
            " expected a status of 128 … 239 and data of 0 … 127"
        )
