"""Parameter values converted for computation: levels, a reading, a timbre."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor

from ..coders import Coder
from ..descriptor import Sing
from .reader import Reading


class Performance:
    """A block's parameters, and the wheels on top of them; all of it is [render]."""

    def __init__(self, descriptor: Descriptor, packed: Coder, wheels: NDArray[np.void]) -> None:
        """Use `wheels` (1,) for their positions: "bend" in semitones, "wheel" 0 … 1."""
        self._parameters, self._packed, self._wheels = descriptor.parameters, packed, wheels
        self.values: dict[str, float] = {}  # by id, held within their ranges
        self.reading = Reading(stages=packed.config.stages)
        self._note_reading = Reading(stages=packed.config.stages)
        self.weights = np.zeros(len(packed.config.labels), np.float32)  # of the labels' mixture
        self.bias = np.zeros_like(packed.bias)  # of the decoder, to sound like it

    def read(self, parameters: NDArray[np.float32]) -> None:
        """Read the values of a block (parameters,), in the descriptor's order."""
        self.values = {
            p.id: min(max(p.minimum, float(parameters[i])), p.maximum)
            for i, p in enumerate(self._parameters)
        }
        self._fill(self.reading, self._wheels[0])
        self._read_timbre()

    @property
    def sing(self) -> Sing:
        """Return the source of the notes' pitch and words."""
        return Sing(round(self.values.get("sing", Sing.OFF)))

    def turn(self, wheel: str, value: float) -> None:
        """Turn one of the stream's wheels, from now on."""
        self._wheels[wheel] = value
        self._fill(self.reading, self._wheels[0])

    def reading_of(self, voice: np.void) -> Reading:
        """Return how a note with wheels of its own reads; overwritten by the next one's."""
        self._fill(self._note_reading, voice)
        return self._note_reading

    def _fill(self, reading: Reading, wheels: np.void) -> None:
        values = self.values
        bend = float(wheels["bend"])
        if self._packed.config.knows_pitch:
            reading.rate, reading.shift = values["rate"], values["pitch"] + bend
        else:
            reading.rate = values["rate"] * 2.0 ** (bend / 12)
        reading.scatter, reading.swap = values["scatter"], values["swap"]
        reading.jitter = min(1.0, values["jitter"] + float(wheels["wheel"]))
        reading.stages = round(values.get("stages", 1))

    def _read_timbre(self) -> None:
        timbre = self.values.get("timbre", 0.0)
        low, part = int(timbre), timbre % 1.0
        self.weights[:] = 0
        self.weights[low] = 1 - part
        self.weights[min(low + 1, len(self.weights) - 1)] += part
        self._packed.fill_bias(self.weights @ self._packed.labels, self.bias)
