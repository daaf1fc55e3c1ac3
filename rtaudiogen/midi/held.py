"""What a port holds down, so that it can be let go when the port is gone."""

from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCH_BEND, Message

SUSTAIN, ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 64, 120, 121, 123
_BEND_CENTRE = (0, 64)


class Held:
    """Keys, pedals and bends of one port that are away from rest. [midi]"""

    def __init__(self) -> None:
        self._keys: set[tuple[int, int]] = set()  # (channel, key)
        self._pedals: set[int] = set()
        self._bends: set[int] = set()

    def note(self, message: Message) -> None:
        """Take notice of a message that went out."""
        kind, channel = message.status & 0xF0, message.status & 0x0F
        key = (channel, message.data1)
        if kind == NOTE_ON and message.data2 > 0:
            self._keys.add(key)
        elif kind in (NOTE_OFF, NOTE_ON):
            self._keys.discard(key)
        elif kind == PITCH_BEND:
            _keep(self._bends, channel, (message.data1, message.data2) != _BEND_CENTRE)
        elif kind == CONTROL_CHANGE:
            self._control(channel, message.data1, message.data2)

    def _control(self, channel: int, controller: int, value: int) -> None:
        if controller == SUSTAIN:
            _keep(self._pedals, channel, value >= 64)
        elif controller == RESET_CONTROLLERS:
            self._pedals.discard(channel)
            self._bends.discard(channel)
        elif controller == ALL_SOUND_OFF or controller >= ALL_NOTES_OFF:
            self._keys -= {key for key in self._keys if key[0] == channel}

    def release(self) -> list[Message]:
        """The messages that let everything go; nothing is held afterwards."""
        messages = [Message(NOTE_OFF | channel, key, 64) for channel, key in sorted(self._keys)]
        messages += [Message(CONTROL_CHANGE | channel, SUSTAIN, 0) for channel in self._pedals]
        messages += [Message(PITCH_BEND | channel, *_BEND_CENTRE) for channel in self._bends]
        for held in (self._keys, self._pedals, self._bends):
            held.clear()
        return messages


def _keep(members: set[int], member: int, present: bool) -> None:
    if present:
        members.add(member)
    else:
        members.discard(member)
