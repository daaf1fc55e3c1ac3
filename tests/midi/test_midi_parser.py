"""The parser passes music unchanged and counts everything else."""

from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.midi.parser import Message, Parser, data_bytes

_DATA = st.integers(0, 127)


@st.composite
def channel_messages(draw: st.DrawFn) -> bytes:
    status = draw(st.integers(0x80, 0xEF))
    return bytes([status, *(draw(_DATA) for _ in range(data_bytes(status)))])


def as_message(packet: bytes) -> Message:
    return Message(*packet, *[0] * (3 - len(packet)))


@given(st.lists(channel_messages()))
def test_channel_messages_come_out_unchanged_one_packet_each(packets: list[bytes]) -> None:
    parser = Parser()
    parsed = [message for packet in packets for message in parser.feed(packet)]
    assert parsed == [as_message(packet) for packet in packets]
    assert parser.counts.messages == len(packets)


@given(st.lists(channel_messages()))
def test_channel_messages_come_out_unchanged_in_one_packet(packets: list[bytes]) -> None:
    assert Parser().feed(b"".join(packets)) == [as_message(packet) for packet in packets]


@given(st.lists(st.binary(max_size=20)))
def test_random_bytes_give_nothing_but_valid_messages(packets: list[bytes]) -> None:
    parser = Parser()
    parsed = [message for packet in packets for message in parser.feed(packet)]
    assert all(0x80 <= m.status < 0xF0 and m.data1 < 128 and m.data2 < 128 for m in parsed)
    assert parser.counts.messages == len(parsed)


@given(st.lists(_DATA, max_size=20), channel_messages())
def test_data_bytes_without_a_status_are_garbage_and_do_no_harm(
    garbage: list[int], packet: bytes
) -> None:
    parser = Parser()
    assert parser.feed(garbage) == []
    assert parser.feed(bytes(garbage) + packet) == [as_message(packet)]
    assert parser.counts.dropped == 2 * len(garbage)


@given(channel_messages(), st.integers(1, 3), st.sampled_from([0xF8, 0xFA, 0xFE]))
def test_clock_and_sensing_inside_a_message_do_not_disturb_it(
    packet: bytes, position: int, realtime: int
) -> None:
    parser = Parser()
    disturbed = packet[:position] + bytes([realtime]) + packet[position:]
    assert parser.feed(disturbed) == [as_message(packet)]
    assert parser.counts.clock + parser.counts.sensing == 1
    assert parser.counts.truncated == parser.counts.dropped == 0


@given(channel_messages())
def test_a_message_cut_short_is_dropped_and_counted(packet: bytes) -> None:
    parser = Parser()
    assert parser.feed(packet[:-1]) == []
    assert parser.feed(packet) == [as_message(packet)]
    assert (parser.counts.truncated, parser.counts.dropped) == (1, len(packet) - 1)


def test_running_status_holds_within_a_packet() -> None:
    assert Parser().feed([0x90, 60, 100, 64, 90]) == [(0x90, 60, 100), (0x90, 64, 90)]


def test_sysex_over_several_packets_is_skipped_and_counted_once() -> None:
    parser = Parser()
    assert parser.feed([0xF0, 1, 2]) == parser.feed([3, 0xF8, 4]) == parser.feed([5, 0xF7]) == []
    assert parser.feed([0x90, 60, 1]) == [(0x90, 60, 1)]
    assert (parser.counts.sysex, parser.counts.clock, parser.counts.dropped) == (1, 1, 0)


def test_sysex_that_never_ends_is_truncated_by_the_next_message() -> None:
    parser = Parser()
    parser.feed([0xF0, 1, 2])
    assert parser.feed([0x80, 60, 0]) == [(0x80, 60, 0)]
    assert (parser.counts.sysex, parser.counts.truncated) == (0, 1)


def test_song_position_and_select_are_no_music() -> None:
    parser = Parser()
    assert parser.feed([0xF2, 1, 2]) == parser.feed([0xF3, 4]) == parser.feed([0xF6]) == []
    counts = parser.counts
    assert (counts.clock, counts.other_system, counts.truncated, counts.dropped) == (1, 2, 0, 0)
