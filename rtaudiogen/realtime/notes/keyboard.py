"""Keyboard of a slot: the effect of MIDI messages on its voices. [render]"""

from collections.abc import Iterable
from typing import Any

from ...events import EventKind
from .channel_state import SOSTENUTO, SUSTAIN
from .channels import Channels
from .expression import Expression
from .following import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    LEVELS,
    RESET_CONTROLLERS,
    WHEELS,
    ended_by,
    follow,
)
from .told import Told
from .voices import Stage, VoiceAllocator
from .zone import Zone

SOFT_VELOCITY = 0.7  # factor for notes that begin while the soft pedal is down


def softened(channels: Channels, source: int, velocity: int) -> int:
    """Return a velocity, 1 … 127, reduced if the soft pedal is down."""
    return max(1, round(SOFT_VELOCITY * velocity)) if channels.softens(source) else velocity


class Keyboard:
    """Plays the voices of one generator from channel messages; frames never decrease.

    It follows the state of every channel, whichever its slot listens to, so a slot that is given
    another channel continues with that channel's state. `streams`: the generator also sounds by
    itself.
    """

    def __init__(self, voices: VoiceAllocator, zone: Zone, streams: bool = False) -> None:
        self.voices = voices
        self.zone = zone
        self.channels = Channels()
        self._expression = Expression(voices, self.channels, streams)
        self._streams = streams

    # -- messages --------------------------------------------------------------------------------

    def midi(self, frame: int, status: int, data1: int, data2: int, port: int = 0) -> None:
        """Play one channel message."""
        source = port << 4 | status & 0x0F
        kind = status & 0xF0
        if kind == 0x90 and data2 > 0:
            self._note_on(frame, source, data1, data2)
        elif kind in (0x80, 0x90):
            self._note_off(frame, source, data1)
        elif kind == 0xA0:
            self._press_key(frame, source, data1, data2)
        elif kind == 0xB0:
            self._control(frame, source, data1, data2)
        else:
            changed = follow(self.channels, source, kind, data1, data2, self.zone.bend_range)
            if kind == 0xD0:
                self._forget_key_pressure(source)
            self._change(frame, changed, source)

    def turn_elsewhere(self, source: int, number: int, value: int) -> None:
        """Remember the position of a controller that moves a parameter instead (see `unheard`)."""
        follow(self.channels, source, 0xB0, number, value, self.zone.bend_range)

    def _change(self, frame: int, kinds: Iterable[EventKind], source: int) -> None:
        listens = self.zone.listens(source & 0x0F)
        for kind in kinds:
            self._expression.change(frame, kind, source, self.zone.bend_range, listens)

    def _control(self, frame: int, source: int, number: int, value: int) -> None:
        caught = self.channels.keeps(source)
        for ended in ended_by(self.channels, source, number, value):
            self.voices.choke(frame, ended)
        changed = follow(self.channels, source, 0xB0, number, value, self.zone.bend_range)
        if number in (SUSTAIN, SOSTENUTO):
            self._move_pedal(frame, source, caught)
        elif number == ALL_SOUND_OFF:
            for concerned in self.channels.affected(source):
                self.voices.choke(frame, concerned)
        elif number == RESET_CONTROLLERS:
            self._forget_key_pressure(source)
            self._move_pedal(frame, source, False)
        elif number >= ALL_NOTES_OFF:
            self._all_notes_off(frame, source)
        self._change(frame, changed, source)

    # -- keys ------------------------------------------------------------------------------------

    def _note_on(self, frame: int, source: int, key: int, velocity: int) -> None:
        self.channels.of(source).press(key)
        if not self.zone.listens(source & 0x0F):
            return
        self._strike(frame, source, key, softened(self.channels, source, velocity))

    def _strike(self, frame: int, source: int, key: int, velocity: int) -> int | None:
        """Begin a note; return its voice, if it has one."""
        pitch = self.zone.pitch(key)
        index = None
        if pitch is not None:
            index = self.voices.start(frame, source, key, velocity, pitch)
        if index is not None:
            self._expression.begin(index, self.zone.bend_range)
        return index

    def _note_off(self, frame: int, source: int, key: int) -> None:
        """End a key's note with the last of its due note-offs."""
        if self.channels.of(source).let_go(key):
            for index in self.voices.down(source, key):
                self._let_go(frame, index)

    def _all_notes_off(self, frame: int, source: int) -> None:
        for concerned in self.channels.affected(source):
            for index in self.voices.down(concerned):
                self._let_go(frame, index)

    def _let_go(self, frame: int, index: int) -> None:
        """End a note whose key is up, unless a pedal holds it."""
        voice = self.voices.voices[index]
        caught = voice.caught and self.channels.keeps(voice.source)
        if caught or self.channels.sustains(voice.source):
            voice.stage = Stage.SUSTAINED
        else:
            self.voices.release(frame, index)

    # -- pedals and pressure ---------------------------------------------------------------------

    def _move_pedal(self, frame: int, source: int, caught: bool) -> None:
        """Apply sustain and sostenuto; `caught`: the sostenuto pedal was down before."""
        for concerned in self.channels.affected(source):
            keeps = self.channels.keeps(concerned)
            for index in self.voices.down(concerned):
                voice = self.voices.voices[index]
                voice.caught = keeps and (voice.caught or not caught)
                if voice.stage == Stage.SUSTAINED:
                    self._let_go(frame, index)

    def _press_key(self, frame: int, source: int, key: int, pressure: int) -> None:
        for index in self.voices.down(source, key):
            self.voices.voices[index].pressure = pressure
            self._expression.press(frame, index, self.zone.bend_range)

    def _forget_key_pressure(self, source: int) -> None:
        for index in self.voices.sounding_of(self.channels.affected(source)):
            self.voices.voices[index].pressure = -1

    # -- commands --------------------------------------------------------------------------------

    def set_bend_range(self, frame: int, semitones: float) -> None:
        """Set the full deflection of every channel's wheel, until a channel receives another."""
        self.zone.bend_range = semitones
        for source in self.channels.forget_ranges():
            self._change(frame, (EventKind.PITCH_BEND,), source)

    def hear_again(self, frame: int, number: int) -> None:
        """Follow a controller from now on, or no longer, because `unheard` has changed."""
        if number in LEVELS:
            for source in self.channels.known():
                self._change(frame, (LEVELS[number],), source)

    def join(self, told: Told, frame: int) -> None:
        """Take over the states of all channels; notes that are held do not sound here."""
        self.channels.take_over(told.channels)
        if self._streams:
            self._expression.repeat(frame, told.common(self.zone))

    def set_key_pan(self, frame: int, share: float) -> None:
        """Set how far low keys lie left and high keys right, 0 … 1."""
        self._expression.place_keys(frame, share, self.zone.bend_range)

    def release_all(self, frame: int) -> None:
        """Release every note, whatever holds it."""
        for index, voice in enumerate(self.voices.voices):
            if voice.down:
                self.voices.release(frame, index)

    def panic(self, frame: int) -> None:
        """Choke everything at once and forget every key, pedal and wheel."""
        self.voices.choke(frame)
        self.channels.panic()
        self._expression.rest(frame, WHEELS)

    def forget(self, frame: int) -> None:
        """Go on after a reset of the generator: no note sounds, the wheels stay."""
        self.voices.forget()
        self._expression.repeat(frame)

    def adopt(self, other: "Keyboard", frame: int) -> None:
        """Take over another generator's zone, channels and held notes."""
        self.zone = other.zone
        self.channels.take_over(other.channels)
        self._expression.repeat(frame, other._expression.common)
        for voice in sorted((v for v in other.voices.voices if v.down), key=lambda v: v.start):
            index = self._strike(frame, voice.source, voice.key, voice.velocity)
            if index is None:
                continue
            mine = self.voices.voices[index]
            mine.stage, mine.caught, mine.pressure = voice.stage, voice.caught, voice.pressure
            if mine.pressure >= 0:
                self._expression.press(frame, index, self.zone.bend_range)

    # -- state -----------------------------------------------------------------------------------

    def save_state(self) -> dict[str, Any]:
        """Return everything but the zone, as JSON values."""
        return {
            "voices": self.voices.save_state(),
            "channels": self.channels.save_state(),
            "expression": self._expression.save_state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `save_state` returned."""
        self.voices.load_state(state["voices"])
        self.channels.load_state(state["channels"])
        self._expression.load_state(state["expression"])
