"""Clock that translates times to the stream frames that are handed to the device."""

import math

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.delay_locked_loop import SECTION_SLOTS, line
from rtaudiogen.realtime.callback.memory import AudioMemory

JITTER_SECONDS = 0.0005  # a callback may be late by so much although the device is in time


class Clock:
    """Translates the time of `time.perf_counter()` to frames; one object a thread.

    A callback's frames leave the ring together, at its beginning. So an event of time t is in time
    for frame `stream_frame_at(t)` + device block + ring goal (+ the frames that the renderer works
    ahead).
    """

    def __init__(self, memory: AudioMemory) -> None:
        self._slots = memory.slots
        section = slice(layout.CLOCK, layout.CLOCK + SECTION_SLOTS)
        self._section = memory.slots[section], memory.reals[section]
        self._latest_frame = 0.0

    def device_frame_at(self, seconds: float) -> float:
        """Return the device frame handed over at `seconds`; answers never decrease. [midi]"""
        frame, origin, period, _ = line(*self._section)
        if period > 0:
            self._latest_frame = max(self._latest_frame, frame + (seconds - origin) / period)
        return self._latest_frame

    def stream_frame_at(self, seconds: float) -> int:
        """Return the stream frame handed over at `seconds`; 0 before the stream has started.
        [midi]
        """
        start = int(self._slots[layout.STREAM_START])
        return max(0, math.floor(self.device_frame_at(seconds)) - start) if start >= 0 else 0

    def hit_frame_at(self, arrival_frame: int, seconds: float, block_frames: int) -> int | None:
        """Return the stream frame of an arrival, as of the last callback at `seconds`. [midi]

        `arrival_frame` is the answer of `stream_frame_at` for the arrival. It holds unless it
        contradicts the last callback by more than jitter: then something held up the callback and
        the device, and the smooth line follows only within seconds. Frames that have been handed
        over are not answered, unless the arrival lies further back. None before the stream has
        started.
        """
        start = int(self._slots[layout.STREAM_START])
        frame, origin, period, called = line(*self._section)
        if start < 0 or period <= 0:
            return None
        jitter = JITTER_SECONDS / period
        passed = min((seconds - called) / period, block_frames)  # it stops without callbacks
        age = max(0.0, frame - start + (seconds - origin) / period - arrival_frame)
        latest = min(passed - age + jitter, block_frames)
        earliest = min(max(passed - age - jitter, 0.0), latest)
        smooth = arrival_frame - (frame - start)
        answer: int = math.floor(frame - start + min(max(smooth, earliest), latest))
        return answer

    def seconds_since_callback(self, seconds: float) -> float:
        """Return the time since the last request for a block; infinite before the first. [midi]"""
        *_, called = line(*self._section)
        return seconds - called if called > 0.0 else math.inf

    def time_of_stream_frame(self, frame: int) -> float:
        """Return the time when `frame` is handed over, as of `time.perf_counter()`; 0 before
        all.
        """
        known, origin, period, _ = line(*self._section)
        device_frame = frame + max(0, int(self._slots[layout.STREAM_START]))
        return float(origin + (device_frame - known) * period)
