"""The engine in this process: rack, transport, MIDI and recorder behind the façade's verbs.

Threads: the verbs and `tick` are [control]; the render thread only sees commands in the renderer's
queue; MIDI events go straight from the polling thread to the pads and into the renderer's queue.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..events import MIDI_EVENT
from ..generator import Generator
from ..midi import MidiInput, NoticeKind, TimedMessage, beginning, phrase, to_events
from ..presets import Preset
from ..realtime.checks import find_parameter
from ..realtime.pads import SCHEDULED_PORT, Pads
from ..realtime.rack import Message
from ..realtime.renderer import Renderer
from ..recorder import Recorder, Underruns
from ..sessions import Mix, Session, SlotState
from ..sound_files import give_sound
from .checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from .facade import TimedMidi, Values, check_channel_message
from .report import snapshot
from .settings import EngineSettings
from .transport import DeviceLostError, Transport

CHECKPOINT_SECONDS = 2.0
SUSTAIN_PEDAL, ALL_NOTES_OFF = 64, 123
SCREEN_PORT = SCHEDULED_PORT - 1  # where a front end's own notes seem to come from


class Engine:
    """See facade.Facade. `checkpoint`: keep session and state fresh in that file."""

    def __init__(self, settings: EngineSettings, checkpoint: Path | None = None) -> None:
        self.settings = settings
        self.transport = Transport(settings)
        self.pads = Pads(self.transport.memory, self.transport.stream_frame)
        self.renderer = self._new_renderer()
        self.slots: dict[int, SlotState] = {}
        self.messages = self.transport.messages
        self.machine_gap_seconds = 0.0  # the longest that a sleeping thread was kept from waking
        self._checkpoint = checkpoint
        self._saved = time.monotonic()
        self._learning: tuple[int, str] | None = None
        memory = self.transport.memory
        self.recorder = Recorder(
            memory.tap, memory.sample_rate, memory.channels,
            Underruns(memory.counters, memory.sample_rate),
        )  # fmt: skip
        wanted = (settings.midi or "none",)
        self.midi = MidiInput(
            self._deliver, self.transport.render_frame_at,
            self.transport.latency_frames, wanted,
        )  # fmt: skip
        self.playing = False

    def start(self) -> None:
        """See Facade."""
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
        """See Facade."""
        if self.playing:
            self.midi.close()
            self.pads.close()
        self.recorder.stop()
        self.transport.close()
        if self.playing:  # whoever opens the engine anew goes on from here
            with suppress(RtAudioGenError):  # a slot that was about to come: the last one stands
                self._write_checkpoint(self.renderer.save_state())
        self.playing = False

    def _new_renderer(self) -> Renderer:
        return Renderer(self.transport.sample_rate, self.settings.seed, pads=self.pads)

    def _deliver(self, events: NDArray[np.void]) -> None:
        """Live events, to the pads first: a hit is heard one device block after its key. [midi]"""
        transport = self.transport
        if transport.is_listened_to():
            latency = self.midi.latency_frames
            self.pads.play(events, lambda frame: transport.hit_frame(frame - latency))
        self.renderer.midi_events(events)

    # -- the rack ----------------------------------------------------------------------------------

    def add_slot(
        self,
        model: str,
        values: Values | None = None,
        seed: int | None = None,
        sound: str | None = None,
    ) -> int:
        """See Facade."""
        path = _absolute(sound)
        generator = self._create(model, path, self.messages)
        number = self.renderer.add(generator, values or {}, seed=seed, sound=path)
        seed = self.renderer.slot_seed(number) if seed is None else seed
        self.slots[number] = SlotState(model, dict(values or {}), seed, sound=path)
        return number

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """See Facade."""
        state, path = self._state(slot), _absolute(sound)
        generator = self._create(model, path, self.messages)
        self.renderer.swap(slot, generator, values or {}, seed=state.seed, sound=path)
        self.slots[slot] = replace(state, model=model, values=dict(values or {}), sound=path)

    def _create(self, model: str, sound: str, notices: list[str]) -> Generator:
        """A model's generator, which plays from the file `sound` if that is not empty."""
        generator = registry.create(registry.find(model), self.transport.sample_rate)
        if sound:
            notices.extend(filter(None, [give_sound(generator, Path(sound))]))
        return generator

    def _recreate(self, model: str, sound: str, notices: list[str]) -> Generator:
        """As `_create`; a sound that cannot be had any more is said so and left out."""
        try:
            return self._create(model, sound, notices)
        except RtAudioGenError as error:
            if not sound:
                raise
            generator = self._create(model, "", notices)
            notices.append(f"{model} plays without its sound: {error}")
            return generator

    def remove_slot(self, slot: int) -> None:
        """See Facade."""
        self.renderer.remove(slot)
        del self.slots[slot]

    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """See Facade."""
        self.renderer.set_parameter(slot, id, value)

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """See Facade."""
        self.renderer.set_mix(slot, field, value)
        state = self._state(slot)
        self.slots[slot] = replace(state, mix=Mix.from_json({**asdict(state.mix), field: value}))

    def learn(self, slot: int, id: str) -> None:
        """See Facade."""
        find_parameter(self.renderer.descriptor(slot), id)
        self._learning = (slot, id)
        self.midi.learn()

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """See Facade."""
        self._apply(slot, Preset.from_json(preset))

    def _apply(self, slot: int, preset: Preset) -> None:
        state = self._state(slot)
        values, notices = preset.fit(self.renderer.descriptor(slot))
        self.messages.extend(notices)
        for id, value in values.items():
            self.renderer.set_parameter(slot, id, value)
        if preset.seed is not None and preset.seed != state.seed:
            self.renderer.restart(slot, preset.seed)
            self.slots[slot] = replace(state, seed=preset.seed)

    def panic(self) -> None:
        """See Facade."""
        self.renderer.panic()

    def play_midi(self, messages: TimedMidi) -> None:
        """See Facade."""
        timed = [TimedMessage(*message) for message in messages]
        start = self.transport.render_frame_at(time.perf_counter()) if self.playing else 0
        start += self.transport.latency_frames if start else 0
        events = to_events(timed, self.transport.sample_rate, start, SCHEDULED_PORT)
        self.renderer.midi_events(events)

    def play_phrase(self, seconds: float) -> None:
        """See Facade."""
        self.play_midi(beginning(phrase(), seconds))

    def play_now(self, status: int, data1: int, data2: int) -> None:
        """See Facade. Hits are heard a device block later, as those of a port. [any]"""
        check_channel_message(status, data1, data2)
        frame = self.transport.render_frame_at(time.perf_counter()) if self.playing else 0
        frame += self.midi.latency_frames if frame else 0
        self._deliver(np.array([(frame, status, data1, data2, SCREEN_PORT)], MIDI_EVENT))

    def _state(self, slot: int) -> SlotState:
        if slot not in self.slots:
            raise UsageError(f"no slot {slot}; there are: {', '.join(map(str, self.slots))}")
        return self.slots[slot]

    # -- recording ---------------------------------------------------------------------------------

    def record(self, path: str | None = None) -> str:
        """See Facade."""
        return str(self.recorder.start(Path(path).expanduser() if path else None).resolve())

    def stop_recording(self) -> dict[str, Any]:
        """See Facade."""
        status = self.recorder.stop()
        if status is None:
            raise RtAudioGenError("nothing has been recorded")
        return {**asdict(status), "path": str(status.path.resolve())}

    # -- sessions ----------------------------------------------------------------------------------

    def session(self) -> dict[str, Any]:
        """See Facade."""
        settings, slots = self.settings, []
        readings = self.renderer.read().slots
        for number, state in self.slots.items():
            reading = readings.get(number)
            if reading is not None:
                ids = [p.id for p in self.renderer.descriptor(number).parameters]
                known = dict(zip(ids, reading.parameters, strict=True))
                kept = self.pads.kept(number)
                state = replace(state, values={**state.values, **known, **kept})
            slots.append(state)
        return Session(
            slots=tuple(slots),
            output="" if settings.output is None else str(settings.output),
            input="" if settings.input is None else str(settings.input),
            sample_rate=settings.sample_rate,
            block_frames=settings.block_frames,
            latency_ms=settings.latency_ms,
            midi=settings.midi or "none",
        ).to_json()

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """See Facade. A slot whose model is not there is left out, and said so."""
        notices: list[str] = []
        for slot in list(self.slots):
            self.remove_slot(slot)
        for state in Session.from_json(session).slots:
            try:
                self._add_state(state, notices)
            except RtAudioGenError as error:
                notices.append(str(error))
        return notices

    def _add_state(self, state: SlotState, notices: list[str]) -> None:
        values, unfit = Preset(state.values).fit(registry.find(state.model))
        notices.extend(unfit)
        generator = self._recreate(state.model, state.sound, notices)
        mix = asdict(state.mix)
        number = self.renderer.add(generator, values, mix, state.seed, sound=state.sound)
        self.slots[number] = state
        for controller, id in state.controls.items():
            self.renderer.map_controller(number, controller, id)

    # -- housekeeping ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Carry messages to and fro and watch the device; call it some 20 times a second.

        DeviceLostError if the device has gone: state is saved, and the process has to end.
        """
        now = time.monotonic()
        for message in self.renderer.messages():
            self._hear_renderer(message)
        self.messages.extend(self.pads.messages())
        for notice in self.midi.notices():
            if notice.kind == NoticeKind.LEARNED:
                self._bind(notice.number)
            elif notice.kind != NoticeKind.PROGRAM:  # the renderer tells which slot hears it
                self.messages.append(str(notice))
        try:
            self.transport.check()
        except DeviceLostError:
            self.transport.stop_rendering()
            self._write_checkpoint(self.renderer.save_state())
            raise
        self.midi.latency_frames = self.transport.latency_frames
        if self._checkpoint is not None and now - self._saved > CHECKPOINT_SECONDS:
            self._saved = now
            self.renderer.request_state()

    def _hear_renderer(self, message: Message) -> None:
        if message.kind == "saved":
            self._write_checkpoint(message.payload)
        elif message.kind == "program" and message.slot in self.slots:
            preset = self.slots[message.slot].programs.get(message.number)
            if preset is not None:
                self._apply(message.slot, preset)
        elif message.kind == "fault":
            self.messages.append(f"Slot {message.slot}: {message.text}; it was muted and reset.")
        elif message.kind == "failed":
            self.messages.append(f"Slot {message.slot} is silent: {message.text}; exchange it.")

    def _bind(self, controller: int) -> None:
        if self._learning is None:
            return
        (slot, id), self._learning = self._learning, None
        try:
            self.renderer.map_controller(slot, controller, id)
        except UsageError as error:
            self.messages.append(str(error))
            return
        state = self._state(slot)
        self.slots[slot] = replace(state, controls={**state.controls, controller: id})
        self.messages.append(f"Controller {controller} now moves {id} of slot {slot}.")

    def snapshot(self) -> dict[str, Any]:
        """See Facade."""
        return snapshot(self).to_json()

    def _write_checkpoint(self, saved: tuple[Any, Any]) -> None:
        if self._checkpoint is not None:
            arrays, facts = saved
            slots = [number for number in self.slots if str(number) in facts["slots"]]
            write_checkpoint(self._checkpoint, Checkpoint(self.session(), slots, facts, arrays))

    def resume(self) -> list[str]:
        """Go on from the checkpoint, before `start`; sentences about what could not be restored.

        If the state does not fit (another sample rate), the session alone is restored.
        """
        if self._checkpoint is None or not self._checkpoint.exists():
            return []
        saved = read_checkpoint(self._checkpoint)
        states = Session.from_json(saved.session).slots
        paths = {registry.find(state.model).id: state.model for state in states}
        notices: list[str] = []
        try:
            self.renderer.load_state(
                saved.arrays, saved.facts,
                lambda id, sound: self._recreate(paths[id], sound, notices),
            )  # fmt: skip
        except (RtAudioGenError, ValueError, KeyError) as error:
            self.renderer = self._new_renderer()
            return [f"The sounding notes are lost ({error}).", *self.load_session(saved.session)]
        self.slots = dict(zip(saved.numbers, states, strict=True))
        self.transport.first_frame = self.renderer.frame
        for port in range(SCHEDULED_PORT):
            for channel in range(16):  # keys and pedals that were let go of meanwhile
                self.renderer.midi(0, 0xB0 | channel, SUSTAIN_PEDAL, 0, port)
                self.renderer.midi(0, 0xB0 | channel, ALL_NOTES_OFF, 0, port)
        return notices


def _absolute(path: str | None) -> str:
    """For a session that is opened elsewhere; empty if there is none."""
    return str(Path(path).expanduser().absolute()) if path else ""
