"""A step of compiled layers, cut into slices of about the same cost. [render]"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise

import numpy as np

from .kernels import give_out, run_layers, take_in
from .layers import Floats, Layer
from .memory import State, Weights, scratch_of


class SlicedRun:
    """The work of `kernels.run`, layer by layer, with memory of its own.

    A step has begun with `begin` and ended with the last slice; nobody else may advance the voice
    in between. Its bits are those of `run`.
    """

    def __init__(
        self, layers: Sequence[Layer], weights: Weights, state: State, voice: int, frames: int,
        slices: int,
    ) -> None:  # fmt: skip
        """Allocate for steps of `frames` input frames in up to so many slices. [control]"""
        self._weights, self._state, self._voice = weights, state, voice
        self._scratch, self._frames = scratch_of(layers, frames), 0
        self._bias = np.copy(weights.bias)
        costs = _costs(layers, frames)
        cuts = [0, *_cuts(costs, slices), len(layers)]
        self.costs = [sum(costs[first:end]) for first, end in pairwise(cuts)]
        self.slices: list[Callable[[], None]] = [
            partial(self._advance, first, end) for first, end in pairwise(cuts)
        ]
        self.out = np.zeros(_numbers(layers, frames), np.float32)  # of the step that has ended
        self._count = len(layers)

    def begin(self, x: Floats, bias: Floats) -> None:
        """Take in the input (frames · channels,) of a step, and the biases of all layers."""
        self._bias[:] = bias
        self._frames = take_in(self._weights.layers, self._scratch, x)

    def _advance(self, first: int, end: int) -> None:
        layers, lanes, _ = self._weights
        self._frames = run_layers(
            layers, lanes, self._bias, self._state, self._scratch, self._voice, first, end,
            self._frames,
        )  # fmt: skip
        if end == self._count:
            give_out(layers, self._scratch, self._frames, self.out)


def _costs(layers: Sequence[Layer], frames: int) -> list[float]:
    """Return the multiply-adds of each layer for so many input frames of the first."""
    costs = []
    for layer in layers:
        steps = frames / layer.takes
        costs.append(steps * layer.rows * layer.taps * layer.inputs)
        frames = round(steps * layer.gives)
    return costs


def _cuts(costs: Sequence[float], slices: int) -> list[int]:
    """Return the first layers of the slices after the first one."""
    before = list(accumulate(costs))
    wanted = [before[-1] * k / slices for k in range(1, slices)]
    cuts = {1 + int(np.argmin([abs(sum_ - goal) for sum_ in before[:-1]])) for goal in wanted}
    return sorted(cuts) if len(costs) > 1 else []


def _numbers(layers: Sequence[Layer], frames: int) -> int:
    for layer in layers:
        frames = (layer.takes - 1 + frames) // layer.takes * layer.gives
    return frames * layers[-1].outputs
