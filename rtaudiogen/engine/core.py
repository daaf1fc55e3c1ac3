"""The engine in this process: rack, transport, MIDI and recorder behind the façade's verbs.

Threads: the verbs and `tick` are [control]; the render thread only sees commands in the renderer's
queue; MIDI events go straight from the polling thread to the pads and into the renderer's queue.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..events import MIDI_EVENT, SCHEDULED_PORT, SCREEN_PORT
from ..generator import State
from ..midi import MidiInput, NoticeKind, TimedMessage, beginning, phrase, to_events
from ..midi.monitor import SCREEN
from ..realtime.hits.pads import Pads
from ..realtime.render.rack import Message
from ..realtime.render.renderer import Renderer
from ..realtime.signal.mixing import amplitude
from ..recorder import Recorder, Underruns
from ..saving import session_slots
from ..saving.sessions import Session, SlotState, checked_master
from ..storage.files import expanded
from ..wire.facade import TimedMidi, check_channel_message
from ..wire.settings import EngineSettings
from .audition import Audition
from .checkpoint import Checkpoint, CheckpointWriter, read_checkpoint
from .device_choice import DeviceChoice
from .device_fallback import DeviceFallback
from .session_verbs import SessionVerbs
from .snapshot_builder import snapshot
from .transport import DeviceLostError, Transport

CHECKPOINT_SECONDS = 2.0
# a key before a panic may be placed after it: the clock's estimate steps back by some frames, and
# at the border of a quantum commands come first
PANIC_MARGIN_FRAMES = 256
MOST_MESSAGES = 100  # that are kept
SUSTAIN_PEDAL, SOSTENUTO_PEDAL, ALL_NOTES_OFF = 64, 66, 123


class Engine(SessionVerbs):
    """Carries out the verbs of `wire.facade.Facade`; keeps session and state in the file
    `checkpoint`.
    """

    def __init__(self, settings: EngineSettings, checkpoint: Path | None = None) -> None:
        self.settings = settings
        self.transport = Transport(settings)
        self.pads = Pads(self.transport.memory, self._heard_at)
        self.messages = self.transport.messages
        self.device_of = DeviceChoice(settings.device, self.messages.append)
        self._renew_renderer()
        self.slots: dict[int, SlotState] = {}  # may change at any time: others iterate over a copy
        self.master_gain_db = 0.0
        self._session_others: Mapping[str, Any] = {}  # unknown fields of the opened session
        self.machine_gap_seconds = 0.0  # the longest delay of a sleeping thread
        self._checkpoint = checkpoint
        self._writer = (
            None if checkpoint is None else CheckpointWriter(checkpoint, self.messages.append)
        )
        self._saved = time.monotonic()
        self._saved_slots: tuple[int, ...] = ()
        self._slots_lock = Lock()
        self._learning: tuple[int, str] | None = None
        memory = self.transport.memory
        self.recorder = Recorder(
            memory.tap, memory.sample_rate, memory.channels,
            Underruns(memory.counters, memory.sample_rate),
        )  # fmt: skip
        wanted = (settings.midi or "none",)
        self.audition = Audition(self.pads.hits, memory.sample_rate, memory.channels)
        self.midi = MidiInput(
            self._deliver, self.transport.render_frame_at,
            self.transport.latency_frames, wanted,
        )  # fmt: skip
        self.playing = False

    def start(self) -> None:
        """Implement `Facade.start`."""
        if self.playing:
            return
        named = self.settings.midi not in (None, "all", "none")
        required = named and self.settings.midi_required
        self.messages.append(self.midi.start(required))
        if self.transport.listens:
            self.renderer.listen(self.transport.capture.read)
        self.pads.start()
        self.transport.start(self.renderer.render)
        self.playing = True

    def close(self) -> None:
        """Implement `Facade.close`."""
        if self.playing:
            self.midi.close()
            self.pads.close()
        self.recorder.stop()
        self.transport.close()
        if self.playing:  # the next engine goes on from here
            self._save_now()
        self.playing = False

    def _renew_renderer(self) -> None:
        rate, seed = self.transport.sample_rate, self.settings.seed
        self.renderer = Renderer(rate, seed, self.device_of, self.pads)
        self._fallback = DeviceFallback(self.renderer, self.device_of, self.messages.append)

    def _heard_at(self, render_frame: int) -> int:
        """Return the stream frame at which what is rendered for a frame is played. [render]"""
        return self.transport.stream_frame(render_frame) + self.renderer.delay_frames

    def _deliver(self, events: NDArray[np.void], slot: int = 0) -> None:
        """Pass on live events to one slot, or (0) to all. [midi]

        The pads come first: a hit sounds one device block after its key.
        """
        transport = self.transport
        if transport.is_listened_to():
            latency = self.midi.latency_frames
            self.pads.play(events, lambda frame: transport.hit_frame(frame - latency), slot)
        self.renderer.midi_events(events, slot)

    # -- playing -----------------------------------------------------------------------------------

    def set_master(self, gain_db: float) -> None:
        """Implement `Facade.set_master`."""
        self.master_gain_db = checked_master(gain_db)
        factor = amplitude(self.master_gain_db)
        self.transport.memory.set_master(factor)
        self.renderer.amplified = factor

    def panic(self) -> None:
        """Implement `Facade.panic`. [any]"""
        self.renderer.panic()
        if self.playing:  # also keys that are on their way through the ring
            now = self.transport.render_frame_at(time.perf_counter())
            self.renderer.panic(now + self.midi.latency_frames + PANIC_MARGIN_FRAMES)
        for slot in list(self.slots):
            with suppress(UsageError):  # the slot has been removed meanwhile
                if self.renderer.descriptor(slot).sounds_by_itself:
                    self.set_mix(slot, "stopped", True)

    def play_midi(self, messages: TimedMidi, after_seconds: float = 0.0) -> None:
        """Implement `Facade.play_midi`."""
        timed = [TimedMessage(*message) for message in messages]
        start = self.transport.render_frame_at(time.perf_counter()) if self.playing else 0
        start += self.transport.latency_frames if start else 0
        start += round(after_seconds * self.transport.sample_rate)
        events = to_events(timed, self.transport.sample_rate, start, SCHEDULED_PORT)
        self.renderer.midi_events(events)

    def play_phrase(self, seconds: float) -> None:
        """Implement `Facade.play_phrase`."""
        self.play_midi(beginning(phrase(), seconds))

    def play_now(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """Implement `Facade.play_now`. Hits sound a device block later, as those of a port.
        [any]
        """
        check_channel_message(status, data1, data2)
        now = time.perf_counter()
        self.midi.monitor.note(now, SCREEN, status, data1, data2)
        frame = self.transport.render_frame_at(now) if self.playing else 0
        frame += self.midi.latency_frames if frame else 0
        self._deliver(np.array([(frame, status, data1, data2, SCREEN_PORT)], MIDI_EVENT), slot)

    def play_sound(self, path: str | None = None) -> None:
        """Implement `Facade.play_sound`."""
        if path is None:
            self.audition.stop()
        else:
            self.audition.play(Path(path))

    # -- recording ---------------------------------------------------------------------------------

    def record(self, path: str | None = None, bits: int = 0, suffix: str = ".wav") -> str:
        """Implement `Facade.record`."""
        wanted = expanded(Path(path)) if path else None
        return str(self.recorder.start(wanted, bits, suffix).resolve())

    def stop_recording(self) -> dict[str, Any]:
        """Implement `Facade.stop_recording`."""
        status = self.recorder.stop()
        if status is None:
            raise RtAudioGenError("nothing has been recorded")
        return {**asdict(status), "path": str(status.path.resolve())}

    # -- housekeeping ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Handle messages of the renderer and watch the device; call it some 20 times a second.

        DeviceLostError if the device has gone: the state is saved, and the process has to end.
        """
        now = time.monotonic()
        for message in (*self.renderer.messages(), *self.pads.losses()):
            self._hear_renderer(message)
        self._fallback.finish()
        self.messages.extend(self.pads.messages())
        for notice in self.midi.notices():
            if notice.kind == NoticeKind.LEARNED:
                self._bind(notice.number)
            elif notice.kind != NoticeKind.PROGRAM:  # the renderer reports which slot hears it
                self.messages.append(str(notice))
        del self.messages[:-MOST_MESSAGES]
        try:
            self.transport.check()
        except DeviceLostError:
            self.transport.stop_rendering()
            self._save_now()
            raise
        self.midi.latency_frames = self.transport.latency_frames
        if self._writer is not None:
            self._request_checkpoint(now)

    def _request_checkpoint(self, now: float) -> None:
        """Ask for the renderer's state every few seconds, and when a slot has come or gone."""
        slots = tuple(self.slots)
        if now - self._saved > CHECKPOINT_SECONDS or slots != self._saved_slots:
            self._saved, self._saved_slots = now, slots
            self.renderer.request_state()

    def _hear_renderer(self, message: Message) -> None:
        if message.kind == "saved" and self._writer is not None:
            self._writer.write_later(self._checkpoint_of(*message.payload))
        elif message.kind == "program" and message.slot in self.slots:
            preset = self.slots[message.slot].programs.get(message.number)
            if preset is not None:
                self._apply(message.slot, preset)
        elif message.kind == "fault":
            self.messages.append(f"Slot {message.slot}: {message.text}; it was muted and reset.")
        elif message.kind == "failed":
            self.messages.append(f"Slot {message.slot} is silent: {message.text}; exchange it.")
        elif message.kind in ("lost", "moved"):
            self._fallback.hear(message, self.slots.get(message.slot))

    def snapshot(self) -> dict[str, Any]:
        """Implement `Facade.snapshot`."""
        return snapshot(self).to_json()

    def _save_now(self) -> None:
        """Write the last checkpoint of this process.

        The one before remains if a slot is not ready, or its device is lost.
        """
        if self._writer is not None:
            with suppress(RtAudioGenError):
                self._writer.write_now(self._checkpoint_of(*self.renderer.save_state()))

    def _checkpoint_of(self, arrays: State, facts: dict[str, Any]) -> Checkpoint:
        numbers = [number for number in self.slots if str(number) in facts["slots"]]
        return Checkpoint(self._session(numbers).to_json(), numbers, facts, arrays)

    def resume(self) -> list[str]:
        """Go on from the checkpoint, before `start`; return sentences about what was not restored.

        If the state does not fit (another sample rate), the session alone is restored.
        """
        if self._checkpoint is None or not self._checkpoint.exists():
            return []
        saved = read_checkpoint(self._checkpoint)
        session = Session.from_json(saved.session)
        states = session.slots
        paths = {registry.find(state.model).id: state.model for state in states}
        notices: list[str] = []
        try:
            self.renderer.load_state(
                saved.arrays, saved.facts,
                lambda id, sound, voices: session_slots.recreate(
                    paths[id], sound, voices, self.transport.sample_rate, notices
                ),
            )  # fmt: skip
        except (RtAudioGenError, ValueError, KeyError) as error:
            self._renew_renderer()
            return [f"The sounding notes are lost ({error}).", *self.load_session(saved.session)]
        self.slots = dict(zip(saved.numbers, states, strict=True))
        self._session_others = session.others
        self.set_master(session.master_gain_db)
        self.transport.first_frame = self.renderer.frame
        for port in range(SCREEN_PORT + 1):
            for channel in range(16):  # keys and pedals that were released meanwhile
                for controller in (SUSTAIN_PEDAL, SOSTENUTO_PEDAL, ALL_NOTES_OFF):
                    self.renderer.midi(0, 0xB0 | channel, controller, 0, port)
        return notices
