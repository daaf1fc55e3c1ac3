"""A port that disappears releases every note it held."""

import pytest

from rtaudiogen.midi.held import HeldKeys
from rtaudiogen.midi.parser import Message

Bytes = tuple[int, int, int]


@pytest.mark.parametrize(
    ("played", "released"),
    [
        ([(0x90, 60, 100), (0x90, 60, 90)], [(0x80, 60, 64)] * 2),
        ([(0x90, 60, 100), (0x90, 60, 90), (0x80, 60, 0)], [(0x80, 60, 64)]),
        ([(0x90, 60, 100), (0x90, 60, 0)], []),
        ([(0x80, 60, 0), (0x90, 60, 100)], [(0x80, 60, 64)]),
        ([(0x91, 60, 100), (0xB1, 123, 0)], []),
        ([(0xB0, 66, 127), (0xB2, 67, 64)], [(0xB0, 66, 0), (0xB2, 67, 0)]),
        ([(0xB0, 66, 127), (0xB0, 64, 127), (0xB0, 121, 0)], []),
        ([(0xE3, 0, 0)], [(0xE3, 0, 64)]),
    ],
)
def test_held_keys_are_released_once(played: list[Bytes], released: list[Bytes]) -> None:
    held = HeldKeys()
    for message in played:
        held.note(Message(*message))
    assert held.release() == released
    assert held.release() == []
