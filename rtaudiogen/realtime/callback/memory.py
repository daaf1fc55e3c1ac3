"""Memory that producer, audio callback, recorder and scopes share: one block, made once.

In the engine's process it belongs to the engine; another process attaches to it by name and only
reads. `layout.py` describes its slots and their writers.
"""

import os
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.realtime.callback import delay_locked_loop, input_mixing, layout, ring, tap, timer
from rtaudiogen.realtime.callback.counters import Counters
from rtaudiogen.realtime.callback.tap import TapReader

FADE_SECONDS = 0.005
_TAP_SECONDS = 4.0
_INPUT_FRAMES = 1 << 16  # the render thread gives up before it is so far behind
_ALIGNMENT_BYTES = 128


class _Segment(SharedMemory):
    """Shared memory whose mapping lasts as long as any view of it.

    Python's own class would unmap it while views, the audio callback's included, are in use.
    """

    def __del__(self) -> None:
        """Close the file; the mapping does not need it."""
        file, self._fd = getattr(self, "_fd", -1), -1
        if file >= 0:
            os.close(file)

    def block(self) -> NDArray[np.uint8]:
        """Return the whole block; the view keeps the mapping."""
        buffer = self.buf
        assert buffer is not None, "only close() sets it to None, and close() is never called"
        return np.frombuffer(buffer, np.uint8, self.size)


class AudioMemory:
    """One block of memory with typed views: `slots` int64, `reals` float64 over the same bytes."""

    def __init__(self, block: NDArray[np.uint8], shared: _Segment | None = None) -> None:
        head = block[: layout.SLOTS_BYTES]
        self.slots: NDArray[np.int64] = head.view(np.int64)
        self.reals: NDArray[np.float64] = head.view(np.float64)
        channels = int(self.slots[layout.CHANNELS])
        ring_values = int(self.slots[layout.RING_FRAMES]) * channels
        samples = block[layout.SLOTS_BYTES :].view(np.float32)
        ring_slots = self.slots[layout.RING : layout.RING + ring.HEADER_SLOTS]
        self.ring = ring.Ring(ring_slots, samples[:ring_values].reshape(-1, channels))
        tap_values = int(self.slots[layout.TAP_FRAMES]) * channels
        self.tap_frames = samples[ring_values : ring_values + tap_values].reshape(-1, channels)
        input_start = ring_values + tap_values
        input_end = input_start + int(self.slots[layout.INPUT_FRAMES])
        self.input_frames = samples[input_start:input_end].reshape(-1, 1)
        self._shared = shared

    @classmethod
    def create(
        cls,
        sample_rate: int,
        target_frames: int,
        channels: int = 2,
        *,
        tap_seconds: float = _TAP_SECONDS,
        shared: bool = False,
    ) -> Self:
        """Return new memory for one stream; `shared`: other processes can attach to it. [control]

        UsageError for an impossible rate, target or channel count.
        """
        if sample_rate <= 0 or target_frames <= 0 or not 1 <= channels <= layout.MAX_CHANNELS:
            raise UsageError(
                f"cannot play {channels} channels at {sample_rate} Hz with {target_frames} frames"
                f" of ring: all must be positive, and at most {layout.MAX_CHANNELS} channels"
            )
        ring_frames = _power_of_two(max(4 * target_frames, 16384))
        tap_frames = _power_of_two(int(tap_seconds * sample_rate))
        input_frames = max(2 * ring_frames, _INPUT_FRAMES)
        size = layout.SLOTS_BYTES + 4 * (channels * (ring_frames + tap_frames) + input_frames)
        segment = _Segment(create=True, size=size) if shared else None
        block = _aligned_zeros(size) if segment is None else segment.block()
        block[:] = 0  # also touches every page, so that the callback never faults one in
        slots = block[: layout.SLOTS_BYTES].view(np.int64)
        slots[layout.SAMPLE_RATE] = sample_rate
        slots[layout.CHANNELS] = slots[layout.OUTPUT_CHANNELS] = channels
        slots[layout.FADE_FRAMES] = slots[layout.MUTE_LEVEL] = int(FADE_SECONDS * sample_rate)
        slots[layout.RING_FRAMES] = ring_frames
        slots[layout.TAP_FRAMES] = tap_frames
        slots[layout.INPUT_FRAMES] = input_frames
        slots[layout.TIMER] = timer.system_timer()
        slots[layout.STREAM_START] = -1
        reals = block[: layout.SLOTS_BYTES].view(np.float64)
        reals[[layout.LIMITER_GAIN, layout.MASTER_GAIN, layout.MASTER_LEVEL]] = 1.0
        slots[layout.RING + ring.TARGET] = target_frames
        slots[layout.LAYOUT] = layout.VERSION
        return cls(block, segment)

    @classmethod
    def attach(cls, name: str) -> Self:
        """Return another process's memory, to read counters, clock and tap from. [any]

        RtAudioGenError if there is none of that name, or it is of another version.
        """
        try:
            segment = _Segment(name)
        except FileNotFoundError:
            raise RtAudioGenError(f"no running engine has audio memory {name}") from None
        # Python would delete the segment when this reader ends (bpo-38119), but its maker owns it.
        resource_tracker.unregister(f"/{segment.name.lstrip('/')}", "shared_memory")
        block = segment.block()
        version = int(block[:8].view(np.int64)[0])
        if version != layout.VERSION:
            raise RtAudioGenError(
                f"audio memory {name} has layout {version}, this program reads {layout.VERSION}:"
                " restart both from one version"
            )
        block.flags.writeable = False
        return cls(block, segment)

    @property
    def name(self) -> str:
        """Name that other processes attach to; empty if the memory is not shared."""
        return self._shared.name if self._shared else ""

    @property
    def address(self) -> int:
        """Address for the callback's user data; valid in this process while `self` lives."""
        return self.slots.ctypes.data

    @property
    def sample_rate(self) -> int:
        """Frames per second in Hz."""
        return int(self.slots[layout.SAMPLE_RATE])

    @property
    def channels(self) -> int:
        """Channels of the stream, whatever the device has."""
        return int(self.slots[layout.CHANNELS])

    def counters(self) -> Counters:
        """Return the counts so far. [any]"""
        return Counters.read(self.slots, self.reals)

    def tap(self) -> TapReader:
        """Return a reader of the output from now on. [any]"""
        return TapReader(self.slots[layout.TAP : layout.TAP + tap.SECTION_SLOTS], self.tap_frames)

    def mute(self, muted: bool) -> None:
        """Fade the whole output, hits too, out or in again within FADE_SECONDS. [control]

        A muted stream goes on in silence, and frames that are missing meanwhile do not count as
        lost.
        """
        self.slots[layout.MUTED] = int(muted)

    def set_master(self, factor: float) -> None:
        """Set the amplitude factor of the whole output, hits too: it glides there, no click.
        [control]

        Before the first callback the factor is set at once.
        """
        self.reals[layout.MASTER_GAIN] = factor
        if self.slots[layout.CALLS] == 0:
            self.reals[layout.MASTER_LEVEL] = factor

    def prepare_device(self, output_channels: int, input_channels: int = 0) -> None:
        """Prepare for a device that is not running yet: reset the timing of the last one. [control]

        With `input_channels` every call must bring as many; without, the input is silence.
        Raise UsageError for more than MAX_INPUTS of them.
        """
        if input_channels > input_mixing.MAX_INPUTS:
            raise UsageError(
                f"{input_channels} input channels; expected at most {input_mixing.MAX_INPUTS}"
            )
        self.slots[layout.OUTPUT_CHANNELS] = output_channels
        self.slots[layout.INPUT_CHANNELS] = input_channels
        mix = slice(layout.INPUT_MIX, layout.INPUT_MIX + input_mixing.SECTION_SLOTS)
        input_mixing.begin(self.slots[mix], self.reals[mix], input_channels)
        self.reals[layout.INPUT_LATENCY_SECONDS] = 0.0
        self.slots[layout.LAST_CALL_NS] = 0
        self.reals[layout.CLOCK + delay_locked_loop.AGE_SECONDS] = 0.0
        self.reals[layout.DEVICE_LATENCY_SECONDS] = 0.0

    def close(self) -> None:
        """Let no new reader attach from now on. Idempotent. [control]

        The memory itself lasts as long as anything refers to it: it is never unmapped while a
        thread reads it, or a driver goes on calling.
        """
        shared, self._shared = self._shared, None
        if shared is not None and self.slots.flags.writeable:
            shared.unlink()


def _power_of_two(minimum: int) -> int:
    return 1 << max(0, minimum - 1).bit_length()


def _aligned_zeros(size: int) -> NDArray[np.uint8]:
    memory = np.zeros(size + _ALIGNMENT_BYTES, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT_BYTES
    return memory[start : start + size]
