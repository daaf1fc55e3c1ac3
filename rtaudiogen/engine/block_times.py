"""Render times of a model: how long a live host waits for a block on a processor."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..benchmark import BenchRow
from ..events import chord, no_events
from ..generator import Descriptor, Plays
from ..processors import CPU
from ..registry import create
from . import render_times
from .device_choice import fastest

HOST_RATE = 48000  # Hz
HOST_FRAMES = (128, 256, 512)
CHORD_EVERY = 200  # blocks; rarely enough not to affect the p99
FEWEST_CHORDS = 2


@dataclass(frozen=True)
class BlockTimes:
    """Times of blocks of `host_frames` at 48 kHz, all voices sounding."""

    host_frames: int
    p50_ms: float
    p99_ms: float
    chord_ms: float  # the slowest block in which all voices begin

    @property
    def block_ms(self) -> float:
        """Duration of a block."""
        return 1000.0 * self.host_frames / HOST_RATE

    @property
    def ring_ms(self) -> float:
        """Ring that a live host needs: whole blocks that cover the slowest rendering."""
        slowest = max(self.p99_ms, self.chord_ms)
        return math.ceil(slowest / self.block_ms) * self.block_ms

    @property
    def note_ms(self) -> float:
        """Time from a note to its first frame leaving the ring.

        A note waits for its block to be rendered, at most one block, and then behind a full ring.
        """
        return self.block_ms + self.ring_ms


def block_times(model: Descriptor, device: str, host_frames: int, seconds: float) -> BlockTimes:
    """Measure a model for `seconds` on a processor of this machine. [control]"""
    generator = create(model, HOST_RATE)
    frames = math.ceil(host_frames * generator.sample_rate / HOST_RATE)
    block = np.zeros((frames, model.channels), np.float32)
    generator.prepare(frames, device)
    played = model.plays & {Plays.NOTES, Plays.HITS}
    values, silence = model.defaults(), no_events()
    notes = chord(model.voices) if played else silence
    begun: list[float] = []
    others: list[float] = []
    end = time.perf_counter() + seconds
    while len(begun) < FEWEST_CHORDS or time.perf_counter() < end:
        generator.reset(0)
        for number in range(CHORD_EVERY):
            start = time.perf_counter()
            generator.render(block, values, silence if number else notes)
            (others if number else begun).append(time.perf_counter() - start)
    p50, p99 = (1000.0 * np.percentile(begun + others, [50, 99])).tolist()
    return BlockTimes(host_frames, p50, p99, 1000.0 * max(begun))


def block_rows(model: Descriptor, device: str, seconds: float) -> Iterator[BenchRow]:
    """Yield the row that `auto` uses, then rows of both processors, `seconds` at each block
    size.
    """
    yield auto_row(model, device)
    for host_frames in HOST_FRAMES:
        here, cpu = (block_times(model, name, host_frames, seconds) for name in (device, CPU))
        of = f"{model.id}, {host_frames} frames, voices: {model.voices}"
        yield BenchRow(
            f"{of}: render call, p99", here.p99_ms, "ms", None, None,
            f"block {here.block_ms:.2f} ms; p50 {here.p50_ms:.3f}; cpu p50 {cpu.p50_ms:.3f}, p99 "
            f"{cpu.p99_ms:.3f}",
        )  # fmt: skip
        if Plays.HITS in model.plays:  # a live host makes hits ahead: a key waits for one block
            continue
        yield BenchRow(
            f"{of}: note-on to first frame", here.note_ms, "ms", None, None,
            f"computed: one block + a ring of {here.ring_ms:.2f} ms, the whole blocks that cover "
            f"p99 and the slowest block in which all voices begin, {here.chord_ms:.3f} ms; cpu "
            f"{cpu.note_ms:.2f} ms",
        )  # fmt: skip


def auto_row(model: Descriptor, device: str) -> BenchRow:
    """Return a row measured like a live host, with its resampler; for hits, one that is made
    ahead.
    """
    times = {name: render_times.measure(model, name) for name in (CPU, device)}
    here, cpu = times[device], times[CPU]
    what = "a hit made ahead" if Plays.HITS in model.plays else "128 host frames"
    return BenchRow(
        f"{model.id}, {what}, all voices, p99", here.p99_ms, "ms", None, None,
        f"p50 {here.p50_ms:.3f}; cpu p50 {cpu.p50_ms:.3f}, p99 {cpu.p99_ms:.3f}; "
        f"`auto` chooses {fastest(times)}",
    )  # fmt: skip
