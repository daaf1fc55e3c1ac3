"""Tempo map: from the ticks of a MIDI file to seconds."""

from bisect import bisect_right
from collections.abc import Iterable

from rtaudiogen.midi.smf_chunks import Header

USUAL_TEMPO = 500_000  # microseconds a beat, until a file says something else
_MICROSECONDS = 1_000_000


class TempoMap:
    """The tempo changes of tracks that sound together; SMPTE ticks have no tempo.

    `changes` are (tick, microseconds a beat) in any order; of those at one tick the last counts.
    Sums are exact: only the last division rounds.
    """

    def __init__(self, header: Header, changes: Iterable[tuple[int, int]]) -> None:
        scale = header.ticks * (1 if header.is_smpte else _MICROSECONDS)
        first = 1 if header.is_smpte else USUAL_TEMPO
        self._numerator, self._denominator = scale.denominator, scale.numerator
        self._ticks, self._sums, self._tempos = [0], [0], [first]
        for tick, tempo in sorted(changes, key=lambda change: change[0]):
            if not header.is_smpte:
                self._sums.append(self._sum(tick))
                self._ticks.append(tick)
                self._tempos.append(tempo)

    def seconds(self, tick: int) -> float:
        """Return the time of a tick in seconds from the start."""
        return self._sum(tick) * self._numerator / self._denominator

    def _sum(self, tick: int) -> int:
        index = bisect_right(self._ticks, tick) - 1
        return self._sums[index] + (tick - self._ticks[index]) * self._tempos[index]
