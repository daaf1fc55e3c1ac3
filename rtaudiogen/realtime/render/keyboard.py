"""What MIDI messages mean for the voices of a slot: keys, pedals, wheels. [render]"""

from dataclasses import dataclass
from typing import Any

from ...events import EventKind
from .voices import Stage, VoiceAllocator

BEND_CENTRE = 8192  # of 14 bits
NO_RPN = (127, 127)
BEND_RANGE_RPN = (0, 0)

MOD_WHEEL, DATA, DATA_FINE, SUSTAIN = 1, 6, 38, 64  # control changes
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123


@dataclass(slots=True)
class Zone:
    """Which notes a slot listens to, and how it bends them."""

    channel: int = 0  # 1 … 16; 0: all
    low_key: int = 0
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones

    def listens(self, status: int) -> bool:
        """Whether a status byte's channel is among those listened to."""
        return self.channel in (0, (status & 0x0F) + 1)


class Keyboard:
    """Plays the voices of one generator from channel messages; frames never decrease.

    A pedal belongs to its port and channel, wheels to the slot.
    """

    def __init__(self, voices: VoiceAllocator, zone: Zone) -> None:
        self.voices = voices
        self.zone = zone
        self._pedals: set[int] = set()  # sources whose pedal is down
        self._bend, self._mod, self._pressure = BEND_CENTRE, 0, 0
        self._rpn = NO_RPN

    def midi(self, frame: int, status: int, data1: int, data2: int, port: int = 0) -> None:
        """One channel message."""
        if not self.zone.listens(status):
            return
        source = port << 4 | status & 0x0F
        kind = status & 0xF0
        if kind == 0x90 and data2 > 0:
            self._note_on(frame, source, data1, data2)
        elif kind in (0x80, 0x90):
            self._note_off(frame, source, data1)
        elif kind == 0xA0:
            for index in self.voices.down(source, data1):
                start = max(frame, self.voices.voices[index].start)
                self.voices.emit(start, EventKind.PRESSURE, index, value=data2 / 127)
        elif kind == 0xB0:
            self._control(frame, source, data1, data2)
        elif kind == 0xD0:
            self._pressure = data1
            self.voices.emit(frame, EventKind.PRESSURE, value=data1 / 127)
        elif kind == 0xE0:
            self._bend = data1 | data2 << 7
            self._emit_bend(frame)

    def _note_on(self, frame: int, source: int, key: int, velocity: int) -> None:
        pitch = key + self.zone.transpose
        if self.zone.low_key <= key <= self.zone.high_key and 0 <= pitch <= 127:
            self.voices.start(frame, source, key, velocity, pitch)

    def _note_off(self, frame: int, source: int, key: int | None) -> None:
        """A key is let go, or with None all of them."""
        for index in self.voices.down(source, key):
            if source in self._pedals:
                self.voices.voices[index].stage = Stage.SUSTAINED
            else:
                self.voices.release(frame, index)

    def _control(self, frame: int, source: int, number: int, value: int) -> None:
        if number == MOD_WHEEL:
            self._mod = value
            self.voices.emit(frame, EventKind.MOD_WHEEL, value=value / 127)
        elif number == SUSTAIN:
            self._pedal(frame, source, value >= 64)
        elif number in (RPN, RPN_FINE, NRPN, NRPN_FINE):
            self._select_rpn(number, value)
        elif number in (DATA, DATA_FINE) and self._rpn == BEND_RANGE_RPN:
            whole = value if number == DATA else int(self.zone.bend_range)
            self.set_bend_range(frame, whole + (value / 100 if number == DATA_FINE else 0.0))
        elif number == ALL_SOUND_OFF:
            self.voices.choke(frame, source)
        elif number == RESET_CONTROLLERS:
            self._pedal(frame, source, False)
            self._rest(frame)
        elif number >= ALL_NOTES_OFF:  # those above change the mode, which implies it
            self._note_off(frame, source, None)

    def _select_rpn(self, number: int, value: int) -> None:
        if number == RPN:
            self._rpn = (value, self._rpn[1])
        elif number == RPN_FINE:
            self._rpn = (self._rpn[0], value)
        else:
            self._rpn = NO_RPN

    def _pedal(self, frame: int, source: int, down: bool) -> None:
        if down:
            self._pedals.add(source)
            return
        self._pedals.discard(source)
        for index in self.voices.down(source):
            if self.voices.voices[index].stage == Stage.SUSTAINED:
                self.voices.release(frame, index)

    def _rest(self, frame: int) -> None:
        self._bend, self._mod, self._pressure, self._rpn = BEND_CENTRE, 0, 0, NO_RPN
        for kind in (EventKind.PITCH_BEND, EventKind.MOD_WHEEL, EventKind.PRESSURE):
            self.voices.emit(frame, kind)

    def set_bend_range(self, frame: int, semitones: float) -> None:
        """Full deflection of the pitch wheel, and what that makes of its present position."""
        self.zone.bend_range = semitones
        if self._bend != BEND_CENTRE:
            self._emit_bend(frame)

    def _emit_bend(self, frame: int) -> None:
        semitones = (self._bend - BEND_CENTRE) / BEND_CENTRE * self.zone.bend_range
        self.voices.emit(frame, EventKind.PITCH_BEND, value=semitones)

    def release_all(self, frame: int) -> None:
        """Let go of every key and pedal."""
        self._pedals.clear()
        for index, voice in enumerate(self.voices.voices):
            if voice.down:
                self.voices.release(frame, index)

    def panic(self, frame: int) -> None:
        """Choke everything at once and forget every key, pedal and wheel."""
        self.voices.choke(frame)
        self._pedals.clear()
        self._rest(frame)

    def forget(self, frame: int) -> None:
        """The generator was reset: nothing is held, the wheels stand where they stood."""
        self.voices.forget()
        self._announce(frame)

    def adopt(self, other: "Keyboard", frame: int) -> None:
        """Take over another generator's zone, wheels, pedals and held notes."""
        self.zone = other.zone
        self._pedals = set(other._pedals)
        self._bend, self._mod, self._pressure = other._bend, other._mod, other._pressure
        self._rpn = other._rpn
        self._announce(frame)
        for voice in sorted((v for v in other.voices.voices if v.down), key=lambda v: v.start):
            self._note_on(frame, voice.source, voice.key, voice.velocity)
            if voice.stage == Stage.SUSTAINED:
                self._note_off(frame, voice.source, voice.key)

    def _announce(self, frame: int) -> None:
        """Tell the generator where the wheels stand, unless they rest."""
        if self._bend != BEND_CENTRE:
            self._emit_bend(frame)
        if self._mod:
            self.voices.emit(frame, EventKind.MOD_WHEEL, value=self._mod / 127)
        if self._pressure:
            self.voices.emit(frame, EventKind.PRESSURE, value=self._pressure / 127)

    def save_state(self) -> dict[str, Any]:
        """Everything but the zone, as JSON values."""
        return {
            "voices": self.voices.save_state(),
            "pedals": sorted(self._pedals),
            "wheels": [self._bend, self._mod, self._pressure],
            "rpn": list(self._rpn),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """From `save_state`."""
        self.voices.load_state(state["voices"])
        self._pedals = set(state["pedals"])
        self._bend, self._mod, self._pressure = state["wheels"]
        self._rpn = (state["rpn"][0], state["rpn"][1])
