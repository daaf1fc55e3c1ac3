"""The next hop of a voice, decoded while the present one sounds. [render]

What a voice will decode next can be foreseen as long as nobody moves a control. The decoder then
works on a copy of the voice's state, in slices. If the hop that is asked for is the one that was
foreseen, its sound is ready; otherwise the work is thrown away. So sound, latency and saved state
do not depend on any of this.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from ..compiled.conv.layers import Floats
from ..playing.spread_work import SpreadWork

SLICES = 8  # that the layers are cut into: a hop of 10 ms has as many blocks of 64 host frames


class SlicedDecoder(Protocol):
    """A voice's decoder on the copied state, cut into slices of known cost."""

    @property
    def slices(self) -> Sequence[Callable[[], object]]:
        """Return what is to be done after `begin`, in this order."""

    @property
    def costs(self) -> Sequence[float]:
        """Return the slices' relative durations."""

    @property
    def out(self) -> Floats:
        """Return the hop (hop,), once all slices are done."""

    def begin(self, point: Floats, bias: Floats) -> None:
        """Take in a point (point,) and the biases (B,)."""


class NextHop:
    """The next hop of one voice."""

    def __init__(
        self, decoder: SlicedDecoder, voice: int, live: Sequence[NDArray[Any]],
        copied: Sequence[NDArray[Any]],
    ) -> None:  # fmt: skip
        """Use the decoder of `copied`; both states are arrays, voices first. [control]"""
        self._decoder = decoder
        self._work = SpreadWork(len(decoder.out), decoder.slices, decoder.costs)
        self._pairs = [
            (a[voice : voice + 1], b[voice : voice + 1]) for a, b in zip(live, copied, strict=True)
        ]
        self._foreseen: tuple[bytes, bytes] | None = None  # point and biases

    def expect(self, point: Floats, bias: Floats) -> None:
        """Begin to decode a point (point,) with biases (B,)."""
        self.forget()
        for live, copied in self._pairs:
            copied[:] = live
        self._foreseen = point.tobytes(), bias.tobytes()
        self._work.begin(lambda: self._decoder.begin(point, bias))

    def go_on(self, position: int) -> None:
        """Do the slices that are due once `position` frames of the present hop were played."""
        if self._foreseen is not None:
            self._work.go_on(position)

    def take(self, point: Floats, bias: Floats, out: Floats) -> bool:
        """Write the hop (hop,) and advance the voice; False, without doing so, if not foreseen."""
        if self._foreseen != (point.tobytes(), bias.tobytes()):
            self.forget()
            return False
        self._foreseen = None
        self._work.finish()
        for live, copied in self._pairs:
            live[:] = copied
        out[:] = self._decoder.out
        return True

    def forget(self) -> None:
        """Throw the work away: the voice's state was changed, or something else is played."""
        self._foreseen = None
        self._work.drop()
