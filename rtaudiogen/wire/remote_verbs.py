"""The façade's verbs that another process carries out as they are."""

import contextlib
from collections.abc import Mapping
from typing import Any

from .facade import TimedMidi, Values, check_channel_message


class RemoteVerbs:
    """What is only handed on. See `facade.Facade`. [control]

    Whoever owns the line to the other process gives `_call` and `_send`.
    """

    def _call(self, call: str, **arguments: Any) -> Any:
        """The result of a command; raises its error."""
        raise NotImplementedError

    def _send(self, call: str, arguments: Mapping[str, Any]) -> None:
        """A command that is not answered. OSError, ValueError if nobody is there."""
        raise NotImplementedError

    def add_slot(
        self,
        model: str,
        values: Values | None = None,
        seed: int | None = None,
        sound: str | None = None,
        voices: int = 0,
    ) -> int:
        """See Facade."""
        slot: int = self._call(
            "add_slot", model=model, values=values, seed=seed, sound=sound, voices=voices
        )
        return slot

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """See Facade."""
        self._call("swap_slot", slot=slot, model=model, values=values, sound=sound)

    def set_voices(self, slot: int, voices: int) -> None:
        """See Facade."""
        self._call("set_voices", slot=slot, voices=voices)

    def remove_slot(self, slot: int) -> None:
        """See Facade."""
        self._call("remove_slot", slot=slot)

    def move_slot(self, slot: int, position: int) -> None:
        """See Facade."""
        self._call("move_slot", slot=slot, position=position)

    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """See Facade."""
        self._call("set_parameter", slot=slot, id=id, value=value)

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """See Facade."""
        self._call("set_mix", slot=slot, field=field, value=value)

    def set_master(self, gain_db: float) -> None:
        """See Facade."""
        self._call("set_master", gain_db=gain_db)

    def learn(self, slot: int, id: str) -> None:
        """See Facade."""
        self._call("learn", slot=slot, id=id)

    def map_controller(self, slot: int, controller: int, id: str) -> None:
        """See Facade."""
        self._call("map_controller", slot=slot, controller=controller, id=id)

    def unmap_controller(self, slot: int, controller: int) -> None:
        """See Facade."""
        self._call("unmap_controller", slot=slot, controller=controller)

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """See Facade."""
        self._call("apply_preset", slot=slot, preset=dict(preset))

    def code_stream(self, slot: int) -> dict[str, Any]:
        """See Facade."""
        stream: dict[str, Any] = self._call("code_stream", slot=slot)
        return stream

    def hit_outlines(self, slot: int) -> list[list[float]]:
        """See Facade."""
        outlines: list[list[float]] = self._call("hit_outlines", slot=slot)
        return outlines

    def save_hit(self, slot: int, pad: int, path: str) -> str:
        """See Facade."""
        saved: str = self._call("save_hit", slot=slot, pad=pad, path=path)
        return saved

    def play_midi(self, messages: TimedMidi, after_seconds: float = 0.0) -> None:
        """See Facade."""
        self._call("play_midi", messages=list(messages), after_seconds=after_seconds)

    def play_phrase(self, seconds: float) -> None:
        """See Facade."""
        self._call("play_phrase", seconds=seconds)

    def play_now(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """See Facade. Waits for nothing, not even for a command that takes long. [any]

        What is played while the engine is restarted is lost.
        """
        check_channel_message(status, data1, data2)
        message = {"status": status, "data1": data1, "data2": data2, "slot": slot}
        with contextlib.suppress(OSError, ValueError):
            self._send("play_now", message)

    def play_sound(self, path: str | None = None) -> None:
        """See Facade."""
        self._call("play_sound", path=path)

    def panic(self) -> None:
        """See Facade. Waits for nothing, as `play_now`. [any]"""
        with contextlib.suppress(OSError, ValueError):
            self._send("panic", {})

    def session(self) -> dict[str, Any]:
        """See Facade."""
        session: dict[str, Any] = self._call("session")
        return session

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """See Facade."""
        notices: list[str] = self._call("load_session", session=dict(session))
        return notices
