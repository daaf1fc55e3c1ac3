"""Measurement of the time from a note to its first frame at the device.

It runs in this process on the null device, which the clock paces. So it includes the way from a
port to a sound card, but not what port and card add. Everything is [control].
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError
from ..realtime.callback import layout
from ..wire.settings import NULL_OUTPUT, EngineSettings
from .core import Engine

RATE, BLOCK_FRAMES, RING_MS = 48000, 128, 10.0
SETTINGS = EngineSettings(
    output=NULL_OUTPUT, sample_rate=RATE, block_frames=BLOCK_FRAMES, latency_ms=RING_MS,
    midi="none",
)  # fmt: skip
NOTE_ON, VELOCITY = 0x90, 100
SILENT = 1e-5  # amplitude, -100 dBFS
SETTLE_SECONDS, GAP_SECONDS, PATIENCE_SECONDS = 1.0, 0.25, 2.0
LOOK_SECONDS, STEP_SECONDS = 0.02, 0.013  # not a multiple of a block, so notes fall anywhere in it


def note_delays(model: str, key: int, notes: int) -> NDArray[np.float64]:
    """Return milliseconds from each of `notes` strikes of a key to its first frame, (notes,).

    RtAudioGenError if a strike is not heard.
    """
    with _playing(model) as engine:
        return np.array([_delay_ms(engine, key, number) for number in range(notes)])


@contextmanager
def _playing(model: str) -> Iterator[Engine]:
    with closing(Engine(SETTINGS)) as engine:
        engine.add_slot(model)
        engine.start()
        time.sleep(SETTLE_SECONDS)
        yield engine


def _delay_ms(engine: Engine, key: int, number: int) -> float:
    engine.renderer.panic()
    time.sleep(GAP_SECONDS + number * STEP_SECONDS % GAP_SECONDS)
    memory = engine.transport.memory
    tap, block = memory.tap(), np.zeros((RATE // 10, memory.channels), np.float32)
    struck = time.perf_counter()
    engine.play_now(NOTE_ON, key, VELOCITY)
    start = engine.transport.clock.stream_frame_at(struck) + int(memory.slots[layout.STREAM_START])
    while time.perf_counter() < struck + PATIENCE_SECONDS:
        time.sleep(LOOK_SECONDS)
        first = tap.position
        sounds = np.abs(block[: tap.read(block)]).max(axis=1) > SILENT
        if sounds.any():
            return 1000.0 * float(first + int(sounds.argmax()) - start) / RATE
    raise RtAudioGenError("a note was not heard")
