"""Guard against values of the engine that are older than the user's last movement."""

import math
from time import monotonic

ECHO_SECONDS = 0.5  # an engine that has not yet heard of a change may contradict it for so long


class EchoGuard:
    """Remembers, for every field, when the user last moved it."""

    def __init__(self) -> None:
        self._moved: dict[str, float] = {}

    def touch(self, field: str) -> None:
        """Remember that the user moves a field now."""
        self._moved[field] = monotonic()

    def forget(self, field: str) -> None:
        """Let the engine's value of a field be shown from now on."""
        self._moved.pop(field, None)

    def accepts(self, field: str) -> bool:
        """Return True if the engine's value may be shown: the user has not just moved the field."""
        return monotonic() - self._moved.get(field, -math.inf) >= ECHO_SECONDS
