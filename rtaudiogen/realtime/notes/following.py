"""Effect of channel messages on the state of their channel. [render]"""

from ...events import EventKind
from .channel_state import (
    EXPRESSION,
    FIELDS,
    MOD_WHEEL,
    PAN,
    SOFT,
    SOSTENUTO,
    SUSTAIN,
    TIMBRE,
    VOLUME,
    ChannelState,
)
from .channels import Channels
from .registered import ENTRIES, SELECTORS, enter, select, zone_members

ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123  # control changes

# control changes that are a number of the channel's state, and what that tells the voices
LEVELS: dict[int, EventKind] = {
    MOD_WHEEL: EventKind.MOD_WHEEL,
    VOLUME: EventKind.VOLUME,
    PAN: EventKind.PAN,
    EXPRESSION: EventKind.VOLUME,
    TIMBRE: EventKind.TIMBRE,
}
PEDALS = (SUSTAIN, SOSTENUTO, SOFT)
WHEELS = (EventKind.PITCH_BEND, EventKind.MOD_WHEEL, EventKind.PRESSURE)
RESET_KINDS = (*WHEELS, EventKind.VOLUME)  # of which the expression is a part


def follow(
    channels: Channels, source: int, kind: int, data1: int, data2: int, slot_range: float
) -> tuple[EventKind, ...]:
    """Take a message, but no note, into the state of its channel; return what notes are told of.

    `kind` is the upper half of the status byte.
    """
    if kind == 0xB0:
        return _control(channels, source, data1, data2, slot_range)
    if kind == 0xD0:
        channels.of(source).pressure = data1
        return (EventKind.PRESSURE,)
    if kind == 0xE0:
        channels.of(source).bend = data1 | data2 << 7
        return (EventKind.PITCH_BEND,)
    return ()


def ended_by(channels: Channels, source: int, number: int, value: int) -> tuple[int, ...]:
    """Return the sources that a control change silences: it sets up their MPE zone anew.

    M1-100-UM: no note outlives the zone that it was played in.
    """
    members = zone_members(channels.of(source), number, value) if number in ENTRIES else None
    return () if members is None else channels.moved_by(source, members)


def _control(
    channels: Channels, source: int, number: int, value: int, slot_range: float
) -> tuple[EventKind, ...]:
    state = channels.of(source)
    if number in FIELDS:
        setattr(state, FIELDS[number], value >= 64 if number in PEDALS else value)
        return (LEVELS[number],) if number in LEVELS else ()
    if number in SELECTORS:
        select(state, number, value)
    elif number in ENTRIES:
        _enter(channels, source, state, number, value, slot_range)
        return (EventKind.PITCH_BEND,)
    elif number == RESET_CONTROLLERS:
        for concerned in channels.affected(source):
            channels.of(concerned).reset()
        return RESET_KINDS
    elif number >= ALL_NOTES_OFF:  # those above change the mode, which implies it
        for concerned in channels.affected(source):
            channels.of(concerned).pressed.clear()
    return ()


def _enter(
    channels: Channels, source: int, state: ChannelState, number: int, value: int, slot_range: float
) -> None:
    members = zone_members(state, number, value)
    if members is not None:
        channels.divide(source, members)
    elif enter(state, number, value, slot_range):
        channels.share_range(source)
