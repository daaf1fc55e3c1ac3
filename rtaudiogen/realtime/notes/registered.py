"""Registered parameters: the selected one of a channel, and the effect of data entry. [render]

Sources: MIDI 1.0 Detailed Specification 4.2, "Registered and Non-Registered Parameter Numbers";
RP-018 says which byte an increment moves: the cents of the bend range, the low byte of the fine
tuning, the semitones of the coarse tuning.
"""

from .channel_state import (
    BEND_RANGE,
    COARSE_TUNING,
    FINE_TUNING,
    MOST_CENTS,
    MPE_ZONE,
    ChannelState,
)

DATA, DATA_FINE, INCREMENT, DECREMENT = 6, 38, 96, 97  # control changes
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
SELECTORS = frozenset({NRPN_FINE, NRPN, RPN_FINE, RPN})
ENTRIES = frozenset({DATA, DATA_FINE, INCREMENT, DECREMENT})


def select(state: ChannelState, number: int, value: int) -> None:
    """Take one half of a parameter's number; both kinds of number keep their own halves."""
    state.registered = number in (RPN, RPN_FINE)
    high, low = state.rpn if state.registered else state.nrpn
    chosen = (value, low) if number in (RPN, NRPN) else (high, value)
    if state.registered:
        state.rpn = chosen
    else:
        state.nrpn = chosen


def enter(state: ChannelState, number: int, value: int, slot_range: float) -> bool:
    """Take data for the selected parameter; return True if that moves notes.

    `slot_range` (semitones) is the bend range if the channel had none of its own.
    """
    selected = state.rpn if state.registered else None
    if selected == BEND_RANGE:
        before = round(slot_range * 100) if state.bend_range is None else state.bend_range
        state.bend_range = _cents(before, number, value)
    elif selected == FINE_TUNING:
        state.fine = _fine(state.fine, number, value)
    elif selected == COARSE_TUNING:
        state.coarse = _coarse(state.coarse, number, value)
    else:
        return False
    return True


def zone_members(state: ChannelState, number: int, value: int) -> int | None:
    """Return the members that an MPE configuration message asks for; None: it is another
    message.
    """
    wanted = state.registered and state.rpn == MPE_ZONE and number == DATA
    return min(value, 15) if wanted else None


def _step(number: int) -> int:
    return {INCREMENT: 1, DECREMENT: -1}[number]


def _cents(cents: int, number: int, value: int) -> int:
    if number == DATA:
        cents = value * 100
    elif number == DATA_FINE:
        cents = cents // 100 * 100 + min(value, 99)
    else:
        cents += _step(number)
    return min(max(cents, 0), MOST_CENTS)


def _fine(fine: int, number: int, value: int) -> int:
    if number == DATA:
        return value << 7
    if number == DATA_FINE:
        return fine & 0x3F80 | value
    return min(max(fine + _step(number), 0), 16383)


def _coarse(coarse: int, number: int, value: int) -> int:
    if number == DATA_FINE:
        return coarse
    return value if number == DATA else min(max(coarse + _step(number), 0), 127)
