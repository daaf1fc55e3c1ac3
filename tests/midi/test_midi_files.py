"""MIDI files: tempo, tracks, damage."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.midi import TimedMessage, read_midi_file, to_events

from ..midi_bytes import midi, off, on, sysex, tempo, track


def two_tracks_that_slow_down(path: Path) -> Path:
    """Write a note per beat, in turn on two tracks; beats last 0.5 s, from beat 2 on 1 s."""
    slower = track((0, tempo(500_000)), (960, tempo(1_000_000)))
    even = track((0, on(60)), (960, sysex(b"\1\2\3\xf7")), (0, on(62, 90)), (0, off(60)))
    odd = track((480, b"\xc3\7"), (960, b"\xe0\0\x40"), (0, off(62)))
    path.write_bytes(midi([slower, even, odd]))
    return path


def test_tempo_changes_hold_for_all_tracks(tmp_path: Path) -> None:
    assert read_midi_file(two_tracks_that_slow_down(tmp_path / "slow.mid")) == [
        (0.0, 0x90, 60, 100, 0),
        (0.5, 0xC3, 7, 0, 0),
        (1.0, 0x90, 62, 90, 0),
        (1.0, 0x80, 60, 64, 0),
        (2.0, 0xE0, 0, 64, 0),
        (2.0, 0x80, 62, 64, 0),
    ]


def test_messages_become_events_at_host_frames(tmp_path: Path) -> None:
    messages = read_midi_file(two_tracks_that_slow_down(tmp_path / "slow.mid"))
    events = to_events(messages, 48000, start_frame=100, port=5)
    assert events["frame"].tolist() == [100, 24100, 48100, 48100, 96100, 96100]
    assert events["status"].tolist() == [0x90, 0xC3, 0x90, 0x80, 0xE0, 0x80]
    assert set(events["port"].tolist()) == {5}


@pytest.mark.parametrize(("own", "first", "port"), [(0, 0, 0), (3, 0, 3), (3, 128, 131)])
def test_a_messages_own_port_counts_from_the_first(own: int, first: int, port: int) -> None:
    events = to_events([TimedMessage(0.0, 0x90, 60, 100, own)], 48000, port=first)
    assert events["port"].tolist() == [port]


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200
)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path: Path, data: st.DataObject) -> None:
    whole = two_tracks_that_slow_down(tmp_path / "whole.mid").read_bytes()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4)) if damaged else 0):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.mid"
    path.write_bytes(damaged)
    try:
        messages, refusal = read_midi_file(path), f"{path}"
    except RtAudioGenError as error:
        messages, refusal = [], str(error)
    assert str(path) in refusal
    assert "\n" not in refusal
    assert [m.seconds for m in messages] == sorted(m.seconds for m in messages)
    assert all(m.seconds >= 0 and m.data1 < 128 and m.data2 < 128 for m in messages)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MThd\0\0\0\6"])
def test_a_file_other_than_midi_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.mid"
    path.write_bytes(content)
    with pytest.raises(RtAudioGenError, match="not a readable MIDI file"):
        read_midi_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match="There is no MIDI file"):
        read_midi_file(tmp_path / "missing.mid")
