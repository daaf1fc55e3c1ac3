"""The prior's prediction of the next codes, in whole numbers: the same on every machine. [control]

The sampler's floats are summed in an order, and rounded in a way, that depend on the processor, so
a writer and a reader of predicted codes could disagree. Here weights and activations are whole
numbers in float64. Their products and sums stay below 2^53, so they are exact in any order. Only
tables hold what is computed by libraries, rounded so coarsely that no library matters.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ...compiled.packing import Floats
from ..config import CodesConfig

Numbers = NDArray[np.float64]  # whole ones

UNIT = float(1 << 16)  # what means 1
EXACT = float(1 << 53)
LARGEST_INPUT = 64.0  # of an activation; larger ones are cut off
STEPS, REACH = 1024, 16  # of the tables of gates: steps of an input of 1, and the largest input
LOG_STEPS, LOG_REACH = 64, 22  # the same of likelihoods: e^-22 is a probability of next to nothing
TOTAL = 1 << 32  # of a stage's frequencies at most


class PriorPredictor:
    """Frequencies of the codes that come next; implements `rtaudiogen.generator.CodePredictor`.

    The label is the first one: whoever it is.
    """

    def __init__(self, config: CodesConfig, tensors: Mapping[str, Floats], stages: int) -> None:
        """Take tensors without a prefix. RtAudioGenError if their numbers are too large."""
        self.stages, self._config = stages, config
        whole = {name: np.rint(np.asarray(t, np.float64) * UNIT) for name, t in tensors.items()}
        if any(_largest_sum(t) >= EXACT for t in whole.values()):
            raise RtAudioGenError("the prior's weights are too large to predict codes with")
        self._whole = whole
        self._label = whole["labels.weight"][0]
        self._gates = _table(lambda x: 1 / (1 + np.exp(-x))), _table(np.tanh)
        falling = np.exp(-np.arange(LOG_STEPS * LOG_REACH + 1) / LOG_STEPS)
        most = TOTAL // max(config.books)
        self._likelihoods = np.maximum(np.rint(falling * most), 1).astype(np.int64)
        self._hidden = np.zeros((config.prior_layers, config.prior_width))
        self.reset()

    def reset(self) -> None:
        """Implement `CodePredictor`."""
        self._hidden[:] = 0
        self._turn(np.full(self._config.stages, self._config.codes, np.int64))

    def take(self, frame: NDArray[np.uint16]) -> None:
        """Implement `CodePredictor`."""
        codes = np.full(self._config.stages, self._config.codes, np.int64)
        codes[: self.stages] = frame
        self._turn(codes)

    def frequencies(self, stage: int, chosen: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Implement `CodePredictor`."""
        t, size = self._whole, self._config.books[stage]
        points = [t[f"tables.{q}.weight"][code] for q, code in enumerate(chosen.tolist())]
        seen = np.concatenate([self._hidden[-1], *points])
        inside = np.maximum(_linear(t, f"hidden.{stage}", seen), 0)
        point = _linear(t, f"point.{stage}", inside)
        logits = t[f"tables.{stage}.weight"][:size] @ point + t["bias"][stage, :size] * UNIT
        down = np.floor((logits.max() - logits) * (LOG_STEPS / UNIT**2))
        places = np.minimum(down, LOG_STEPS * LOG_REACH).astype(np.int64)
        frequencies: NDArray[np.int64] = self._likelihoods[places]
        return frequencies

    def bits(self, codes: NDArray[np.uint16]) -> float:
        """Return the bits that a stream of codes (frames, stages) takes from its beginning."""
        self.reset()
        total = 0.0
        for frame in codes:
            for stage, code in enumerate(frame.tolist()):
                frequencies = self.frequencies(stage, frame[:stage])
                total += float(np.log2(frequencies.sum() / frequencies[code]))
            self.take(frame)
        return total

    def _turn(self, codes: NDArray[np.int64]) -> None:
        """Take a step of the recurrent layers; see `kernels._turn_gates`."""
        t, (sigmoid, tanh) = self._whole, self._gates
        points = [t[f"tables.{q}.weight"][code] for q, code in enumerate(codes.tolist())]
        inputs = np.concatenate([*points, self._label])
        for layer, hidden in enumerate(self._hidden):
            given = _linear(t, f"core.weight_ih_l{layer}", inputs, f"core.bias_ih_l{layer}")
            kept = _linear(t, f"core.weight_hh_l{layer}", hidden, f"core.bias_hh_l{layer}")
            reset, update, new = np.split(given, 3)
            kept_reset, kept_update, kept_new = np.split(kept, 3)
            r, z = _read(sigmoid, reset + kept_reset), _read(sigmoid, update + kept_update)
            n = _read(tanh, new + np.floor(r * kept_new / UNIT))
            hidden[:] = n + np.floor(z * (hidden - n) / UNIT)
            inputs = hidden


def _linear(tensors: Mapping[str, Numbers], name: str, x: Numbers, bias: str = "") -> Numbers:
    """Return W x + b, in units."""
    weight = tensors[name if bias else f"{name}.weight"]
    total = weight @ x + tensors[bias or f"{name}.bias"] * UNIT
    limit = LARGEST_INPUT * UNIT
    return np.clip(np.floor(total / UNIT), -limit, limit)


def _largest_sum(tensor: Numbers) -> float:
    """Return the largest sum of a matrix row, with a bias as large as its largest weight."""
    rows = np.abs(tensor).reshape(len(tensor), -1)
    return float((rows.sum(1) + rows.max()).max() * LARGEST_INPUT * UNIT)


def _table(function: Callable[[Numbers], Numbers]) -> Numbers:
    """Return a function's values at inputs -REACH … REACH, in units."""
    return np.rint(function(np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS) * UNIT)


def _read(table: Numbers, x: Numbers) -> Numbers:
    """Return the table's values at the nearest steps below inputs in units."""
    place = np.floor(x * (STEPS / UNIT)) + REACH * STEPS
    values: Numbers = table[np.clip(place, 0, len(table) - 1).astype(np.int64)]
    return values
