"""MIDI state of every port and channel, and its effect on notes. [render]

A *source* is a port and a channel in one number: port · 16 + channel (0 … 15). A port can be
divided into MPE zones: the state of a zone's master channel then counts for its members as well.
Source of the zones: MIDI Polyphonic Expression 1.0 (M1-100-UM).
"""

from collections.abc import Container
from dataclasses import replace
from typing import Any, Self

from ...events import EventKind
from .channel_state import BEND_CENTRE, FIELDS, MIDDLE, ChannelState, position

MASTER_CENTS, MEMBER_CENTS = 200, 4800  # bend ranges of a fresh zone
LOWER, UPPER = 0, 15  # master channels
MOST_MEMBERS = 14  # of two zones together

# kinds of expression for a voice, and their values at rest
REST: dict[EventKind, float] = {
    EventKind.PITCH_BEND: 0.0,
    EventKind.MOD_WHEEL: 0.0,
    EventKind.PRESSURE: 0.0,
    EventKind.TIMBRE: MIDDLE / 127,
    EventKind.VOLUME: 1.0,
    EventKind.PAN: 0.0,
}


AT_REST = ChannelState()


class Channels:
    """States by source; a channel without messages has none. At most 256 · 16 of them.

    `unheard` are controllers that move a parameter of this slot instead: they are remembered, but
    count as if they were at rest.
    """

    def __init__(self) -> None:
        self.unheard: Container[int] = ()
        self._states: dict[int, ChannelState] = {}
        self._zones: dict[int, tuple[int, int]] = {}  # port → members of its lower, upper zone

    def of(self, source: int) -> ChannelState:
        """Return a source's state, which may be changed."""
        return self._states.setdefault(source, ChannelState())

    def known(self) -> list[int]:
        """Return the sources that have received a message."""
        return list(self._states)

    def copy(self) -> Self:
        """Return a copy that shares only `unheard`. [any]"""
        other = type(self)()
        other.unheard = self.unheard
        other.take_over(self)
        return other

    def take_over(self, other: "Channels") -> None:
        """Replace all states by copies of those of another one. [any]"""
        states = other._states.copy()  # atomic: the render thread may be adding one
        self._states = {s: replace(c, pressed=dict(c.pressed)) for s, c in states.items()}
        self._zones = other._zones.copy()

    # -- zones -----------------------------------------------------------------------------------

    def divide(self, source: int, members: int) -> None:
        """Give a master channel's zone so many members, and take them from the other zone."""
        if source & 0x0F not in (LOWER, UPPER):
            return
        self._zones[source >> 4] = self._divided(source, members)
        if members:
            self.of(source).bend_range = MASTER_CENTS
        for member in self.members(source):
            self.of(member).bend_range = MEMBER_CENTS

    def _divided(self, source: int, members: int) -> tuple[int, int]:
        port, channel = divmod(source, 16)
        lower, upper = self._zones.get(port, (0, 0))
        left = max(0, MOST_MEMBERS - members)
        return (members, min(upper, left)) if channel == LOWER else (min(lower, left), members)

    def moved_by(self, source: int, members: int) -> tuple[int, ...]:
        """Return the sources that `divide` concerns: of that zone, or taken from the other one."""
        port, channel = divmod(source, 16)
        if channel not in (LOWER, UPPER):
            return ()
        after = Channels()
        after._zones = {port: self._divided(source, members)}
        masters = ((zones.master(s), s) for zones in (self, after) for s in _of_port(port))
        zone = {s for master, s in masters if master == source}
        lost = {s for s in _of_port(port) if self.master(s) != after.master(s)}
        return tuple(sorted(zone | lost | {source}))

    def members(self, source: int) -> range:
        """Return the sources whose master channel this is."""
        port, channel = divmod(source, 16)
        lower, upper = self._zones.get(port, (0, 0))
        if channel == LOWER:
            return range(source + 1, source + 1 + lower)
        return range(source - upper, source) if channel == UPPER and upper else range(0)

    def master(self, source: int) -> int | None:
        """Return the master channel of a member."""
        port = source >> 4
        for master in (port << 4 | LOWER, port << 4 | UPPER) if port in self._zones else ():
            if source in self.members(master):
                return master
        return None

    def affected(self, source: int) -> tuple[int, ...]:
        """Return the sources whose notes a message of this one affects."""
        return (source, *self.members(source))

    def share_range(self, source: int) -> None:
        """Give all members of a zone the bend range that one of them received."""
        master = self.master(source)
        if master is not None:
            for member in self.members(master):
                self.of(member).bend_range = self.of(source).bend_range

    def forget_ranges(self) -> list[int]:
        """Forget every channel's own bend range; return the sources whose wheel is deflected."""
        for state in self._states.values():
            state.bend_range = None
        return [source for source, state in self._states.items() if state.bend != BEND_CENTRE]

    def panic(self) -> None:
        """Bring every controller to rest and forget every key."""
        for state in self._states.values():
            state.reset()
            state.pressed.clear()

    # -- values for notes ------------------------------------------------------------------------

    def value(self, kind: EventKind, source: int, slot_range: float) -> float:
        """Return the value for a note of this source; `slot_range` is its slot's bend range.

        For a zone's member and its master, shifts are added and gains multiplied; of other values
        the larger counts.
        """
        own = self._states.get(source)
        master = self.master(source)
        above = None if master is None else self._states.get(master)
        if own is None and above is None:
            return REST[kind]
        own = self._heard(own or AT_REST)
        if above is None:
            return _value(kind, own, slot_range)
        return _both(kind, own, self._heard(above), slot_range)

    def _heard(self, state: ChannelState) -> ChannelState:
        """Return a state with every controller of `unheard` at rest."""
        unheard = [field for number, field in FIELDS.items() if number in self.unheard]
        return replace(state, **{f: getattr(AT_REST, f) for f in unheard}) if unheard else state

    def sustains(self, source: int) -> bool:
        """Return True if the sustain pedal is down for a source."""
        return any(state.sustain for state in self._counting(source))

    def keeps(self, source: int) -> bool:
        """Return True if the sostenuto pedal is down for a source."""
        return any(state.sostenuto for state in self._counting(source))

    def softens(self, source: int) -> bool:
        """Return True if the soft pedal is down for a source."""
        return any(state.soft for state in self._counting(source))

    def _counting(self, source: int) -> list[ChannelState]:
        sources = (source, self.master(source))
        told = [self._states[s] for s in sources if s is not None and s in self._states]
        return [self._heard(state) for state in told]

    # -- state -----------------------------------------------------------------------------------

    def save_state(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "channels": [[source, state.save()] for source, state in sorted(self._states.items())],
            "zones": sorted([port, *members] for port, members in self._zones.items()),
        }

    def load_state(self, saved: dict[str, Any]) -> None:
        """Restore what `save_state` returned."""
        self._states = {source: ChannelState.load(state) for source, state in saved["channels"]}
        self._zones = {port: (lower, upper) for port, lower, upper in saved["zones"]}


def _of_port(port: int) -> range:
    return range(port << 4, (port + 1) << 4)


def _value(kind: EventKind, state: ChannelState, slot_range: float) -> float:
    if kind == EventKind.PITCH_BEND:
        return state.semitones(slot_range)
    if kind == EventKind.VOLUME:
        return state.gain()
    if kind == EventKind.PAN:
        return position(state.pan)
    if kind == EventKind.TIMBRE:
        return state.timbre / 127
    return (state.modulation if kind == EventKind.MOD_WHEEL else state.pressure) / 127


def _both(kind: EventKind, own: ChannelState, above: ChannelState, slot_range: float) -> float:
    one, other = _value(kind, own, slot_range), _value(kind, above, slot_range)
    if kind == EventKind.PITCH_BEND:
        return one + other
    if kind == EventKind.VOLUME:
        return one * other
    if kind == EventKind.PAN:
        return min(max(one + other, -1.0), 1.0)
    if kind == EventKind.TIMBRE:
        return min(max(one + other - REST[kind], 0.0), 1.0)
    return max(one, other)
