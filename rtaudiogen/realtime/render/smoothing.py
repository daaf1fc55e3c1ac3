"""Smoothing of values that must not click: a one-pole per value, advanced once a quantum.

y ← y + (target - y)(1 - e^(-T/τ)), T the quantum, τ the time constant; τ = 0 jumps.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...generator import State

SNAP = 1e-5  # of the distance since the last change, at which the value has arrived


class Smoother:
    """A row of float32 values that move to targets."""

    def __init__(
        self, values: NDArray[np.float32], time_constants_ms: Sequence[float], step_seconds: float
    ) -> None:
        self.values = values.astype(np.float32)  # (n,), what the generator reads
        self._targets = self.values.astype(np.float64)
        self._exact = self._targets.copy()
        self._near = np.zeros(len(values))
        milliseconds = np.maximum(np.asarray(time_constants_ms, np.float64), 1e-9)
        self._rates = -np.expm1(-1000.0 * step_seconds / milliseconds)
        self._moving = False

    def aim(self, index: int, target: float) -> None:
        """Move one value towards `target` from the next step on. [render]"""
        self._targets[index] = target
        self._near[index] = SNAP * abs(target - self._exact[index])
        self._moving = True

    def jump(self, index: int, value: float) -> None:
        """Set one value at once. [control], before it is heard"""
        self._targets[index] = self._exact[index] = self.values[index] = value

    def target(self, index: int) -> float:
        """Return the target of a value. [render]"""
        return float(self._targets[index])

    def step(self) -> None:
        """Advance by one quantum. [render]"""
        if self._moving:
            self._moving = _step(self._exact, self._targets, self._near, self._rates, self.values)

    def save_state(self) -> State:
        """Return copies of the state. [render]"""
        return {
            "exact": self._exact.copy(),
            "targets": self._targets.copy(),
            "near": self._near.copy(),
        }

    def load_state(self, state: State) -> None:
        """Restore what `save_state` returned. [render]"""
        self._exact[:] = state["exact"]
        self._targets[:] = state["targets"]
        self._near[:] = state["near"]
        self.values[:] = self._exact
        self._moving = True


@cached_njit(nogil=True)
def _step(
    exact: NDArray[np.float64],
    targets: NDArray[np.float64],
    near: NDArray[np.float64],
    rates: NDArray[np.float64],
    values: NDArray[np.float32],
) -> bool:
    moving = False
    for i in range(exact.shape[0]):
        exact[i] += (targets[i] - exact[i]) * rates[i]
        if abs(targets[i] - exact[i]) <= near[i]:
            exact[i] = targets[i]
        elif exact[i] != targets[i]:
            moving = True
        values[i] = exact[i]
    return moving
