"""Transport from renderer to device: the ring, the render thread, the clock, and the device.

A device that vanishes takes PortAudio with it (JACK), so this process cannot survive that: `check`
raises DeviceLostError, and the process must end and be started again. If the wanted device is
missing, the null device keeps time, and `check` looks for the wanted one.
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
LOOK_SECONDS = 1.0  # between two searches for a missing device
PAUSE_SECONDS = 0.2  # without a callback for so long, strikes are dropped
STUMBLE_SECONDS = 3.0  # an audio server may stall for so long


class DeviceLostError(Exception):
    """The audio device has gone; this process cannot get it back."""


class Transport:
    """The ring and everything around it. [control]"""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.messages: list[str] = []
        device = self._find()
        rate = settings.sample_rate or device.sample_rate or NULL_RATE
        # whole quanta fill the ring to the frame, so no event is late by a part of a quantum
        target = -(-round(settings.latency_ms * rate / 1000) // QUANTUM) * QUANTUM
        self.memory = AudioMemory.create(rate, target, shared=True)
        self.output = self._open(device)
        self.capture = Capture(self.memory, QUANTUM)
        self.clock = Clock(self.memory)
        self._worker: RenderThread | None = None
        self._watch: devices.Watch | None = None
        self._looked = time.monotonic()
        self._stumbled: float | None = None  # time of the first missing callback
        self.first_frame = 0  # render time at stream frame 0

    @property
    def sample_rate(self) -> int:
        """Sample rate of the stream in Hz."""
        return self.memory.sample_rate

    @property
    def listens(self) -> bool:
        """True if an input is wanted; a missing input is silence."""
        return self._settings.input is not None

    @property
    def priority(self) -> str:
        """Priority that the operating system granted to the render thread."""
        return self._worker.priority if self._worker else "not started"

    @property
    def block_frames(self) -> int:
        """The largest block that the device has requested so far, or is expected to request."""
        largest = int(self.memory.slots[layout.RING + LARGEST_READ])
        return largest or self.output.block_frames or NULL_BLOCK_FRAMES

    @property
    def latency_frames(self) -> int:
        """Frames from an event's arrival to its hand-over to the device."""
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
        """Fade out, close the device, then the memory."""
        if self._worker is not None:
            self.memory.mute(True)
            time.sleep(0.03)
            self._worker.stop()
        self.output.close()
        self.memory.close()

    def render_frame_at(self, seconds: float) -> int:
        """Return the render time at a time of `time.perf_counter`. [midi]"""
        return self.clock.stream_frame_at(seconds) - self._ahead_frames

    def stream_frame(self, render_frame: int) -> int:
        """Return the stream time of a render time. [render], for frames already reached; [midi]"""
        return render_frame + self._ahead_frames

    @property
    def _ahead_frames(self) -> int:
        """Frames by which stream time is ahead of render time; negative after a resumption."""
        skipped = self._worker.skipped_frames if self._worker else 0
        return skipped - self.first_frame

    def hit_frame(self, render_frame: int) -> int | None:
        """Return the stream frame of a hit, a device block after its arrival at a render time.
        [midi]

        None while nothing is played.
        """
        block, arrival = self.block_frames, self.stream_frame(render_frame)
        frame = self.clock.hit_frame_at(arrival, time.perf_counter(), block)
        return None if frame is None else frame + block

    def is_listened_to(self) -> bool:
        """Return True if the device asks for sound; strikes are dropped while it does not. [midi]

        So a device that comes back does not begin with a burst of old hits.
        """
        patience = max(PAUSE_SECONDS, 2 * self.block_frames / self.sample_rate)
        return self.clock.seconds_since_callback(time.perf_counter()) < patience

    def check(self) -> None:
        """Detect a lost device, or find a missing one. Call it often. DeviceLostError if it is
        lost.
        """
        if self._watch is None:
            return
        if self.output.name == NULL_OUTPUT:
            self._look_for_device()
        elif self._watch.is_alive():
            self._stumbled = None
        else:
            self._wait_or_give_up()

    def _wait_or_give_up(self) -> None:
        """Give up a device whose server has died; wait a moment for one that only stalls."""
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
            self.messages.append(f"{error}; the clock keeps time until it is found.")
        else:
            if device.index < 0 and self._settings.output is None:
                self.messages.append("There is no audio device; the clock keeps time.")
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
        """Return the input that fits the output, if it exists."""
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
            self._say(f"The input {device.name} is not used: it needs an audio output.")
            return None
        return device

    def _say(self, sentence: str) -> None:
        """Add a message once, because the search for a device is repeated."""
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
