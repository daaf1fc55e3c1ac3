"""Work for the next hop, spread over the blocks of the present hop. [render]

A network that makes hops of sound has nothing to do in most blocks and too much in one. What the
next hop depends on is often known a hop ahead: the state, the codes to be read, the parameters as
they are now. Then its work can be cut into slices and done while the present hop sounds.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from rtaudiogen.generator import State


class SpreadWork:
    """Slices that are done in their order, evenly over the frames of a hop.

    Everything that a slice reads must be settled when the work begins, so the result depends on no
    block size:

        work.begin(settle)      # at frame 0 of a hop; `settle` copies what the next one depends on
        work.go_on(position)    # at the end of a block: `position` frames of the hop were played
        work.finish()           # at the end of the hop, and before the state is saved
    """

    def __init__(
        self, hop: int, slices: Sequence[Callable[[], object]], costs: Sequence[float] = ()
    ) -> None:
        """Plan `slices`; `costs` are their relative durations, equal if not given."""
        shares = list(costs) or [1.0] * len(slices)
        if len(shares) != len(slices) or min(shares, default=0.0) < 0 or not sum(shares) > 0:
            raise ValueError(f"expected a cost of 0 or more for each of {len(slices)} slices")
        self._slices = tuple(slices)
        total = sum(shares)
        self._begins = [hop * before / total for before in accumulate([0.0, *shares[:-1]])]
        self._done = np.full(1, len(slices), np.int64)

    @property
    def state(self) -> State:
        """Return the count of finished slices; after `finish` block sizes do not affect it."""
        return {"done": self._done}

    def begin(self, settle: Callable[[], object]) -> None:
        """Finish earlier work, `settle` the slices' inputs, and wait for the first block."""
        self.finish()
        settle()
        self._done[0] = 0

    def go_on(self, position: int) -> None:
        """Do the slices due before `position` frames of the hop."""
        done = max(int(self._done[0]), 0)  # it may come from a damaged file
        while done < len(self._slices) and self._begins[done] < position:
            self._slices[done]()
            done += 1
        self._done[0] = done

    def drop(self) -> None:
        """Leave all remaining slices undone."""
        self._done[0] = len(self._slices)

    def finish(self) -> None:
        """Do all remaining slices."""
        for step in self._slices[max(int(self._done[0]), 0) :]:
            step()
        self._done[0] = len(self._slices)
