"""Ways of sound between slots: who sends to whom, in which order they are computed, who is heard.

A *way* leads from a slot to another one, which is an effect, or to MASTER. `Ways` has the two ways
of every slot: its output, and what it sends (MASTER: nothing).
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from .errors import UsageError

MASTER = 0


class Ways(NamedTuple):
    """The slots to which a slot's sound goes."""

    output: int = MASTER
    send: int = MASTER  # MASTER: nothing is sent

    def lead_to(self, number: int) -> bool:
        """Return True if a part of the sound goes to that slot."""
        return number != MASTER and number in self

    def without(self, number: int) -> "Ways":
        """Return the ways when that slot is there no more: to the master instead."""
        return Ways(*(MASTER if way == number else way for way in self))


class WayTable:
    """The ways of all slots; they never lead in a circle."""

    def __init__(self, ways: Mapping[int, Ways] | None = None) -> None:
        self._ways = dict(ways or {})  # slots that are not in it lead to the master

    def of(self, number: int) -> Ways:
        """Return the ways of a slot."""
        return self._ways.get(number, Ways())

    def lead(self, number: int, ways: Ways) -> None:
        """Set the ways of a slot; UsageError, and no change, if one leads back to it."""
        for way in ways:
            if way != MASTER and number in reached(way, self._ways):
                raise UsageError(f"slot {number} cannot lead to slot {way}, whose sound it hears")
        self._ways[number] = ways

    def close(self, number: int) -> None:
        """Lead every sound that goes to a slot to the master instead."""
        self._ways = {other: ways.without(number) for other, ways in self._ways.items()}

    def remove(self, number: int) -> None:
        """Forget a slot, and lead to the master what went there."""
        self._ways.pop(number, None)
        self.close(number)


def reached(start: int, ways: Mapping[int, Ways]) -> set[int]:
    """Return the slots that hear something of a slot, itself included."""
    found, new = {start}, [start]
    while new:
        here = ways.get(new.pop(), Ways())
        further = {number for number in here if number != MASTER} - found
        found |= further
        new.extend(further)
    return found


def possible(number: int, wanted: Ways, ways: Mapping[int, Ways]) -> Ways:
    """Return the wanted ways of a slot; to the master those that lead to none of `ways`, or back.

    `ways` has those of all slots that are there.
    """
    return Ways(
        *(way if way in ways and number not in reached(way, ways) else MASTER for way in wanted)
    )


def in_order(ways: Mapping[int, Ways]) -> list[int]:
    """Return the slots, each before those that it sends to; otherwise in their own order."""
    order: list[int] = []
    left = dict(ways)
    while left:
        fed = {number for slot in left.values() for number in slot}
        ready = [number for number in left if number not in fed] or list(left)
        order.extend(ready)
        for number in ready:
            del left[number]
    return order


def heard(ways: Mapping[int, Ways], soloed: Collection[int]) -> dict[int, tuple[bool, bool]]:
    """Return, for each slot, whether its output and what it sends are heard.

    If slots are soloed, only ways are heard that lead from one or to one of them.
    """
    if not soloed:
        return dict.fromkeys(ways, (True, True))
    reach = {number: reached(number, ways) for number in ways}

    def passes(number: int, way: int) -> bool:
        comes = any(number in reach[solo] for solo in soloed)
        return comes or not reach.get(way, set()).isdisjoint(soloed)

    return {
        number: (passes(number, at.output), passes(number, at.send)) for number, at in ways.items()
    }
