"""The newest MIDI messages, for display."""

import time
from itertools import count
from typing import NamedTuple

KEPT = 32  # messages
SCREEN = "screen"  # the port of a front end's own notes


class Heard(NamedTuple):
    """A channel message that has arrived."""

    number: int  # of all since the start, from 1
    seconds: float  # of its arrival, since the start
    port: str  # its name, or SCREEN
    status: int
    data1: int
    data2: int


class Monitor:
    """Keeps the last messages without a lock: each message takes a number, which gives its
    place.
    """

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._numbers = count(1)  # its next is atomic under the interpreter's lock
        self._places: list[Heard | None] = [None] * KEPT

    def note(self, arrival: float, port: str, status: int, data1: int, data2: int) -> None:
        """Add a message that arrived at `arrival`, seconds of `time.perf_counter`. [midi] or
        [any]
        """
        number, seconds = next(self._numbers), arrival - self._begun
        self._places[number % KEPT] = Heard(number, seconds, port, status, data1, data2)

    def newest(self) -> list[Heard]:
        """Return at most KEPT messages, newest last. [any]"""
        return sorted(heard for heard in self._places.copy() if heard is not None)
