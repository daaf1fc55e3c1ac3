"""Measurement of the time from a knob or a preset to its sound, in an engine's own process.

A tone is held while its level is changed. Three samples of a sine tell its amplitude and any step:
x[n-1] + x[n+1] = 2 cos(ω) x[n] as long as nothing but a sine of ω sounds. The null device plays, so
a change is heard when the callback has its first frame. Everything is [control].
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..client.remote import EngineProcess
from ..errors import RtAudioGenError
from ..realtime.callback.memory import AudioMemory
from .note_delay import NOTE_ON, RATE, SETTINGS, SETTLE_SECONDS, VELOCITY

TONE, KEY = "sine", 69
TURN = 2 * np.pi * 440 / RATE  # ω of the key
LEVELS_DB = (-12.0, -24.0)
NOTICED_DB = 1.0  # a change of the amplitude
BEFORE_FRAMES = 256  # of the tone as it was
LOOK_SECONDS, WATCH_SECONDS, PATIENCE_SECONDS = 0.002, 0.08, 20.0


@dataclass(frozen=True)
class Change:
    """The delay and the steps of a change of a held tone."""

    heard_ms: float  # from the command to the first frame that is NOTICED_DB off, + 0 … 1 block
    shown_ms: float  # from the command to its value in the engine's snapshot
    step: float  # the largest beside the tone, as a share of its amplitude
    lost_frames: int  # in a dropout meanwhile, which may have been heard instead


class HeldTone:
    """A tone in an engine's process, whose level is changed."""

    def __init__(self, engine: EngineProcess) -> None:
        """Start it, in a new slot of an engine that plays."""
        self._engine, self._level_db = engine, LEVELS_DB[0]
        self._slot = engine.add_slot(TONE, {"level": self._level_db})
        engine.play_now(NOTE_ON, KEY, VELOCITY)
        time.sleep(SETTLE_SECONDS)
        memory = AudioMemory.attach(engine.snapshot()["memory"])
        self._tap, self._newest = memory.tap(), np.zeros((RATE, memory.channels), np.float32)

    def turned(self) -> Change:
        """Return what turning a knob was like."""
        return self._changed(lambda db: self._engine.set_parameter(self._slot, "level", db))

    def exchanged(self) -> Change:
        """Return what another preset was like."""
        return self._changed(
            lambda db: self._engine.apply_preset(self._slot, {"values": {"level": db}})
        )

    def turned_while_loading(self, model: str, least: int) -> list[Change]:
        """Return at least so many turns while a model is loaded, again and again, beside it."""
        turns: list[Change] = []
        with ThreadPoolExecutor(1) as loader:
            while len(turns) < least:
                loading = loader.submit(self._engine.add_slot, model)
                while not loading.done():
                    turns.append(self.turned())
                self._engine.remove_slot(loading.result())
        return turns

    def _changed(self, command: Callable[[float], None]) -> Change:
        """Move to the other level by a command; RtAudioGenError if that is not heard and shown."""
        self._level_db = sum(LEVELS_DB) - self._level_db
        lost = self._engine.snapshot()["lost_frames"]
        self._tap.position = self._tap.written_frames - BEFORE_FRAMES
        sound, first, shown = np.zeros(0, np.float32), None, 0.0
        begun = now = time.perf_counter()
        command(self._level_db)
        while first is None or not shown:
            if now > begun + PATIENCE_SECONDS:
                raise RtAudioGenError("a change was not heard and shown")
            time.sleep(LOOK_SECONDS)
            now = time.perf_counter()
            if not shown and self._shown_db() == self._level_db:
                shown = now - begun
            sound = np.append(sound, self._heard())
            first = departure(sound)
        time.sleep(WATCH_SECONDS)
        sound = np.append(sound, self._heard())
        lost = self._engine.snapshot()["lost_frames"] - lost
        heard_ms = 1000.0 * (first - BEFORE_FRAMES) / RATE
        return Change(heard_ms, 1000.0 * shown, largest_step(sound), lost)

    def _heard(self) -> NDArray[np.float32]:
        """Return the frames since the last call, of one channel."""
        return self._newest[: self._tap.read(self._newest), 0]

    def _shown_db(self) -> float:
        slots = self._engine.snapshot()["slots"]
        return float(next(s for s in slots if s["slot"] == self._slot)["values"]["level"])


@contextmanager
def held_tone() -> Iterator[HeldTone]:
    """Yield a tone in an engine's process of its own."""
    with closing(EngineProcess(SETTINGS)) as engine:
        engine.start()
        yield HeldTone(engine)


def amplitudes(tone: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the amplitude at each frame of a tone but the first and the last."""
    x = tone.astype(np.float64)
    return np.hypot(x[1:-1], (x[2:] - x[:-2]) / (2.0 * math.sin(TURN)))


def departure(tone: NDArray[np.float32]) -> int | None:
    """Return the first frame with another amplitude than in BEFORE_FRAMES; None: there is none."""
    if len(tone) <= BEFORE_FRAMES:
        return None
    now = amplitudes(tone)
    before = np.median(now[: BEFORE_FRAMES - 2])
    off = np.abs(20.0 * np.log10(np.maximum(now, 1e-9) / max(before, 1e-9))) > NOTICED_DB
    off[: BEFORE_FRAMES - 2] = False
    return int(off.argmax()) + 1 if off.any() else None


def largest_step(tone: NDArray[np.float32]) -> float:
    """Return the largest step beside the tone, as a share of its amplitude."""
    x = tone.astype(np.float64)
    steps = np.abs(x[2:] + x[:-2] - 2.0 * math.cos(TURN) * x[1:-1])
    return float(steps.max() / max(amplitudes(tone).max(), 1e-9))
