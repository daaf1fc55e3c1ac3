"""What a performer asks for, as what is computed with: values, a way of reading, a timbre."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor

from .packing import Packed, fill_label_bias
from .reader import Reading


class Performance:
    """A block's parameters, and the wheels on top of them; all of it is [render]."""

    def __init__(self, descriptor: Descriptor, packed: Packed, wheels: NDArray[np.void]) -> None:
        """`wheels` (1,) keeps where they are: "bend" in semitones, "wheel" 0 … 1."""
        self._parameters, self._packed, self._wheels = descriptor.parameters, packed, wheels
        self.values: dict[str, float] = {}  # by id, held within their ranges
        self.reading = Reading(stages=packed.config.stages)
        self.weights = np.zeros(len(packed.config.labels), np.float32)  # of the labels' mixture
        self.bias = np.zeros_like(packed.decoder.bias)  # of the decoder, to sound like it

    def read(self, parameters: NDArray[np.float32]) -> None:
        """The values of a block (parameters,), in the descriptor's order."""
        self.values = {
            p.id: min(max(p.minimum, float(parameters[i])), p.maximum)
            for i, p in enumerate(self._parameters)
        }
        self._read_codes()
        self._read_timbre()

    def turn(self, wheel: str, value: float) -> None:
        """One of the wheels, from now on."""
        self._wheels[wheel] = value
        self._read_codes()

    def _read_codes(self) -> None:
        values, reading, wheels = self.values, self.reading, self._wheels[0]
        reading.rate = values["rate"] * 2.0 ** (float(wheels["bend"]) / 12)
        reading.scatter, reading.swap = values["scatter"], values["swap"]
        reading.jitter = min(1.0, values["jitter"] + float(wheels["wheel"]))
        reading.stages = round(values.get("stages", 1))

    def _read_timbre(self) -> None:
        timbre = self.values.get("timbre", 0.0)
        low, part = int(timbre), timbre % 1.0
        self.weights[:] = 0
        self.weights[low] = 1 - part
        self.weights[min(low + 1, len(self.weights) - 1)] += part
        fill_label_bias(self._packed, self.weights @ self._packed.labels, self.bias)
