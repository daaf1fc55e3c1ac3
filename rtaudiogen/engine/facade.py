"""The façade: every verb a front end has. All are [control], all arguments are JSON values.

`core.Engine` fulfils it in this process, `remote.EngineProcess` by a child process that is
restarted when it dies or hangs. Errors are RtAudioGenError (cannot be done) and UsageError (cannot
be meant).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..errors import UsageError

Values = Mapping[str, float]
TimedMidi = Sequence[tuple[float, int, int, int]]  # seconds from now, status, data1, data2


class Facade(Protocol):
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
    ) -> int:
        """Load a model by name or path into a new slot; its number. `values` by parameter id.

        `sound` is the path of a sound file for a model that plays from one.
        """

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """Exchange a slot's generator while it plays, with a crossfade."""

    def remove_slot(self, slot: int) -> None:
        """Fade a slot out and drop it."""

    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """Move a parameter's target."""

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Set gain_db, pan, mute, solo, channel, low_key, high_key, transpose or bend_range."""

    def learn(self, slot: int, id: str) -> None:
        """Bind the next control change that arrives to a parameter."""

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """Set a slot's values and seed from a preset."""

    def play_midi(self, messages: TimedMidi) -> None:
        """Play messages at their times from now on."""

    def play_phrase(self, seconds: float) -> None:
        """Play the beginning of the built-in phrase; after `seconds` everything is let go."""

    def play_now(self, status: int, data1: int, data2: int) -> None:
        """Play a channel message as if it had arrived at a port now. UsageError if it is none."""

    def panic(self) -> None:
        """Silence every voice at once."""

    def record(self, path: str | None = None) -> str:
        """Write everything that is heard to a file (.wav or .flac); its path."""

    def stop_recording(self) -> dict[str, Any]:
        """Finish the recording: path, seconds, marks."""

    def session(self) -> dict[str, Any]:
        """The rack as a session: everything `load_session` needs."""

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """Rebuild the rack; sentences about what could not be restored."""

    def snapshot(self) -> dict[str, Any]:
        """The newest facts: see `snapshot.Snapshot`."""


def check_channel_message(status: int, data1: int, data2: int) -> None:
    """UsageError for what is no MIDI channel message."""
    if not (0x80 <= status < 0xF0 and 0 <= data1 < 128 and 0 <= data2 < 128):
        raise UsageError(
            f"no channel message: {status}, {data1}, {data2};"
            " expected a status of 128 … 239 and data of 0 … 127"
        )
