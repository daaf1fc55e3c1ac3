"""The input: kept by the audio callback, read by the render thread at a constant distance.

Input has the device's own time: the frames that come with a callback are numbered like those that
it hands out, so device frame i is heard and played in one call. They are kept in a tap (`tap.py`),
which the callback writes without waiting: frames that are not read in time are overwritten, never
queued.

The rule: stream frame s, which is played at device frame START + s or not at all (`stream.py`), is
made from input frame START + s - D. D does not depend on when anything is rendered, so neither
underruns nor skipped stretches shift output against input.

How small can D be? The callback keeps its input before it moves the ring's read position R on. So a
thread that sees R sees every input frame before START + R. The render thread makes Q frames at a
time, from W on, while W - R is less than the goal G: it needs input before START + W + Q - D, and
at most W = R + G - 1. So D = G + Q - 1 is always enough. If G and all blocks are whole quanta, so
are R and W, and W ≤ R + G - Q: then D = G, and input is used at the moment when it comes.
`delay_frames` is G, plus a quantum if blocks are ragged. It changes only when G does: when the
device asks for a larger block than ever before, or for the first ragged one.

Only a thread that fills the ring behind a hole (`Ring.skip`) is ahead of its input:
`render/render_thread.py` says what it does then. Before stream frame 0 is played, the input is
silence.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.generator import Audio
from rtaudiogen.realtime.callback import layout, tap
from rtaudiogen.realtime.callback.input_mixing import hear
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.callback.output import NATURAL_PER_20_DB
from rtaudiogen.realtime.callback.ring import load


@njit(inline="always", error_model="numpy")
def keep(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    cursors: NDArray[np.int64],
    mix_whole: NDArray[np.int64],  # the section of input_mixing.py
    mix_reals: NDArray[np.float64],  # the same bytes
    kept: NDArray[np.float32],  # (a power of two, 1)
    heard: NDArray[np.float32],  # (frames, channels); no channels: silence
) -> None:
    """Keep the mix of the channels; NaN and infinite values count as 0. [audio]"""
    frames, channels = heard.shape
    peak = 0.0
    done = 0
    while done < frames:
        count = min(frames - done, kept.shape[0])
        start = cursors[tap.WRITTEN]
        tap.reserve(cursors, count)
        for i in range(count):
            total = hear(mix_whole, mix_reals, heard, done + i)
            for channel in range(channels):
                if not abs(heard[done + i, channel]) < np.inf:
                    slots[layout.INPUT_NOT_FINITE] += 1
            kept[(start + i) & (kept.shape[0] - 1), 0] = total
            peak = max(peak, float(abs(total)))
        tap.publish(cursors)
        done += count
    fall = max(0.0, 1.0 - NATURAL_PER_20_DB * frames / slots[layout.SAMPLE_RATE])
    reals[layout.INPUT_PEAK] = max(peak, reals[layout.INPUT_PEAK] * fall)


class Capture:
    """The render thread's end of the input: the input of the block that it makes next.

    `block_frames`, a power of two, is the size of the rendered blocks.
    """

    def __init__(self, memory: AudioMemory, block_frames: int) -> None:
        self._slots = memory.slots
        self._ring = memory.ring
        self._cursors = memory.slots[layout.INPUT : layout.INPUT + tap.SECTION_SLOTS]
        self._kept = memory.input_frames
        self._block_frames = block_frames
        self._next = -1  # device frame after the last one that was read; -1: nothing was read
        self.late_frames = 0  # arrived too late and were silence. Writer: [render]
        self.lost_frames = 0  # arrived but were skipped. Writer: [render]

    @property
    def delay_frames(self) -> int:
        """D: frames from an input frame's arrival to the frame made from it. [control] may
        read it.
        """
        goal = self._ring.goal_frames
        ragged = (int(self._slots[layout.BLOCK_SIZES]) | goal) & (self._block_frames - 1)
        return goal + (self._block_frames if ragged else 0)

    def has_arrived(self) -> bool:
        """Return True if the next block's input is there, or is silence. [render]"""
        first = self._first()
        return first is None or first + self._block_frames <= load(self._cursors, tap.WRITTEN)

    def read(self, out: Audio) -> None:
        """Fill `out` (block_frames, 1) with the next block's input. [render]"""
        out[:] = 0.0
        first = self._first()
        if first is None:
            return
        end = first + len(out)
        first = max(first, int(self._slots[layout.STREAM_START]))
        if first >= end:
            return
        if self._next >= 0:
            self.lost_frames += max(0, first - self._next)
        self._next = end
        self._copy(first, out[first - end :])

    def _copy(self, first: int, out: Audio) -> None:
        there = load(self._cursors, tap.WRITTEN) - first
        count = int(tap.copy(self._cursors, self._kept, first, out)) if there > 0 else 0
        if count >= 0:
            self.late_frames += len(out) - count
        else:  # overwritten, perhaps while it was copied
            out[:] = 0.0
            self.lost_frames += len(out)

    def _first(self) -> int | None:
        """Return the input's device frame at which the next block begins; None before the stream's
        start.
        """
        start = int(self._slots[layout.STREAM_START])
        return start + self._ring.written_frames - self.delay_frames if start >= 0 else None
