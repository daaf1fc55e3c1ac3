"""MIDI ports are selected by name or index, and a system without MIDI is reported."""

import subprocess
import sys
from typing import Any

import pytest

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.midi import MidiInput, MidiPorts, list_ports
from rtaudiogen.midi.ports import DRIVERS, find_driver, select

NAMES = ("Midi Through:Midi Through Port-0 14:0", "nanoPAD2:nanoPAD2 MIDI 1 24:0", "KeyStep:1 28:0")


def chosen(*wanted: str, names: tuple[str, ...] = NAMES) -> list[str]:
    selection = select(wanted, names)
    return [name for name in names if selection.wants(name)]


def test_all_means_every_controller() -> None:
    assert chosen("all") == [*NAMES[1:]]


def test_none_means_none() -> None:
    assert chosen("none") == chosen() == []


def test_a_part_of_a_name_or_an_index_chooses() -> None:
    assert chosen("keystep") == [NAMES[2]]
    assert chosen("1", "STEP") == [*NAMES[1:]]
    assert chosen("0") == [NAMES[0]]


def test_a_port_chosen_by_index_is_found_at_another_address() -> None:
    selection = select(["1"], NAMES)
    assert selection.wants("nanoPAD2:nanoPAD2 MIDI 1 32:0")
    assert not selection.wants("KeyStep:1 24:0")


@pytest.mark.parametrize("wanted", ["3", "drums", ""])
def test_a_missing_port_is_refused_in_one_line_listing_the_rest(wanted: str) -> None:
    with pytest.raises(RtAudioGenError, match=r"2 'KeyStep:1 28:0'") as refusal:
        select([wanted], NAMES)
    assert "\n" not in str(refusal.value)


def test_a_missing_port_may_be_waited_for() -> None:
    assert select(["drums"], NAMES, required=False).wants("Drums 1")


def test_midi_that_is_not_wanted_asks_nobody() -> None:
    midi = MidiInput(print, lambda seconds: 0, 0, wanted=["none"], driver="oss")
    assert midi.start() == "MIDI is switched off."
    assert midi.status().ports == ()
    midi.close()


def test_an_unknown_driver_is_bad_usage() -> None:
    with pytest.raises(UsageError, match="alsa, jack, coremidi, winmm"):
        find_driver("oss")


def test_absent_midi_is_reported_in_one_line_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there-is-none")
    events: list[object] = []
    midi = MidiInput(events.append, lambda seconds: 0, 0, driver="jack")
    assert midi.start() == str(MidiPorts(None, ())) == str(list_ports("jack"))
    midi.close()
    assert "\n" not in str(list_ports("jack"))
    assert capfd.readouterr() == ("", "")
    assert set(DRIVERS) >= {"alsa", "jack"}


_OUTLIVE_THE_SERVER = """
import ctypes, os, sys, time
import rtmidi
from rtaudiogen.midi import MidiInput, NoticeKind

def wait_for(count):
    end = time.monotonic() + 60
    while len(received) < count and time.monotonic() < end:
        time.sleep(0.01)
    assert len(received) == count, received
    return received[-1]

def send(*message):
    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="other")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(out))  # its server dies: leave it alone
    out.open_virtual_port("keys")
    while not any(notice.kind is NoticeKind.CONNECTED for notice in midi.notices()):
        time.sleep(0.01)
    out.send_message(message)
    return out

received = []
midi = MidiInput(
    lambda events: received.extend(events[["status", "data1", "data2"]].tolist()),
    lambda seconds: 0,
    0,
    driver="jack",
)
midi.start()
send(0x90, 60, 1)
wait_for(1)
print("playing", flush=True)
assert wait_for(2) == (0x80, 60, 64)
print("released", flush=True)
sys.stdin.readline()
alive = send(0x90, 61, 1)
assert wait_for(3) == (0x90, 61, 1)
alive.close_port()
alive.delete()
midi.close()
print("played on", flush=True)
"""


@pytest.mark.jack
def test_the_music_goes_on_after_the_jack_server_was_killed(private_jack_server: Any) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _OUTLIVE_THE_SERVER]
    environment = private_jack_server.environment
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, text=True
    ) as player:
        assert player.stdout is not None
        assert player.stdin is not None
        assert player.stdout.readline() == "playing\n"
        private_jack_server.kill()
        assert player.stdout.readline() == "released\n"
        private_jack_server.start()
        rest, complaints = player.communicate("\n", timeout=300)
    assert rest == "played on\n", complaints
    assert player.returncode == 0
