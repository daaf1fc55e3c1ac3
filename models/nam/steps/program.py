"""A network over time as a list of steps on rows of frames, for `kernels` to run. [control]

A *row* is one channel over time, frame after frame; rows that belong together lie in a *buffer*. A
step computes rows from rows: a product with a matrix (which may reach back in time, as a dilated
convolution does), a function of rows, a recurrent layer. The networks of captures have 2 to 24
channels, too few to fill a CPU's vectors, so a vector holds successive frames of one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

CHUNK = 64  # frames that all steps compute before the next ones: its rows stay in the L1 cache
MOST_MACS = 1 << 20  # for a frame: far beyond what is played in real time
MOST_MEMORY = 1 << 24  # numbers in all rows
RECURRENT_SECONDS = 0.5  # of silence before a recurrent network plays
TILES = (8, 4, 2, 1)  # outputs computed together: with 16, CPUs of 16 registers would spill

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


class Kind(IntEnum):
    """The kinds of steps; the numbers after the dot are a step's constants for each channel."""

    PRODUCT = 0
    LSTM = 1
    GRU = 2
    # functions of rows, in order of the table in `functions`
    COPY = 10
    ADD = 11
    MULTIPLY = 12
    SCALE_SHIFT = 13  # first · second + third
    BLEND = 14  # first · second + (1 - first) · third
    TANH = 15
    FAST_TANH = 16
    SIGMOID = 17
    SILU = 18
    HARD_SWISH = 19
    SOFT_SIGN = 20
    LINEAR_ENDS = 21  # within low … high itself, outside linear: low, high, and the two slopes


class Rows(NamedTuple):
    """Some successive rows of a buffer."""

    buffer: int
    first: int
    channels: int

    def part(self, first: int, channels: int) -> "Rows":
        """Return some of these rows."""
        assert 0 <= first <= self.channels - channels
        return Rows(self.buffer, self.first + first, channels)


class Term(NamedTuple):
    """Rows of a product and their matrices (outputs, channels, delays), in frames of delay."""

    rows: Rows
    delays: Sequence[int]
    weights: Floats


class Step(NamedTuple):
    """One step; its operands are `taps` from `first_tap` on."""

    kind: int
    target: Rows
    first_tap: int
    taps: int
    numbers: int  # where its constants begin
    based: int = 0  # of a product: 1 if the first tap is what the product is added to
    memory: int = 0  # of a recurrent layer: where its state begins in the arena


class Tap(NamedTuple):
    """Rows, read some frames late."""

    rows: Rows
    delay: int = 0


@dataclass
class _Buffer:
    channels: int
    history: int = 0


class Network(Protocol):
    """A network that can be added to a program."""

    def add(self, program: "Program", source: Rows) -> Rows:
        """Add its steps and return the rows of its output. ValueError if they do not fit."""


class Packed(NamedTuple):
    """A program as arrays. Offsets count elements of the arena or of the numbers."""

    steps: Integers  # (steps, 9)
    taps: Integers  # (taps, 4): buffer, first row, rows, delay
    buffers: Integers  # (buffers, 4): offset in the arena, frames in a row, history, rows
    numbers: Floats
    arena: Floats  # as it is at the very start
    output: Rows
    pre_roll: int  # frames of silence that it hears before it plays
    macs: int  # multiply-adds for a frame


@dataclass
class Program:
    """Steps in the order in which they run; buffer 0 is the input."""

    sample_rate: int
    inputs: int = 1
    steps: list[Step] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    _buffers: list[_Buffer] = field(default_factory=list)
    _numbers: list[Floats] = field(default_factory=list)
    _memory: list[Floats] = field(default_factory=list)
    _macs: int = 0

    def __post_init__(self) -> None:
        """Make the buffer of the input."""
        self.input = self.rows(self.inputs)

    def rows(self, channels: int) -> Rows:
        """Return the rows of a new buffer."""
        self._buffers.append(_Buffer(channels))
        return Rows(len(self._buffers) - 1, 0, channels)

    def product(
        self,
        target: Rows,
        terms: Sequence[Term],
        bias: Floats | None = None,
        base: Rows | None = None,
    ) -> None:
        """Set target = base + bias + Σ weights · rows; `target` may be `base`."""
        outputs = target.channels
        taps = [] if base is None else [Tap(base)]
        matrices = []
        for term in terms:
            if term.weights.shape != (outputs, term.rows.channels, len(term.delays)):
                raise ValueError(
                    f"a matrix of {term.weights.shape[0]} by {term.weights.shape[1]} channels, "
                    f"expected {outputs} by {term.rows.channels}"
                )
            for index, delay in enumerate(term.delays):
                taps.append(Tap(term.rows, delay))
                matrices.append(term.weights[:, :, index])
            history = self._buffers[term.rows.buffer]
            history.history = max(history.history, *term.delays)
        matrix = np.concatenate(matrices, 1)
        self._count(matrix.size)
        bias = np.zeros(outputs, np.float32) if bias is None else bias
        tiles = [matrix[first : first + width].T.ravel() for first, width in tiled(outputs)]
        numbers = self._keep(np.concatenate([bias, *tiles]))
        self._add(Kind.PRODUCT, target, taps, numbers, based=int(base is not None))

    def apply(
        self, kind: Kind, target: Rows, *sources: Rows, constants: Floats | None = None
    ) -> None:
        """Set target = function(sources), row by row; constants are (channels, any)."""
        for source in sources:
            if source.channels != target.channels:
                raise ValueError(f"{source.channels} channels, expected {target.channels}")
        numbers = 0 if constants is None else self._keep(constants.ravel())
        self._add(kind, target, [Tap(source) for source in sources], numbers)

    def copy(self, target: Rows, source: Rows) -> None:
        """Set target = source."""
        self.apply(Kind.COPY, target, source)

    def add(self, target: Rows, one: Rows, other: Rows) -> None:
        """Set target = one + other."""
        self.apply(Kind.ADD, target, one, other)

    def multiply(self, target: Rows, one: Rows, other: Rows) -> None:
        """Set target = one · other."""
        self.apply(Kind.MULTIPLY, target, one, other)

    def scale_shift(self, target: Rows, source: Rows, scale: Rows, shift: Rows) -> None:
        """Set target = source · scale + shift."""
        self.apply(Kind.SCALE_SHIFT, target, source, scale, shift)

    def blend(self, target: Rows, share: Rows, one: Rows, other: Rows) -> None:
        """Set target = share · one + (1 - share) · other."""
        self.apply(Kind.BLEND, target, share, one, other)

    def recurrent(
        self, kind: Kind, target: Rows, source: Rows, numbers: Floats, start: Floats
    ) -> None:
        """Set target = a recurrent layer of the source, whose state begins as `start`."""
        self._count(numbers.size)
        memory = sum(map(len, self._memory))
        self._memory.append(start)
        self._add(kind, target, [Tap(source)], self._keep(numbers), memory=memory)

    def _count(self, macs: int) -> None:
        self._macs += macs
        if self._macs > MOST_MACS:
            raise ValueError(f"more than {MOST_MACS} multiply-adds for a frame")

    def _keep(self, numbers: Floats) -> int:
        offset = sum(map(len, self._numbers))
        self._numbers.append(numbers.astype(np.float32))
        return offset

    def _add(
        self, kind: Kind, target: Rows, taps: list[Tap], numbers: int, based: int = 0,
        memory: int = 0,
    ) -> None:  # fmt: skip
        self.steps.append(Step(kind, target, len(self.taps), len(taps), numbers, based, memory))
        self.taps += taps

    def packed(self, output: Rows) -> Packed:
        """Return the program as arrays."""
        memory = np.concatenate([*self._memory, np.zeros(0, np.float32)])
        offset = -(-len(memory) // 16) * 16
        buffers = []
        for buffer in self._buffers:
            slack = max(buffer.history, CHUNK) if buffer.history else 0
            stride = -(-(buffer.history + slack + CHUNK) // 16) * 16
            buffers.append((offset, stride, buffer.history, buffer.channels))
            offset += stride * buffer.channels
        if offset > MOST_MEMORY:
            raise ValueError(f"its convolutions remember more than {MOST_MEMORY} numbers")
        arena = np.zeros(offset, np.float32)
        arena[: len(memory)] = memory
        steps = [(s.kind, *s.target, *s[2:]) for s in self.steps]
        taps = [(*tap.rows, tap.delay) for tap in self.taps]
        return Packed(
            np.array(steps, np.int64).reshape(-1, 9),
            np.array(taps, np.int64).reshape(-1, 4),
            np.array(buffers, np.int64),
            np.concatenate([*self._numbers, np.zeros(16, np.float32)]).astype(np.float32),
            arena,
            output,
            self._pre_roll(),
            self._macs,
        )

    def _pre_roll(self) -> int:
        """Return the frames after which silence has filled every row, as reference programs do."""
        recurrent = any(step.kind in (Kind.LSTM, Kind.GRU) for step in self.steps)
        seconds = RECURRENT_SECONDS if recurrent else 0.0
        return (
            1 + sum(buffer.history for buffer in self._buffers) + round(seconds * self.sample_rate)
        )


def tiled(outputs: int) -> list[tuple[int, int]]:
    """Return (first, width) of the tiles into which a product's outputs are divided."""
    tiles, first = [], 0
    while first < outputs:
        width = next(width for width in TILES if width <= outputs - first)
        tiles.append((first, width))
        first += width
    return tiles
