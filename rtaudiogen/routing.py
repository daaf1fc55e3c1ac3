"""Ways of sound between slots: who sends to whom, in which order they are computed, who is heard.

A *way* leads from a slot to another one, which is an effect, or to MASTER. `Ways` has the two ways
of every slot: its output, and what it sends (MASTER: nothing).
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

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


def reached(start: int, ways: Mapping[int, Ways]) -> set[int]:
    """Return the slots that hear something of a slot, itself included."""
    found, new = {start}, [start]
    while new:
        here = ways.get(new.pop(), Ways())
        further = {number for number in here if number != MASTER} - found
        found |= further
        new.extend(further)
    return found


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
