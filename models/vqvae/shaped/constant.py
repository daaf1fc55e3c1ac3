"""Tables that belong to a network without being weights of it."""

import torch
from torch import Tensor

from ...compiled.conv.layers import Floats


class Constant:
    """A table that nothing learns, keeps or writes, on whatever device it is needed."""

    def __init__(self, values: Floats) -> None:
        self._values = torch.from_numpy(values.copy())
        self._there: dict[torch.device, Tensor] = {}

    def beside(self, other: Tensor) -> Tensor:
        """Return the table on the device of another tensor."""
        if other.device not in self._there:
            self._there[other.device] = self._values.to(other.device)
        return self._there[other.device]
