"""From renderer to device: the ring, the render thread, the clock, and the device while it lasts.

A device that vanishes takes PortAudio with it (JACK), so it is not survived in this process:
`check` raises DeviceLostError and the process is to be ended and started anew. Where the wanted
device is not there, the null device keeps the time, and `check` looks for the wanted one.
"""

import time
from collections.abc import Callable

from .. import devices
from ..errors import RtAudioGenError
from ..generator import Audio
from ..realtime.callback import layout
from ..realtime.callback.capture import Capture
from ..realtime.callback.clock import Clock
from ..realtime.callback.memory import AudioMemory
from ..realtime.callback.ring import LARGEST_READ
from ..realtime.render.render_thread import RenderThread
from ..realtime.render.slot_generator import QUANTUM
from ..wire.settings import NULL_OUTPUT, EngineSettings

NULL_RATE, NULL_BLOCK_FRAMES = 48000, 256
LOOK_SECONDS = 1.0  # between looks for a device that is not there
PAUSE_SECONDS = 0.2  # without a callback for longer, nobody hears what is struck
STUMBLE_SECONDS = 3.0  # an audio server may freeze for so long and is not given up


class DeviceLostError(Exception):
    """The audio device has gone; this process cannot get it back."""


class Transport:
    """The ring and everything around it. [control]"""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.messages: list[str] = []
        device = self._find()
        rate = settings.sample_rate or device.sample_rate or NULL_RATE
        # whole quanta, so that the ring is full to the frame and no event is late by a part of one
        target = -(-round(settings.latency_ms * rate / 1000) // QUANTUM) * QUANTUM
        self.memory = AudioMemory.create(rate, target, shared=True)
        self.output = self._open(device)
        self.capture = Capture(self.memory, QUANTUM)
        self.clock = Clock(self.memory)
        self._worker: RenderThread | None = None
        self._watch: devices.Watch | None = None
        self._looked = time.monotonic()
        self._stumbled: float | None = None  # since when the device has not called
        self.first_frame = 0  # render time at stream frame 0

    @property
    def sample_rate(self) -> int:
        """Of the stream, in Hz."""
        return self.memory.sample_rate

    @property
    def listens(self) -> bool:
        """Whether an input is wanted; it is silence where there is none."""
        return self._settings.input is not None

    @property
    def priority(self) -> str:
        """What the operating system granted the render thread."""
        return self._worker.priority if self._worker else "not started"

    @property
    def block_frames(self) -> int:
        """The largest block that the device has asked for, or is expected to."""
        largest = int(self.memory.slots[layout.RING + LARGEST_READ])
        return largest or self.output.block_frames or NULL_BLOCK_FRAMES

    @property
    def latency_frames(self) -> int:
        """From an event's arrival to its frame being handed to the device."""
        block = self.block_frames
        ragged = QUANTUM if block % QUANTUM else 0
        return self.memory.ring.goal_frames + block + ragged

    def start(self, render: Callable[[Audio], None]) -> None:
        """Fill the ring, then let the device take from it."""
        capture = self.capture if self.listens else None
        self._worker = RenderThread(render, self.memory, QUANTUM, capture)
        self._worker.start()
        self.output.start()
        self._watch = devices.Watch(self.output, self.memory)

    def stop_rendering(self) -> None:
        """End the render thread; the device plays on in silence."""
        if self._worker is not None:
            self._worker.stop()

    def close(self) -> None:
        """Fade out, let go of the device, then of the memory."""
        if self._worker is not None:
            self.memory.mute(True)
            time.sleep(0.03)
            self._worker.stop()
        self.output.close()
        self.memory.close()

    def render_frame_at(self, seconds: float) -> int:
        """Render time that belongs to a time of `time.perf_counter`. [midi]"""
        return self.clock.stream_frame_at(seconds) - self._ahead_frames

    def stream_frame(self, render_frame: int) -> int:
        """Stream time that belongs to a render time. [render], for what is reached; [midi]"""
        return render_frame + self._ahead_frames

    @property
    def _ahead_frames(self) -> int:
        """By which stream time is ahead of render time; negative after a resumption."""
        skipped = self._worker.skipped_frames if self._worker else 0
        return skipped - self.first_frame

    def hit_frame(self, render_frame: int) -> int | None:
        """Stream frame of a hit, a device block after the arrival at a render time. [midi]

        None while nothing is played.
        """
        block, arrival = self.block_frames, self.stream_frame(render_frame)
        frame = self.clock.hit_frame_at(arrival, time.perf_counter(), block)
        return None if frame is None else frame + block

    def is_listened_to(self) -> bool:
        """Whether the device asks for sound: what is struck while it does not is not heard. [midi]

        Nor is it kept: a device that comes back does not begin with a heap of old hits.
        """
        patience = max(PAUSE_SECONDS, 2 * self.block_frames / self.sample_rate)
        return self.clock.seconds_since_callback(time.perf_counter()) < patience

    def check(self) -> None:
        """Notice a lost device, find a missing one. DeviceLostError. Call it often."""
        if self._watch is None:
            return
        if self.output.name == NULL_OUTPUT:
            self._look_for_device()
        elif self._watch.is_alive():
            self._stumbled = None
        else:
            self._wait_or_give_up()

    def _wait_or_give_up(self) -> None:
        """A server that has died says so; one that only stumbles deserves a moment."""
        now = time.monotonic()
        if self._stumbled is None:
            self._stumbled = now
            self.messages.append(f"{self.output.name} has stopped asking for sound.")
        if not self.output.active or now - self._stumbled > STUMBLE_SECONDS:
            raise DeviceLostError(self.output.name)

    def _find(self) -> devices.Device:
        try:
            device = devices.find_output(self._settings.output)
        except RtAudioGenError as error:
            if not self._settings.fall_back:
                raise
            device = devices.NULL_DEVICE
            self.messages.append(f"{error}; the clock keeps the time until it is there.")
        else:
            if device.index < 0 and self._settings.output is None:
                self.messages.append("There is no audio device; the clock keeps the time.")
        return device

    def _open(self, device: devices.Device) -> devices.Output:
        block = self._settings.block_frames
        if device.index < 0:
            block = block or NULL_BLOCK_FRAMES
        listen_to = self._find_input(device)
        try:
            return devices.open_output(device, self.memory, block, listen_to=listen_to)
        except RtAudioGenError as error:
            if listen_to is None or self._settings.input_required:
                raise
            output = devices.open_output(device, self.memory, block)
            self._say(f"{error}; the input is silence.")
            return output

    def _find_input(self, output: devices.Device) -> devices.Device | None:
        """What is to be heard beside that output, if it is there."""
        wanted = self._settings.input
        if wanted is None or (output.index < 0 and not self._settings.input_required):
            return None
        try:
            device = devices.find_input(wanted, output)
        except RtAudioGenError as error:
            if self._settings.input_required:
                raise
            self._say(f"{error}; the input is silence.")
            return None
        if output.index < 0:
            self._say(f"{device.name} is not heard: the input needs an audio device to play on.")
            return None
        return device

    def _say(self, sentence: str) -> None:
        """Once: the device is looked for again and again."""
        if sentence not in self.messages:
            self.messages.append(sentence)

    def _look_for_device(self) -> None:
        wanted = self._settings.output
        if wanted == NULL_OUTPUT or time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            devices.rescan()
            device = devices.find_output(wanted)
        except RtAudioGenError:
            return
        if device.index < 0:
            return
        self.output.close()
        try:
            self.output = self._open(device)
        except RtAudioGenError:
            self.output = self._open(devices.NULL_DEVICE)
            self.output.start()
            return
        self.output.start()
        self._watch = devices.Watch(self.output, self.memory)
        heard = f", listening to {self.output.input_name}" if self.output.input_name else ""
        self.messages.append(f"Playing on {device.name} ({device.host_api}){heard}.")
