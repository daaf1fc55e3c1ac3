"""Keys, pedals and bends that a port holds, so that they can be released when the port is gone."""

from typing import TypeVar

from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCH_BEND, Message

SUSTAIN, SOSTENUTO, SOFT = 64, 66, 67
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123
_PEDALS = (SUSTAIN, SOSTENUTO, SOFT)
_BEND_CENTRE = (0, 64)
_Member = TypeVar("_Member")
_MOST_PRESSES = 127  # presses of one key that are counted, as the keyboard does


class HeldKeys:
    """Keys, pedals and bends of one port that are away from rest. [midi]"""

    def __init__(self) -> None:
        self._keys: dict[tuple[int, int], int] = {}  # (channel, key) → note-offs that are due
        self._pedals: set[tuple[int, int]] = set()  # (channel, controller)
        self._bends: set[int] = set()

    def note(self, message: Message) -> None:
        """Take account of a message that was sent."""
        kind, channel = message.status & 0xF0, message.status & 0x0F
        key = (channel, message.data1)
        if kind == NOTE_ON and message.data2 > 0:
            self._keys[key] = min(self._keys.get(key, 0) + 1, _MOST_PRESSES)
        elif kind in (NOTE_OFF, NOTE_ON):
            self._let_go(key)
        elif kind == PITCH_BEND:
            _keep(self._bends, channel, (message.data1, message.data2) != _BEND_CENTRE)
        elif kind == CONTROL_CHANGE:
            self._control(channel, message.data1, message.data2)

    def _let_go(self, key: tuple[int, int]) -> None:
        left = self._keys.pop(key, 0) - 1
        if left > 0:
            self._keys[key] = left

    def _control(self, channel: int, controller: int, value: int) -> None:
        if controller in _PEDALS:
            _keep(self._pedals, (channel, controller), value >= 64)
        elif controller == RESET_CONTROLLERS:
            self._pedals -= {(channel, pedal) for pedal in _PEDALS}
            self._bends.discard(channel)
        elif controller == ALL_SOUND_OFF or controller >= ALL_NOTES_OFF:
            self._keys = {key: left for key, left in self._keys.items() if key[0] != channel}

    def release(self) -> list[Message]:
        """Return the messages that release everything; nothing is held afterwards."""
        messages = [
            Message(NOTE_OFF | channel, key, 64)
            for (channel, key), left in sorted(self._keys.items())
            for _ in range(left)
        ]
        messages += [
            Message(CONTROL_CHANGE | channel, pedal, 0) for channel, pedal in sorted(self._pedals)
        ]
        messages += [Message(PITCH_BEND | channel, *_BEND_CENTRE) for channel in self._bends]
        for held in (self._keys, self._pedals, self._bends):
            held.clear()
        return messages


def _keep(members: set[_Member], member: _Member, present: bool) -> None:
    if present:
        members.add(member)
    else:
        members.discard(member)
