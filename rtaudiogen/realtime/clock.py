"""Which stream frame is being handed to the device at a given time."""

import math

from rtaudiogen.realtime import layout
from rtaudiogen.realtime.delay_locked_loop import SECTION_SLOTS, line
from rtaudiogen.realtime.memory import AudioMemory


class Clock:
    """Translates the time of `time.perf_counter()` to frames; one object a thread.

    A callback's frames leave the ring together, at its beginning. So an event of time t is in time
    for frame `stream_frame_at(t)` + device block + ring goal (+ what the renderer works ahead).
    """

    def __init__(self, memory: AudioMemory) -> None:
        self._slots = memory.slots
        section = slice(layout.CLOCK, layout.CLOCK + SECTION_SLOTS)
        self._section = memory.slots[section], memory.reals[section]
        self._latest_frame = 0.0

    def device_frame_at(self, seconds: float) -> float:
        """Device frame handed over at `seconds`; never less than answered before. [midi]"""
        frame, origin, period = line(*self._section)
        if period > 0:
            self._latest_frame = max(self._latest_frame, frame + (seconds - origin) / period)
        return self._latest_frame

    def stream_frame_at(self, seconds: float) -> int:
        """Stream frame handed over at `seconds`; 0 before the stream has started. [midi]"""
        start = int(self._slots[layout.STREAM_START])
        return max(0, math.floor(self.device_frame_at(seconds)) - start) if start >= 0 else 0

    def time_of_stream_frame(self, frame: int) -> float:
        """When `frame` is handed over, in seconds of `time.perf_counter()`; 0 before all."""
        known, origin, period = line(*self._section)
        device_frame = frame + max(0, int(self._slots[layout.STREAM_START]))
        return float(origin + (device_frame - known) * period)
