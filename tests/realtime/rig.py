"""A keyboard, its voices and an instrument, played quantum by quantum."""

import math

import numpy as np

from rtaudiogen.events import CHOKE_SECONDS, EventKind
from rtaudiogen.realtime.notes.keyboard import Keyboard
from rtaudiogen.realtime.notes.voices import Scheduled, VoiceAllocator
from rtaudiogen.realtime.notes.zone import Zone

RATE = 48000
QUANTUM = 128
CHOKE_FRAMES = math.ceil(CHOKE_SECONDS * RATE)
RELEASE_FRAMES = 1000


class Instrument:
    """An instrument whose voices sound until released or choked, and report their level."""

    def __init__(self, voices: int) -> None:
        self.silent_from = [0.0] * voices  # frame; inf while held
        self.loudness = [0.5] * voices
        self.obeyed: list[Scheduled] = []

    def obey(self, event: Scheduled) -> None:
        frame, kind, voice, _, _ = event
        self.obeyed.append(event)
        if kind == EventKind.NOTE_ON:
            assert frame >= self.silent_from[voice], "NOTE_ON to a voice that sounds"
            self.silent_from[voice] = math.inf
        elif kind == EventKind.NOTE_OFF and self.silent_from[voice] == math.inf:
            self.silent_from[voice] = frame + RELEASE_FRAMES
        elif kind == EventKind.CHOKE:
            self.silent_from[voice] = min(self.silent_from[voice], frame + CHOKE_FRAMES)

    def levels(self, frame: int) -> np.ndarray:
        sounding = [frame < silent for silent in self.silent_from]
        return np.array(self.loudness, np.float32) * np.array(sounding, np.float32)


class Rig:
    """A keyboard, its voices and an instrument, played quantum by quantum."""

    def __init__(self, voices: int = 4, **zone: float) -> None:
        self.voices = VoiceAllocator(voices, RATE, RATE)
        self.keyboard = Keyboard(self.voices, Zone(**zone))
        self.instrument = Instrument(voices)
        self.frame = 0

    def play(self, *messages: tuple[int, int, int]) -> "Rig":
        """Play messages at the start of a quantum, and render it."""
        for status, data1, data2 in messages:
            self.keyboard.midi(self.frame, status, data1, data2)
        return self.run(1)

    def run(self, quanta: int) -> "Rig":
        for _ in range(quanta):
            self.frame += QUANTUM
            for event in self.voices.take(self.frame):
                self.instrument.obey(event)
            self.voices.observe(self.instrument.levels(self.frame), self.frame)
        return self

    def events(self, *kinds: EventKind) -> list[Scheduled]:
        return [event for event in self.instrument.obeyed if event[1] in kinds]

    def notes(self) -> list[float]:
        return [key for _, _, _, key, _ in self.events(EventKind.NOTE_ON)]


def on(key: int, velocity: int = 100, channel: int = 1) -> tuple[int, int, int]:
    return 0x90 | channel - 1, key, velocity


def off(key: int, channel: int = 1) -> tuple[int, int, int]:
    return 0x80 | channel - 1, key, 0


def control(number: int, value: int, channel: int = 1) -> tuple[int, int, int]:
    return 0xB0 | channel - 1, number, value
