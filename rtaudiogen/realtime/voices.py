"""Who plays which note: MIDI messages in, events that name a voice out.

A voice is free, held by its key, sustained by the pedal, released, or choked. A new note takes a
free voice, else one that is becoming silent, else the one released first, else the quietest; a
voice taken while it sounds is choked and starts CHOKE_SECONDS later. Everything is [render].
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..events import ALL_VOICES, CHOKE_SECONDS, EventKind

SHORTEST_NOTE_SECONDS = 0.02  # a note-off waits this long after its note-on: every note is heard
NO_RPN = (127, 127)
PITCH_BEND_RANGE_RPN = (0, 0)

Scheduled = tuple[int, int, int, float, float]  # frame (host, absolute), kind, voice, key, value


class Stage(IntEnum):
    """What holds a voice."""

    FREE = 0
    HELD = 1
    SUSTAINED = 2
    RELEASED = 3
    CHOKED = 4


@dataclass(slots=True)
class Voice:
    """One voice, as the host sees it. Frames are absolute, at the host rate."""

    stage: Stage = Stage.FREE
    source: int = 0  # port and channel that the note came from
    key: int = 0  # as played, before transposition
    velocity: int = 0
    start: int = -1  # frame of its NOTE_ON
    end: int = -1  # frame of its NOTE_OFF, or at which a choke is over
    level: float = 0.0  # at the end of the last quantum

    @property
    def down(self) -> bool:
        """Whether a key or the pedal holds it."""
        return self.stage in (Stage.HELD, Stage.SUSTAINED)


@dataclass(slots=True)
class Keyboard:
    """Which notes a slot listens to, and how it bends them."""

    channel: int = 0  # 1 … 16; 0: all
    low_key: int = 0
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones


class VoiceAllocator:
    """The voices of one generator.

    `sample_rate` is the host's and `model_rate` the generator's, in Hz; `delay_frames` its delay.
    """

    def __init__(
        self, voices: int, sample_rate: int, model_rate: int, delay_frames: int = 0
    ) -> None:
        self.keyboard = Keyboard()
        self.voices = [Voice() for _ in range(voices)]
        model_frame = math.ceil(sample_rate / model_rate)  # events are rounded up to whole ones
        self._choke_frames = math.ceil(CHOKE_SECONDS * sample_rate) + model_frame
        self._shortest_frames = math.ceil(SHORTEST_NOTE_SECONDS * sample_rate)
        self._settle_frames = (delay_frames + 1) * model_frame
        self._observed = 0  # frame up to which levels are known
        self._scheduled: list[Scheduled] = []
        self._pedals: set[int] = set()  # sources whose pedal is down
        self._bend, self._mod, self._pressure = 8192, 0, 0
        self._rpn = NO_RPN

    # -- MIDI ------------------------------------------------------------------------------------

    def midi(self, frame: int, status: int, data1: int, data2: int, port: int = 0) -> None:
        """One channel message; frames never decrease from call to call."""
        channel = status & 0x0F
        if self.keyboard.channel not in (0, channel + 1):
            return
        source = port << 4 | channel
        kind = status & 0xF0
        if kind == 0x90 and data2 > 0:
            self._note_on(frame, source, data1, data2)
        elif kind in (0x80, 0x90):
            self._note_off(frame, source, data1)
        elif kind == 0xA0:
            self._key_pressure(frame, source, data1, data2)
        elif kind == 0xB0:
            self._control(frame, source, data1, data2)
        elif kind == 0xD0:
            self._pressure = data1
            self._emit(frame, EventKind.PRESSURE, value=data1 / 127)
        elif kind == 0xE0:
            self._bend = data1 | data2 << 7
            self._emit_bend(frame)

    def _note_on(self, frame: int, source: int, key: int, velocity: int) -> None:
        pitch = key + self.keyboard.transpose
        in_zone = self.keyboard.low_key <= key <= self.keyboard.high_key
        if not self.voices or not in_zone or not 0 <= pitch <= 127:
            return
        for index, voice in enumerate(self.voices):
            if voice.down and voice.source == source and voice.key == key:
                self._release(frame, index)
        index = min(range(len(self.voices)), key=self._rank)
        start = self._vacate(frame, index)
        self.voices[index] = Voice(Stage.HELD, source, key, velocity, start)
        self._emit(start, EventKind.NOTE_ON, index, pitch, velocity / 127)

    def _note_off(self, frame: int, source: int, key: int) -> None:
        for index, voice in enumerate(self.voices):
            if voice.stage == Stage.HELD and voice.source == source and voice.key == key:
                if source in self._pedals:
                    voice.stage = Stage.SUSTAINED
                else:
                    self._release(frame, index)

    def _key_pressure(self, frame: int, source: int, key: int, pressure: int) -> None:
        for index, voice in enumerate(self.voices):
            if voice.down and voice.source == source and voice.key == key:
                start = max(frame, voice.start)
                self._emit(start, EventKind.PRESSURE, index, value=pressure / 127)

    def _control(self, frame: int, source: int, number: int, value: int) -> None:
        if number == 1:
            self._mod = value
            self._emit(frame, EventKind.MOD_WHEEL, value=value / 127)
        elif number == 64:
            self._pedal(frame, source, value >= 64)
        elif number in (6, 38) and self._rpn == PITCH_BEND_RANGE_RPN:
            semitones = self.keyboard.bend_range
            whole = value if number == 6 else int(semitones)
            cents = value if number == 38 else 0
            self.set_bend_range(frame, whole + cents / 100)
        elif number in (98, 99):
            self._rpn = NO_RPN
        elif number == 100:
            self._rpn = (self._rpn[0], value)
        elif number == 101:
            self._rpn = (value, self._rpn[1])
        elif number == 120:
            self._choke_all(frame, source)
        elif number == 121:
            self._reset_controllers(frame, source)
        elif number >= 123:  # all notes off; 124 … 127 change the mode, which implies it
            for voice in self.voices:
                if voice.stage == Stage.HELD and voice.source == source:
                    self._note_off(frame, source, voice.key)

    def _pedal(self, frame: int, source: int, down: bool) -> None:
        if down:
            self._pedals.add(source)
            return
        self._pedals.discard(source)
        for index, voice in enumerate(self.voices):
            if voice.stage == Stage.SUSTAINED and voice.source == source:
                self._release(frame, index)

    def _reset_controllers(self, frame: int, source: int) -> None:
        self._pedal(frame, source, False)
        self._bend, self._mod, self._pressure, self._rpn = 8192, 0, 0, NO_RPN
        self._emit(frame, EventKind.PITCH_BEND)
        self._emit(frame, EventKind.MOD_WHEEL)
        self._emit(frame, EventKind.PRESSURE)

    # -- what the host asks ----------------------------------------------------------------------

    def set_bend_range(self, frame: int, semitones: float) -> None:
        """Full deflection of the pitch wheel, now and for the wheel's present position."""
        self.keyboard.bend_range = semitones
        if self._bend != 8192:
            self._emit_bend(frame)

    def release_all(self, frame: int) -> None:
        """Let go of every key and pedal."""
        self._pedals.clear()
        for index, voice in enumerate(self.voices):
            if voice.down:
                self._release(frame, index)

    def panic(self, frame: int) -> None:
        """Choke everything at once and forget every key, pedal and wheel."""
        self._choke_all(frame)
        self._pedals.clear()
        self._reset_controllers(frame, 0)

    def forget(self) -> None:
        """The generator was reset: every voice is silent."""
        self._scheduled.clear()
        self._pedals.clear()
        self.voices = [Voice() for _ in self.voices]

    def adopt(self, other: "VoiceAllocator", frame: int) -> None:
        """Take over another generator's keyboard: settings, wheels, pedals and held notes."""
        self.keyboard = other.keyboard
        self._pedals = set(other._pedals)
        self._bend, self._mod, self._pressure = other._bend, other._mod, other._pressure
        self._rpn, self._observed = other._rpn, other._observed
        self.announce(frame)
        for voice in sorted((v for v in other.voices if v.down), key=lambda v: v.start):
            self._note_on(frame, voice.source, voice.key, voice.velocity)
            if voice.stage == Stage.SUSTAINED:
                self._note_off(frame, voice.source, voice.key)

    def announce(self, frame: int) -> None:
        """Tell the generator where the wheels stand, unless they rest."""
        if self._bend != 8192:
            self._emit_bend(frame)
        if self._mod:
            self._emit(frame, EventKind.MOD_WHEEL, value=self._mod / 127)
        if self._pressure:
            self._emit(frame, EventKind.PRESSURE, value=self._pressure / 127)

    def take(self, end_frame: int) -> Sequence[Scheduled]:
        """The events before `end_frame`, in order; they are gone from here."""
        if not self._scheduled:
            return ()
        self._scheduled.sort(key=lambda scheduled: scheduled[0])  # stable: as decided
        due = [s for s in self._scheduled if s[0] < end_frame]
        del self._scheduled[: len(due)]
        return due

    def observe(self, levels: NDArray[np.float32], frame: int) -> None:
        """Note how loud every voice is (voices,) now that everything before `frame` is rendered."""
        self._observed = frame
        for voice, level in zip(self.voices, levels.tolist(), strict=False):
            voice.level = level
            silent = level == 0.0 and voice.end + self._settle_frames <= frame
            over = voice.stage == Stage.CHOKED and voice.end <= frame
            if over or (voice.stage == Stage.RELEASED and silent):
                voice.stage = Stage.FREE

    @property
    def sounding(self) -> int:
        """How many voices are not free. [control] may read it."""
        return sum(voice.stage != Stage.FREE for voice in self.voices)

    # -- voices ----------------------------------------------------------------------------------

    def _rank(self, index: int) -> tuple[int, float, int]:
        """The voice with the lowest rank is taken next."""
        voice = self.voices[index]
        if voice.stage == Stage.FREE:
            return 0, 0.0, index
        if voice.stage == Stage.CHOKED:
            return 1, voice.end, index
        if voice.start >= self._observed:  # not heard yet: the last to go
            return 4, voice.start, index
        if voice.stage == Stage.RELEASED:
            return 2, voice.end, index
        return 3, voice.level, voice.start

    def _vacate(self, frame: int, index: int) -> int:
        """Make a voice silent; the frame from which it is."""
        voice = self.voices[index]
        if voice.stage == Stage.FREE:
            return frame
        if voice.stage == Stage.CHOKED:
            return max(frame, voice.end)
        self._cancel(index)
        if voice.start >= frame:  # its NOTE_ON had not been sent
            return voice.start
        self._emit(frame, EventKind.CHOKE, index)
        return frame + self._choke_frames

    def _release(self, frame: int, index: int) -> None:
        voice = self.voices[index]
        voice.stage = Stage.RELEASED
        voice.end = max(frame, voice.start + self._shortest_frames)
        self._emit(voice.end, EventKind.NOTE_OFF, index)

    def _choke_all(self, frame: int, source: int | None = None) -> None:
        for index, voice in enumerate(self.voices):
            if voice.stage not in (Stage.FREE, Stage.CHOKED) and source in (None, voice.source):
                voice.end = self._vacate(frame, index)
                voice.stage = Stage.CHOKED

    def _cancel(self, index: int) -> None:
        """Drop what was going to happen to a voice, except a choke."""
        self._scheduled = [s for s in self._scheduled if s[2] != index or s[1] == EventKind.CHOKE]

    def _emit_bend(self, frame: int) -> None:
        semitones = (self._bend - 8192) / 8192 * self.keyboard.bend_range
        self._emit(frame, EventKind.PITCH_BEND, value=semitones)

    def _emit(
        self,
        frame: int,
        kind: EventKind,
        voice: int = ALL_VOICES,
        key: float = 0.0,
        value: float = 0.0,
    ) -> None:
        self._scheduled.append((frame, int(kind), voice, key, value))

    # -- state -----------------------------------------------------------------------------------

    def save_state(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "keyboard": asdict(self.keyboard),
            "voices": [asdict(voice) for voice in self.voices],
            "observed": self._observed,
            "scheduled": [list(s) for s in self._scheduled],
            "pedals": sorted(self._pedals),
            "wheels": [self._bend, self._mod, self._pressure],
            "rpn": list(self._rpn),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """From `save_state`."""
        self.keyboard = Keyboard(**state["keyboard"])
        self.voices = [Voice(**{**v, "stage": Stage(v["stage"])}) for v in state["voices"]]
        self._observed = state["observed"]
        self._scheduled = [(s[0], s[1], s[2], s[3], s[4]) for s in state["scheduled"]]
        self._pedals = set(state["pedals"])
        self._bend, self._mod, self._pressure = state["wheels"]
        self._rpn = (state["rpn"][0], state["rpn"][1])
