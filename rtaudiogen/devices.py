"""Audio devices: found by name or number, opened around the compiled callback.

PortAudio (through sounddevice) provides the devices; "null" stands for no device and is paced by
the clock. Everything here is [control].
"""

import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.callback.memory import AudioMemory

NULL, DEFAULT = "null", "default"
MOST_INPUTS = 2  # channels of an input, which are mixed to one
_CLOSE_SECONDS = 2.0
_STALLED_SECONDS = 0.7  # a device without a callback for so long is gone …
_STARTING_SECONDS = 3.0  # … except at the start: PulseAudio stalls after its first buffer


@dataclass(frozen=True)
class Device:
    """An output, or an input, that could be opened."""

    index: int  # PortAudio's number, valid until the next `rescan`; -1 for the null device
    name: str
    host_api: str
    channels: int
    sample_rate: int  # the device's preferred rate in Hz
    is_default: bool = False


NULL_DEVICE = Device(-1, NULL, "none: paced by the clock", 2, 0)


class Output(Protocol):
    """An opened device, or the null device."""

    name: str
    input_name: str  # of the input device; empty: none
    sample_rate: int
    block_frames: int

    @property
    def latency_seconds(self) -> float: ...
    @property
    def input_latency_seconds(self) -> float: ...
    @property
    def active(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> bool:
        """Close the stream. Idempotent; False if the driver hung: only `os._exit` then ends the
        process.
        """


def list_devices() -> list[Device]:
    """Return the outputs that PortAudio has found; none without sound card or PortAudio."""
    return _list("output")


def list_inputs() -> list[Device]:
    """Return the inputs that PortAudio has found; none without sound card or PortAudio."""
    return _list("input")


def _list(kind: str) -> list[Device]:
    try:
        sounddevice = _sounddevice()
    except RtAudioGenError:
        return []
    default = _default_index(sounddevice, kind)
    apis = sounddevice.query_hostapis()
    return [
        Device(
            index=index,
            name=info["name"],
            host_api=apis[info["hostapi"]]["name"],
            channels=info[f"max_{kind}_channels"],
            sample_rate=round(info["default_samplerate"]),
            is_default=index == default,
        )
        for index, info in enumerate(sounddevice.query_devices())
        if info[f"max_{kind}_channels"] > 0
    ]


def find_output(wanted: str | int | None = None) -> Device:
    """Return the output with a number or name; a part that fits only one device is enough.

    None: the default, or the null device if there is no other. RtAudioGenError, with the
    candidates, if none or several match.
    """
    if wanted == NULL:
        return NULL_DEVICE  # without PortAudio, whose audio server may hang
    devices = list_devices()
    if wanted is None:
        defaults = [device for device in devices if device.is_default]
        return [*defaults, *devices, NULL_DEVICE][0]
    return _choose(wanted, devices, "output", "null")


def find_input(wanted: str | int, output: Device) -> Device:
    """Return the input with a number or name, or "default", for a stream that plays on `output`.

    Both belong to one audio system. RtAudioGenError, with the candidates, if none or several match.
    """
    devices = list_inputs()
    if output.index >= 0:
        devices = [device for device in devices if device.host_api == output.host_api]
    if wanted == DEFAULT:
        defaults = [device for device in devices if device.is_default]
        wanted = defaults[0].index if defaults else (devices[0].index if devices else DEFAULT)
    hint = "" if output.index < 0 else f"of {output.host_api}, like the output"
    return _choose(wanted, devices, "input", hint)


def _choose(wanted: str | int, devices: list[Device], kind: str, hint: str) -> Device:
    """Return the one matching device; `hint` ends the error line if there is none."""
    if isinstance(wanted, int) or wanted.isdecimal():
        matches = [device for device in devices if device.index == int(wanted)]
    else:
        folded = wanted.casefold()
        exact = [device for device in devices if device.name.casefold() == folded]
        matches = exact or [device for device in devices if folded in _full_name(device).casefold()]
    if len(matches) == 1:
        return matches[0]
    listed = "; ".join(f"{d.index} {_full_name(d)}" for d in matches or devices)
    problem = "several devices match" if matches else f"no audio {kind} matches"
    choose = f"choose {listed}" if listed else "there is none"
    raise RtAudioGenError(f"{problem} {wanted!r}: {', '.join(filter(None, [choose, hint]))}")


def open_output(
    device: Device,
    memory: AudioMemory,
    block_frames: int,
    latency_seconds: float | str = "low",
    listen_to: Device | None = None,
) -> Output:
    """Open a stream of `memory` to `device`, and from `listen_to` if given; do not start it.

    `latency_seconds` is requested from the device ("low", "high" or seconds); the stream reports
    the actual value. RtAudioGenError if the device refuses rate, channels or block.
    """
    if device.index < 0:
        from rtaudiogen.realtime.callback.null_device import NullDevice

        return NullDevice(memory, block_frames)
    return PortAudioOutput(device, memory, block_frames, latency_seconds, listen_to)


def rescan() -> None:
    """Search for devices again, including servers that were started since.

    Call it only while no stream is open, and never after a `close` that returned False.
    """
    sounddevice = _sounddevice()
    sounddevice._terminate()
    sounddevice._initialize()


class PortAudioOutput:
    """A PortAudio stream that calls the compiled callback itself, without Python."""

    def __init__(
        self,
        device: Device,
        memory: AudioMemory,
        block_frames: int,
        latency_seconds: float | str,
        listen_to: Device | None = None,
    ) -> None:
        from rtaudiogen.realtime.callback.callback import callback

        sounddevice = _sounddevice()
        channels = min(device.channels, memory.channels)
        inputs = 0 if listen_to is None else min(listen_to.channels, MOST_INPUTS)
        memory.prepare_device(channels, inputs)
        pointer = sounddevice._ffi.cast
        try:
            self._stream = sounddevice._StreamBase(
                kind="output" if listen_to is None else "duplex",
                device=device.index if listen_to is None else (listen_to.index, device.index),
                samplerate=memory.sample_rate,
                blocksize=block_frames,
                channels=channels if listen_to is None else (inputs, channels),
                dtype="float32",
                latency=latency_seconds,
                callback=pointer("void *", callback.address),
                userdata=pointer("void *", memory.address),
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            reason = " ".join(str(error).split())
            name = _full_name(device)
            if listen_to is not None:
                name += f", listening to {_full_name(listen_to)},"
            raise RtAudioGenError(
                f"{name} cannot be opened with {channels} channels at"
                f" {memory.sample_rate} Hz in blocks of {block_frames}: {reason}"
            ) from error
        self._memory = memory  # the callback reads it as long as the stream lives
        self._closed = False
        self.name = device.name
        self.input_name = "" if listen_to is None else listen_to.name
        self.block_frames = block_frames
        self.sample_rate = round(self._stream.samplerate)

    @property
    def latency_seconds(self) -> float:
        """Time from callback to loudspeaker; before the first callback, the device's promise."""
        told = self._memory.counters().device_latency_seconds
        return told if told > 0 or self._closed else self._promised(1)

    @property
    def input_latency_seconds(self) -> float:
        """Time from microphone to callback; a block's first frame waits for its last."""
        told = self._memory.counters().input_latency_seconds
        if not self.input_name:
            return 0.0
        return told if told > 0 or self._closed else self._promised(0)

    def _promised(self, side: int) -> float:
        latency = self._stream.latency
        return float(latency[side]) if self.input_name else float(latency)

    @property
    def active(self) -> bool:
        """True while PortAudio reports that the stream runs."""
        return not self._closed and bool(self._stream.active)

    def start(self) -> None:
        """Start the callbacks. RtAudioGenError if the device does not start."""
        try:
            self._stream.start()
        except _sounddevice().PortAudioError as error:
            raise RtAudioGenError(f"{self.name} does not start: {error}") from error

    def stop(self) -> None:
        """Stop the callbacks after the sound that the device has buffered. Idempotent."""
        if not self._closed:
            _within(_CLOSE_SECONDS, self._stream.abort)

    def close(self) -> bool:
        """Close the device; return False if the driver did not return in time."""
        if self._closed:
            return True
        self._closed = True
        stream = self._stream
        return _within(_CLOSE_SECONDS, lambda: (stream.abort(), stream.close()))


class Watch:
    """Detects a device that has gone: its callback no longer comes, or its stream has ended."""

    def __init__(self, output: Output, memory: AudioMemory) -> None:
        self._output = output
        self._memory = memory
        self._calls = memory.counters().calls
        self._started = self._last_progress = time.perf_counter()

    def is_alive(self) -> bool:
        """Return False within a second of the loss; call it a few times a second."""
        now = time.perf_counter()
        calls = self._memory.counters().calls
        if calls != self._calls:
            self._calls, self._last_progress = calls, now
        patience = _STALLED_SECONDS + 2 * self._output.block_frames / self._output.sample_rate
        if now - self._started < _STARTING_SECONDS:
            patience = _STARTING_SECONDS
        return self._output.active and now - self._last_progress < patience


def _within(seconds: float, work: Any) -> bool:
    """Run `work` on a thread of its own; return False if it has not returned in time."""
    thread = threading.Thread(target=work, name="closing device", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _full_name(device: Device) -> str:
    return f"{device.name} ({device.host_api})"


def _default_index(sounddevice: Any, kind: str) -> int:
    """Return the system's default device, else the first default of a host API; -1: none."""
    apis = sounddevice.query_hostapis()
    own = sounddevice.default.device[("input", "output").index(kind)]
    candidates = [own, *(api[f"default_{kind}_device"] for api in apis)]
    return next((index for index in candidates if index >= 0), -1)


def _sounddevice() -> Any:
    """Import sounddevice when it is first needed, because PortAudio then searches for devices."""
    try:
        import sounddevice
    except OSError as error:
        raise RtAudioGenError(
            f"PortAudio is missing ({error}): install it, on Debian with"
            " `apt-get install libportaudio2`"
        ) from error
    return sounddevice
