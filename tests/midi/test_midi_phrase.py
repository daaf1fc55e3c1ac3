"""The built-in phrase suits every pitched instrument of four voices."""

from rtaudiogen.midi import PHRASE_SECONDS, TimedMessage, phrase
from rtaudiogen.midi.held import SUSTAIN, HeldKeys
from rtaudiogen.midi.parser import Message

NOTES = [m for m in phrase() if m.status == 0x90]


def controls(controller: int) -> list[TimedMessage]:
    return [m for m in phrase() if m.status == 0xB0 and m.data1 == controller]


def test_the_phrase_lasts_half_a_minute_and_is_sorted() -> None:
    seconds = [message.seconds for message in phrase()]
    assert seconds == sorted(seconds)
    assert seconds[0] == 0.0
    assert 28.0 < seconds[-1] < PHRASE_SECONDS == 30.0


def test_the_phrase_spans_e2_to_c6() -> None:
    assert min(m.data1 for m in NOTES) == 40
    assert max(m.data1 for m in NOTES) == 84


def test_four_voices_sound_together_and_never_five() -> None:
    keys: set[int] = set()
    ringing: set[int] = set()
    most = 0
    pedal = False
    for _, status, data1, data2, _ in phrase():
        if status == 0x90:
            assert data1 not in keys | ringing, "a key is struck while it sounds"
            keys.add(data1)
        elif status == 0x80:
            keys.remove(data1)
            ringing |= {data1} if pedal else set()
        elif (status, data1) == (0xB0, SUSTAIN):
            pedal = data2 >= 64
            ringing = ringing if pedal else set()
        most = max(most, len(keys | ringing))
    assert most == 4


def test_velocity_pedal_wheel_and_bend_are_used() -> None:
    assert len({m.data2 for m in NOTES}) > 20
    assert {m.data2 for m in controls(SUSTAIN)} == {0, 127}
    assert max(m.data2 for m in controls(1)) >= 64
    assert len({(m.data1, m.data2) for m in phrase() if m.status == 0xE0}) > 4


def test_everything_is_at_rest_at_the_end() -> None:
    held = HeldKeys()
    for _, *message, _ in phrase():
        held.note(Message(*message))
    assert held.release() == []
    assert controls(1)[-1].data2 == 0
