"""The gain that makes a model, at its parameters, as loud as other models. [render]"""

import numpy as np
from numpy.typing import NDArray

from ...generator import TIMBRE, Descriptor

MORPH, MORPH_TO = "morph", "morph_to"  # parameters that lead from one timbre to another


class Levels:
    """A model's gains by timbre; between two timbres the gain goes evenly in dB."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._gains_db = descriptor.gains_db
        ids = [parameter.id for parameter in descriptor.parameters]
        labels = {p.id: p.labels for p in descriptor.parameters}
        chosen = len(self._gains_db) > 1 and TIMBRE in ids
        self._timbre = ids.index(TIMBRE) if chosen else -1
        morphs = chosen and MORPH in ids and labels.get(MORPH_TO) == labels[TIMBRE]
        self._morph = (ids.index(MORPH), ids.index(MORPH_TO)) if morphs else None

    def factor(self, values: NDArray[np.float32]) -> float:
        """Return an amplitude factor for parameter values (parameters,)."""
        return 10.0 ** (self._gain_db(values) / 20.0) if self._gains_db else 1.0

    def _gain_db(self, values: NDArray[np.float32]) -> float:
        if self._timbre < 0:
            return self._gains_db[0]
        gain = self._at(float(values[self._timbre]))
        if self._morph is None:
            return gain
        share = min(max(float(values[self._morph[0]]), 0.0), 1.0)
        return gain + share * (self._at(float(values[self._morph[1]])) - gain)

    def _at(self, position: float) -> float:
        last = len(self._gains_db) - 1
        position = min(max(position, 0.0), float(last))
        below = int(position)
        low, high = self._gains_db[below], self._gains_db[min(below + 1, last)]
        return low + (position - below) * (high - low)
