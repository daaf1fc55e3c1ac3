"""Findings that a streamed network equals its parallel form, also across save and restore."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Finding

from ..playing.codes.sampler import CodeSampler

Floats = NDArray[np.float32]

CODE_FRAMES, CODE_INTERRUPTION = 640, 251
LOGIT_TOLERANCE = 1e-4  # of the largest logit
ALL = slice(None)


class Streaming(Protocol):
    """An object with a state that can be copied out and put back."""

    @property
    def state(self) -> Mapping[str, NDArray[Any]]:
        """Return the arrays that the future output depends on."""

    def restore(self, state: Any, /) -> None:
        """Restore a copy of `state`."""


def close(
    name: str, ours: Floats, expected: Floats, tolerance: float, scale: float = 0.0
) -> Finding:
    """Compare two arrays of one shape; `tolerance` is relative to `scale` or to the largest value.

    Sources of the limits: float32 sums in another order (logits 1e-4, waveforms 1e-5).
    """
    error = float(np.abs(ours - expected).max() / (scale or np.abs(expected).max()))
    of = f"of {scale:g}" if scale else "of the largest value"
    detail = f"largest difference {error:.1e} {of}, limit {tolerance:.0e}"
    return Finding(name, error < tolerance, detail)


def whole_and_resumed(
    streaming: Streaming,
    reset: Callable[[], None],
    through: Callable[[slice], Floats],
    frames: int,
    interruption: int,
    axis: int = 0,
) -> tuple[Floats, Floats]:
    """Stream a signal at once, and once more with the state saved, disturbed and restored.

    `through` streams the frames of a slice of the signal; `axis` is that of time in its result. The
    state is saved after `interruption` of the signal's `frames`.
    """
    reset()
    whole = through(slice(0, frames))
    reset()
    first = through(slice(0, interruption))
    saved = {name: array.copy() for name, array in streaming.state.items()}
    through(slice(0, frames))
    streaming.restore(saved)
    return whole, np.concatenate([first, through(slice(interruption, frames))], axis=axis)


class CodeScore(NamedTuple):
    """Codes that a network is told, and what it makes of them."""

    codes: NDArray[np.uint8]  # (1, T, N)
    conditioning: Floats  # (1, T, C)
    bias: Floats  # (1, biases) of an instrument
    logits: Floats  # (1, T, Σ counts) of the parallel form, for the same instrument

    def streamed(self, sampler: CodeSampler, part: slice = ALL) -> Floats:
        """Return what a sampler makes of a part of it."""
        codes, told = self.codes[:, part], self.conditioning[:, part]
        return sampler.teacher_force(
            codes.reshape(1, -1), np.ascontiguousarray(told), self.bias,
            np.zeros(1, np.int32),
        )  # fmt: skip


def compare_codes(score: CodeScore, sampler: CodeSampler) -> list[Finding]:
    """Compare a sampler's teacher-forced logits with the parallel form's.

    Both hold the same rounded weights. Checked from reset, and with the state saved, disturbed and
    restored in the middle.
    """
    whole, resumed = whole_and_resumed(
        sampler, lambda: sampler.reset_voice(0), lambda part: score.streamed(sampler, part),
        CODE_FRAMES, CODE_INTERRUPTION, axis=1,
    )  # fmt: skip
    parts = (("", whole), (" across save and restore", resumed))
    return [
        close(f"streaming equals parallel{when}", heard, score.logits, LOGIT_TOLERANCE)
        for when, heard in parts
    ]
