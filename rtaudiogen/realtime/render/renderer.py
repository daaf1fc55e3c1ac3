"""Renderer: MIDI and commands in, a stream of stereo float32 at the host rate out.

Time is host frames since the start. Inside, everything happens on a fixed grid of QUANTUM frames,
so the bits depend only on seed, commands and events, not on the requested block sizes.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import RtAudioGenError
from ...generator import Audio, Generator, State
from ..hits.pads import Pads
from ..nested_state import join, part
from ..notes.told import Told
from ..signal.limiter import Limiter
from ..signal.safety import CEILING
from .frame_queue import FrameQueue
from .load import Load
from .preparation import DeviceOf, on_the_cpu
from .rack import VERBS, Message, Rack
from .rack_control import RackControl
from .readings import Reading, read_slots
from .slot_generator import QUANTUM

MakeGenerator = Callable[[str, str, int], Generator]  # model id, its sound's name, voices
Listen = Callable[[Audio], None]  # fills (QUANTUM, 1) with the input of the next quantum


class Renderer(RackControl):
    """The rack, its clock and its input; `RackControl` changes its slots.

    `sample_rate` in Hz is the host's; every slot's own seed derives from `seed`. `device_of` is
    called on [control] for the processor of a generator. `pads` play the hits behind the ring;
    without them they are rendered like notes.
    """

    def __init__(
        self,
        sample_rate: int,
        seed: int = 0,
        device_of: DeviceOf = on_the_cpu,
        pads: Pads | None = None,
    ) -> None:
        super().__init__(sample_rate, seed, device_of, pads, told := Told())
        self.late_events = 0
        self._rack = Rack(self._messages, told)
        self._limiter = Limiter(sample_rate)
        self.delay_frames = self._limiter.delay_frames  # of everything, from its frame to `render`
        self.amplified = 1.0  # by whoever plays what is rendered: the limiter leaves room for it
        self._bus = np.zeros((QUANTUM, 2), np.float32)
        self._heard = np.zeros((QUANTUM, 1), np.float32)
        self._listen: Listen | None = None
        self._limiter.process(self._bus)  # compiles
        self._used = QUANTUM  # frames of the bus that were handed out
        self._frame = 0  # start of the next quantum
        self._midi = FrameQueue()  # (frame, status, data1, data2, port, slot)
        self._state_wanted = False
        self._load = Load(QUANTUM, sample_rate)
        self._peak = np.zeros(2, np.float32)

    def midi(
        self, frame: int, status: int, data1: int = 0, data2: int = 0, port: int = 0, slot: int = 0
    ) -> None:
        """Play a channel message at an absolute frame, at once if that is past. [midi] or [control]

        In one slot alone; 0: in all.
        """
        if 0x80 <= status < 0xF0:
            self._midi.push((int(frame), int(status), data1 & 127, data2 & 127, port, slot))

    def midi_events(self, events: NDArray[np.void], slot: int = 0) -> None:
        """Play messages of an array of dtype MIDI_EVENT. [midi] or [control]"""
        for frame, status, data1, data2, port in events.tolist():
            self.midi(frame, status, data1, data2, port, slot)

    def listen(self, listen: Listen) -> None:
        """Let effects hear the input of `listen`, called once a quantum on [render]. [control]

        Call it before the first frame is rendered. Without it the input is silence.
        """
        self._listen = listen

    @property
    def frame(self) -> int:
        """Host frames handed out so far. [control] may read it."""
        return self._frame - QUANTUM + self._used

    def read(self) -> Reading:
        """Return meters and facts; values may be a quantum apart. [control]"""
        p50, p99 = self._load.percentiles()
        return Reading(
            frame=self.frame,
            load_p50=p50,
            load_p99=p99,
            limiter_gain=self._limiter.gain,
            peak=(float(self._peak[0]), float(self._peak[1])),
            late_events=self.late_events,
            slots=read_slots(self._rack.slots.copy(), self._sources),
        )

    def render(self, out: Audio) -> None:
        """Fill `out` (frames, 2) float32 with the next frames, any number of them. [render]

        What happens at a frame is heard `delay_frames` later.
        """
        done = 0
        while done < len(out):
            if self._used == QUANTUM:
                self._render_quantum()
            count = min(QUANTUM - self._used, len(out) - done)
            out[done : done + count] = self._bus[self._used : self._used + count]
            self._used += count
            done += count

    def _render_quantum(self) -> None:
        self._load.begin()
        self._obey()
        self._play()
        if self._listen is not None:
            self._listen(self._heard)
        self._rack.render(self._frame, self._heard, self._bus)
        self._limiter.process(self._bus, float(CEILING) / max(1.0, self.amplified))
        np.maximum(self._peak * np.float32(0.99), np.abs(self._bus).max(axis=0), out=self._peak)
        self._frame += QUANTUM
        self._used = 0
        self._load.end()

    def _obey(self) -> None:
        for _, verb, slot, arguments in self._commands.due(self._frame + 1):
            VERBS[verb](self._rack, self._frame, slot, *arguments)
        if self._state_wanted:  # after the last command, so no due command is pending
            self._state_wanted = False
            self._answer_state()

    def _play(self) -> None:
        for frame, *message in self._midi.due(self._frame + QUANTUM):
            self.late_events += frame < self._frame
            self._rack.midi(max(frame, self._frame), *message)

    def request_state(self) -> None:
        """Ask for a "saved" message with `save_state` at the next quantum. [control]"""
        self._state_wanted = True

    def _answer_state(self) -> None:
        try:
            self._messages.append(Message("saved", 0, payload=self.save_state()))
        except Exception as error:  # a third-party generator may raise anything
            self._messages.append(Message("refused", 0, f"cannot save the state: {error}"))

    def save_state(self) -> tuple[State, dict[str, Any]]:
        """Return everything that the future output depends on: arrays, and JSON values. [render]

        RtAudioGenError if a slot is still waiting to be added or exchanged at a later frame.
        """
        commands = self._commands.pending()
        if any(verb in ("add", "swap", "replace") for _, verb, _, _ in commands):
            raise RtAudioGenError("a slot is waiting to be added; render one quantum, then save")
        arrays, slots = self._rack.save_state()
        facts = {
            "sample_rate": self.sample_rate,
            "seed": self.seed,
            "frame": self._frame,
            "used": self._used,
            "next_slot": self._next_slot,
            "late_events": self.late_events,
            "midi": self._midi.pending(),
            "commands": commands,
            "slots": slots,
            "told": self._rack.told.save_state(),
        }
        own = {"bus": self._bus.copy()}
        return join(rack=arrays, limiter=self._limiter.save_state(), own=own), facts

    def load_state(self, arrays: State, facts: Mapping[str, Any], make: MakeGenerator) -> None:
        """Continue bit for bit from `save_state`, on a new renderer. [control]

        `make` creates the generators by model id, sound and voices. RtAudioGenError for another
        rate.
        """
        if facts["sample_rate"] != self.sample_rate:
            raise RtAudioGenError(
                f"state was saved at {facts['sample_rate']} Hz, this stream has {self.sample_rate}"
            )
        sources = {
            (int(number), i): self._preparation.prepare(
                make(saved["model"], saved["sound"], saved.get("voices", 0)),
                int(number),
                saved["seed"],
                saved["sound"],
            )
            for number, slot in facts["slots"].items()
            for i, saved in enumerate(slot["sources"])
        }
        self._rack.load_state(part(arrays, "rack"), facts["slots"], sources, self.sample_rate)
        if "told" in facts:  # states of earlier versions have none
            self._rack.told.load_state(facts["told"])
        self._limiter.load_state(part(arrays, "limiter"))
        self._bus[:] = arrays["own/bus"]
        self.late_events = facts["late_events"]
        self._frame, self._used = facts["frame"], facts["used"]
        self._midi.restore(tuple(event) for event in facts["midi"])
        self._commands.restore(tuple(command) for command in facts["commands"])
        self._restore(facts, self._rack.slots)
