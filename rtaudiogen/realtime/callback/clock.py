"""Which stream frame is being handed to the device at a given time."""

import math

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.delay_locked_loop import SECTION_SLOTS, line
from rtaudiogen.realtime.callback.memory import AudioMemory

JITTER_SECONDS = 0.0005  # a callback may be late by so much though the device is not


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

    def hit_frame_at(self, arrival_frame: int, seconds: float, block_frames: int) -> int | None:
        """Stream frame handed over at an arrival, as the last callback has it at `seconds`. [midi]

        `arrival_frame` is what `stream_frame_at` gave for it. It holds unless it contradicts the
        last callback by more than jitter: who came late by more was held up, and the device with
        it, and the line follows only within seconds. Frames that have been handed over are not
        answered, unless the arrival lies further back. None before the stream has started.
        """
        start = int(self._slots[layout.STREAM_START])
        frame, origin, period, called = line(*self._section)
        if start < 0 or period <= 0:
            return None
        jitter = JITTER_SECONDS / period
        passed = min((seconds - called) / period, block_frames)  # it does not run on alone
        age = max(0.0, frame - start + (seconds - origin) / period - arrival_frame)
        latest = min(passed - age + jitter, block_frames)
        earliest = min(max(passed - age - jitter, 0.0), latest)
        smooth = arrival_frame - (frame - start)
        answer: int = math.floor(frame - start + min(max(smooth, earliest), latest))
        return answer

    def seconds_since_callback(self, seconds: float) -> float:
        """How long no block has been asked for; infinite before the first. [midi]"""
        *_, called = line(*self._section)
        return seconds - called if called > 0.0 else math.inf

    def time_of_stream_frame(self, frame: int) -> float:
        """When `frame` is handed over, in seconds of `time.perf_counter()`; 0 before all."""
        known, origin, period, _ = line(*self._section)
        device_frame = frame + max(0, int(self._slots[layout.STREAM_START]))
        return float(origin + (device_frame - known) * period)
