"""Frames from a note to its first frame at the device, and from a preset to its first effect.

Measured in this process on the null device, which the clock paces: as from a port and to a sound
card, without what port and card add. Everything is [control].
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError
from ..realtime.callback import layout
from ..wire.settings import NULL_OUTPUT, EngineSettings
from .core import Engine

RATE, BLOCK_FRAMES, RING_MS = 48000, 128, 10.0
NOTE_ON, KEY, VELOCITY = 0x90, 36, 100
SILENT = 1e-5  # amplitude, -100 dBFS
SETTLE_SECONDS, GAP_SECONDS, PATIENCE_SECONDS = 1.0, 0.25, 2.0
STEP_SECONDS = 0.013  # no multiple of a block: notes fall anywhere in one
LOUD_DB, SOFT_DB = -6.0, -40.0


def note_delays(model: str, key: int, notes: int) -> NDArray[np.float64]:
    """Return milliseconds from each of `notes` strikes of a key to its first frame, (notes,).

    RtAudioGenError if one is not heard.
    """
    with _playing(model) as engine:
        return np.array([_delay_ms(engine, key, number) for number in range(notes)])


def preset_delays(changes: int) -> NDArray[np.float64]:
    """Return milliseconds from each change of a preset to what is heard of it, (changes,)."""
    with _playing("sine") as engine:
        engine.play_now(NOTE_ON, KEY + 33, VELOCITY)
        delays = []
        for number in range(changes):
            level = SOFT_DB if number % 2 == 0 else LOUD_DB
            time.sleep(GAP_SECONDS + number * STEP_SECONDS)
            before = _peak(engine)
            apply = partial(engine.apply_preset, 1, {"values": {"level": level}})
            delays.append(_until(engine, apply, _changed(before)))
        return np.array(delays)


@contextmanager
def _playing(model: str) -> Iterator[Engine]:
    settings = EngineSettings(
        output=NULL_OUTPUT, sample_rate=RATE, block_frames=BLOCK_FRAMES, latency_ms=RING_MS,
        midi="none",
    )  # fmt: skip
    with closing(Engine(settings)) as engine:
        engine.add_slot(model)
        engine.start()
        time.sleep(SETTLE_SECONDS)
        yield engine


def _delay_ms(engine: Engine, key: int, number: int) -> float:
    engine.panic()
    time.sleep(GAP_SECONDS + number * STEP_SECONDS % GAP_SECONDS)
    strike = partial(engine.play_now, NOTE_ON, key, VELOCITY)
    return _until(engine, strike, _sounds)


def _sounds(block: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(block).max(axis=1) > SILENT)


def _changed(before: float) -> Callable[[NDArray[np.float32]], NDArray[np.bool_]]:
    """Tell frames of periods whose peak is no longer what it was."""

    def differs(block: NDArray[np.float32]) -> NDArray[np.bool_]:
        frames = 480  # several periods of the note that is held
        peaks = np.abs(block).max(axis=1)
        later = np.array([peaks[i : i + frames].max() for i in range(0, len(peaks), 16)])
        return np.repeat(abs(later / before - 1.0) > 0.05, 16)[: len(block)]

    return differs


def _peak(engine: Engine) -> float:
    block = np.zeros((2400, engine.transport.memory.channels), np.float32)
    engine.transport.memory.tap().latest(block)
    return float(np.abs(block).max())


def _until(
    engine: Engine,
    act: Callable[[], object],
    heard: Callable[[NDArray[np.float32]], NDArray[np.bool_]],
) -> float:
    """Return milliseconds from `act` to the first frame that is `heard`."""
    memory = engine.transport.memory
    tap, block = memory.tap(), np.zeros((RATE // 10, memory.channels), np.float32)
    began = time.perf_counter()
    act()
    start = engine.transport.clock.stream_frame_at(began) + int(memory.slots[layout.STREAM_START])
    while time.perf_counter() < began + PATIENCE_SECONDS:
        time.sleep(0.02)
        first = tap.position
        count = tap.read(block)
        found = heard(block[:count])
        if found.any():
            return 1000.0 * float(first + int(found.argmax()) - start) / RATE
    raise RtAudioGenError("what was played was not heard")
