"""Which stream frame is being handed to the device at a given time."""

import math

from rtaudiogen.realtime import layout
from rtaudiogen.realtime.delay_locked_loop import SECTION_SLOTS, line
from rtaudiogen.realtime.memory import AudioMemory

JITTER_SECONDS = 0.001  # a callback may be late by so much though the device is not


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
        frame, origin, period, _ = line(*self._section)
        if period > 0:
            self._latest_frame = max(self._latest_frame, frame + (seconds - origin) / period)
        return self._latest_frame

    def stream_frame_at(self, seconds: float) -> int:
        """Stream frame handed over at `seconds`; 0 before the stream has started. [midi]"""
        start = int(self._slots[layout.STREAM_START])
        return max(0, math.floor(self.device_frame_at(seconds)) - start) if start >= 0 else 0

    def latest_stream_frame_at(self, seconds: float, block_frames: int) -> int | None:
        """As `stream_frame_at`, but no later than the last callback allows. [midi]

        A callback that came late by more than jitter was held up, and the device with it: the line
        follows only within seconds. None before the stream has started.
        """
        start = int(self._slots[layout.STREAM_START])
        frame, _, period, called = line(*self._section)
        if start < 0 or period <= 0:
            return None
        since = (max(0.0, seconds - called) + JITTER_SECONDS) / period
        latest: int = math.floor(frame + min(since, block_frames)) - start
        return min(self.stream_frame_at(seconds), latest)

    def seconds_since_callback(self, seconds: float) -> float:
        """How long no block has been asked for; infinite before the first. [midi]"""
        *_, called = line(*self._section)
        return seconds - called if called > 0.0 else math.inf

    def time_of_stream_frame(self, frame: int) -> float:
        """When `frame` is handed over, in seconds of `time.perf_counter()`; 0 before all."""
        known, origin, period, _ = line(*self._section)
        device_frame = frame + max(0, int(self._slots[layout.STREAM_START]))
        return float(origin + (device_frame - known) * period)
