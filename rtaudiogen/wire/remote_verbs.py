"""The façade's verbs as messages to another process, derived from their declaration."""

import contextlib
import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from .facade import AT_ONCE, VERBS, Facade, check_channel_message


class RemoteVerbs(Facade):
    """Sends every verb that a subclass does not define itself. [control]

    A subclass owns the connection to the other process and defines `_call` and `_send`.
    """

    def _call(self, call: str, **arguments: Any) -> Any:
        """Return the result of a command, or raise its error."""
        raise NotImplementedError

    def _send(self, call: str, arguments: Mapping[str, Any]) -> None:
        """Send a command without a reply. OSError or ValueError if the other process is gone.
        [any]
        """
        raise NotImplementedError

    def play_now(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """Implement `Facade.play_now`; refuse other messages than channel messages here. [any]"""
        check_channel_message(status, data1, data2)
        message = {"status": status, "data1": data1, "data2": data2, "slot": slot}
        with contextlib.suppress(OSError, ValueError):
            self._send("play_now", message)


def _sent(name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that sends a verb, without waiting if it is carried out at once."""
    signature = inspect.signature(verb)

    @wraps(verb)
    def call(self: RemoteVerbs, *given: Any, **named: Any) -> Any:
        arguments = signature.bind(self, *given, **named).arguments
        plain = {key: _plain(value) for key, value in arguments.items() if key != "self"}
        if name not in AT_ONCE:
            return self._call(name, **plain)
        with contextlib.suppress(OSError, ValueError):
            self._send(name, plain)
        return None

    return call


def _plain(value: Any) -> Any:
    """Return a mapping as a dict, which JSON knows."""
    return dict(value) if isinstance(value, Mapping) else value


for _name in VERBS.keys() - vars(RemoteVerbs).keys():
    setattr(RemoteVerbs, _name, _sent(_name, VERBS[_name]))
