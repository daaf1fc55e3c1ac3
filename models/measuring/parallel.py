"""Findings that a streamed network equals its parallel form, also across save and restore."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Finding

Floats = NDArray[np.float32]


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
