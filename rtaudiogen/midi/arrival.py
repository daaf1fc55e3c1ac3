"""Reconstruction of the arrival times of MIDI messages that are fetched later.

The driver tells the time between messages exactly, but from an unknown origin. Polling tells the
time of day, but late: by a millisecond or, while something holds the interpreter, by hundreds. Each
fetch bounds the driver's origin from both sides: a message arrived before it was fetched and after
the queue was last seen empty. The estimate is kept inside these bounds.
"""

_DRIFT = 100e-6  # of elapsed time: more than the drift between any two quartz clocks
_SLACK_SECONDS = 0.005  # a driver's thread may wake late and queue a message after its time stamp


class ArrivalClock:
    """Reconstructs arrival times (seconds of `time.perf_counter`) of one port's messages. [midi]"""

    def __init__(self) -> None:
        self._driver_seconds = 0.0
        self._offset_seconds: float | None = None
        self._last_arrival = float("-inf")

    def arrival(self, delta: float, empty_at: float, fetched_at: float) -> float:
        """Return the arrival time of a message in seconds, never before that of the previous one.

        `delta`: the driver's seconds since the previous message; `empty_at`: when the queue was
        last seen empty; `fetched_at`: now.
        """
        if self._offset_seconds is None:
            self._offset_seconds = fetched_at
        else:
            self._driver_seconds += delta
            self._offset_seconds += _DRIFT * delta
        offset = self._offset_seconds
        if self._driver_seconds + offset < empty_at - _SLACK_SECONDS:
            offset = empty_at - self._driver_seconds  # the driver lost messages, and their deltas
        self._offset_seconds = min(offset, fetched_at - self._driver_seconds)
        self._last_arrival = max(self._last_arrival, self._driver_seconds + self._offset_seconds)
        return self._last_arrival
