"""Voice allocation: notes in, events that name a voice out.

A voice is free, held by its key, sustained by the pedal, released, or choked. A new note takes a
free voice, else one that is becoming silent, else the one released first, else the quietest; a
voice taken while it sounds is choked and starts CHOKE_SECONDS later. Everything is [render].
"""

import math
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...events import ALL_VOICES, CHOKE_SECONDS, EventKind

SHORTEST_NOTE_SECONDS = 0.02  # a note-off waits so long after its note-on that the note is heard

Scheduled = tuple[int, int, int, float, float]  # frame (host, absolute), kind, voice, key, value


class Stage(IntEnum):
    """States of a voice."""

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
    end: int = -1  # frame of its NOTE_OFF, or the first silent frame of a choked voice
    level: float = 0.0  # at the end of the last quantum
    before: int = -1  # source of the note that fades out until `start`; -1: none
    caught: bool = False  # it was down when the sostenuto pedal went down
    pressure: int = -1  # of its key alone, 0 … 127; -1: its channel's

    @property
    def down(self) -> bool:
        """True if a key or the pedal holds it."""
        return self.stage in (Stage.HELD, Stage.SUSTAINED)

    @property
    def sounds(self) -> bool:
        """True if it may be heard, now or soon."""
        return self.stage != Stage.FREE


class VoiceAllocator:
    """The voices of one generator. Frames never decrease from call to call.

    `sample_rate` is the host's and `model_rate` the generator's, in Hz; `delay_frames` its delay.
    """

    def __init__(
        self, voices: int, sample_rate: int, model_rate: int, delay_frames: int = 0
    ) -> None:
        self.voices = [Voice() for _ in range(voices)]
        model_frame = math.ceil(sample_rate / model_rate)  # events are rounded up to whole ones
        self._choke_frames = math.ceil(CHOKE_SECONDS * sample_rate) + model_frame
        self._shortest_frames = math.ceil(SHORTEST_NOTE_SECONDS * sample_rate)
        self._settle_frames = (delay_frames + 1) * model_frame
        self._observed = 0  # frame up to which levels are known
        self._scheduled: list[Scheduled] = []

    def start(self, frame: int, source: int, key: int, velocity: int, pitch: float) -> int | None:
        """Start a note and return its voice; release one of the same key that is down."""
        if not self.voices:
            return None
        for index in self.down(source, key):
            self.release(frame, index)
        index = min(range(len(self.voices)), key=self._rank)
        start = self._vacate(frame, index)
        before = self._fading(self.voices[index], frame) if start > frame else -1
        self.voices[index] = Voice(Stage.HELD, source, key, velocity, start, before=before)
        self.emit(start, EventKind.NOTE_ON, index, pitch, velocity / 127)
        return index

    def sounding_of(self, sources: Container[int]) -> list[int]:
        """Return the indices of the voices that play, or are about to play, for these sources."""
        return [
            i for i, voice in enumerate(self.voices) if voice.sounds and voice.source in sources
        ]

    def sounding_sources(self) -> set[int]:
        """Return the sources of all voices that are not free, and of notes that fade out in
        them.
        """
        sounding = [voice for voice in self.voices if voice.sounds]
        fading = {voice.before for voice in sounding if voice.start > self._observed}
        return {voice.source for voice in sounding} | fading - {-1}

    def drop(self, frame: int, kind: EventKind) -> None:
        """Drop a kind's events for single voices after a frame, because all voices get a newer
        value.
        """
        self._scheduled = [
            s for s in self._scheduled if s[1] != kind or s[2] == ALL_VOICES or s[0] <= frame
        ]

    def down(self, source: int, key: int | None = None) -> list[int]:
        """Return the voices that a source's key or pedal holds; without a key, those of all its
        keys.
        """
        return [
            index
            for index, voice in enumerate(self.voices)
            if voice.down and voice.source == source and key in (None, voice.key)
        ]

    def release(self, frame: int, index: int) -> None:
        """End a note, but not before its shortest time."""
        voice = self.voices[index]
        voice.stage = Stage.RELEASED
        voice.end = max(frame, voice.start + self._shortest_frames)
        self.emit(voice.end, EventKind.NOTE_OFF, index)

    def choke(self, frame: int, source: int | None = None) -> None:
        """Silence every voice, or those of one source, without a click."""
        for index, voice in enumerate(self.voices):
            if voice.stage not in (Stage.FREE, Stage.CHOKED) and source in (None, voice.source):
                voice.end = self._vacate(frame, index)
                voice.stage = Stage.CHOKED

    def forget(self) -> None:
        """Make every voice silent after a reset of the generator."""
        self._scheduled.clear()
        self.voices = [Voice() for _ in self.voices]

    def emit(
        self,
        frame: int,
        kind: EventKind,
        voice: int = ALL_VOICES,
        key: float = 0.0,
        value: float = 0.0,
    ) -> None:
        """Schedule an event."""
        self._scheduled.append((frame, int(kind), voice, key, value))

    def take(self, end_frame: int) -> Sequence[Scheduled]:
        """Remove and return the events before `end_frame`, in order."""
        if not self._scheduled:
            return ()
        self._scheduled.sort(key=lambda scheduled: scheduled[0])  # stable: keeps the order
        due = [s for s in self._scheduled if s[0] < end_frame]
        del self._scheduled[: len(due)]
        return due

    def observe(self, levels: NDArray[np.float32], frame: int) -> None:
        """Take the level of every voice (voices,) after everything before `frame` was rendered."""
        self._observed = frame
        for voice, level in zip(self.voices, levels.tolist(), strict=False):
            voice.level = level
            silent = level == 0.0 and voice.end + self._settle_frames <= frame
            over = voice.stage == Stage.CHOKED and voice.end <= frame
            if over or (voice.stage == Stage.RELEASED and silent):
                voice.stage = Stage.FREE

    @property
    def sounding(self) -> int:
        """Number of voices that are not free. [control] may read it."""
        return sum(voice.stage != Stage.FREE for voice in self.voices)

    def _rank(self, index: int) -> tuple[int, float, int]:
        """Return a rank; the voice with the lowest one is taken next."""
        voice = self.voices[index]
        if voice.stage == Stage.FREE:
            return 0, 0.0, index
        if voice.stage == Stage.CHOKED:
            return 1, voice.end, index
        if self._died_away(voice):
            return 1, 0.0, index
        if voice.start >= self._observed:  # not heard yet: taken last
            return 4, voice.start, index
        if voice.stage == Stage.RELEASED:
            return 2, voice.end, index
        return 3, voice.level, voice.start

    def _died_away(self, voice: Voice) -> bool:
        """Return True if it is silent by itself, although a key or the pedal may hold it."""
        return voice.level == 0.0 and voice.start + self._settle_frames < self._observed

    def _vacate(self, frame: int, index: int) -> int:
        """Make a voice silent; return the frame from which it is."""
        voice = self.voices[index]
        if voice.stage == Stage.FREE:
            return frame
        if voice.stage == Stage.CHOKED:
            return max(frame, voice.end)
        self._cancel(index)
        if self._died_away(voice):
            return frame
        if voice.start >= frame:  # its NOTE_ON had not been sent
            return voice.start
        self.emit(frame, EventKind.CHOKE, index)
        return frame + self._choke_frames

    def _fading(self, voice: Voice, frame: int) -> int:
        """Return the source that is heard from a choked voice until its next note."""
        return voice.before if voice.start > frame else voice.source

    def _cancel(self, index: int) -> None:
        """Drop the scheduled events of a voice, except a choke."""
        self._scheduled = [s for s in self._scheduled if s[2] != index or s[1] == EventKind.CHOKE]

    def save_state(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "voices": [asdict(voice) for voice in self.voices],
            "observed": self._observed,
            "scheduled": [list(s) for s in self._scheduled],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `save_state` returned."""
        self.voices = [Voice(**{**v, "stage": Stage(v["stage"])}) for v in state["voices"]]
        self._observed = state["observed"]
        self._scheduled = [(s[0], s[1], s[2], s[3], s[4]) for s in state["scheduled"]]
