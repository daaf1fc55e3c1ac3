"""Audio devices are found and opened, and their loss is noticed."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen import devices
from rtaudiogen.devices import Device, Watch, find_output, list_devices, open_output
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.callback.memory import AudioMemory

from .waiting import eventually

RATE = 48000
BUILT_IN = Device(0, "HDA Intel PCH: ALC257 Analog", "ALSA", 2, 44100)
HDMI = Device(1, "HDA Intel PCH: HDMI 0", "ALSA", 8, 48000)
SYSTEM = Device(4, "system", "JACK Audio Connection Kit", 2, 48000, is_default=True)


@pytest.fixture
def three_devices(monkeypatch):
    monkeypatch.setattr(devices, "list_devices", lambda: [BUILT_IN, HDMI, SYSTEM])


@pytest.mark.usefixtures("three_devices")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, SYSTEM),
        (1, HDMI),
        ("1", HDMI),
        ("system", SYSTEM),
        ("hdmi", HDMI),
        ("jack", SYSTEM),
        ("HDA Intel PCH: ALC257 Analog", BUILT_IN),
        ("null", devices.NULL_DEVICE),
    ],
)
def test_an_output_is_found_by_number_or_by_a_part_of_its_name(wanted, found):
    assert find_output(wanted) == found


@pytest.mark.usefixtures("three_devices")
@pytest.mark.parametrize("wanted", ["intel", "bluetooth", 9, "-1", ""])
def test_an_ambiguous_choice_lists_the_candidates_in_one_line(wanted):
    with pytest.raises(RtAudioGenError, match=r"HDMI 0 \(ALSA\).*null") as problem:
        find_output(wanted)
    assert "\n" not in str(problem.value)


def test_without_any_device_the_default_is_the_null_device(monkeypatch):
    monkeypatch.setattr(devices, "list_devices", list)
    assert find_output(None) == devices.NULL_DEVICE
    with pytest.raises(RtAudioGenError, match="matches 'speakers': there is none"):
        find_output("speakers")


def test_the_null_device_opens_and_is_watched_like_any_output():
    memory = AudioMemory.create(RATE, 512)
    output = open_output(devices.NULL_DEVICE, memory, 256)
    output.start()
    watch = Watch(output, memory)
    assert watch.is_alive()
    assert output.close()
    assert not watch.is_alive()


class Frozen:
    """A driver that says it is active and never calls back."""

    name, sample_rate, block_frames, latency_seconds, active = "frozen", RATE, 256, 0.0, True


def test_a_device_that_stops_calling_is_noticed_within_a_second(monkeypatch):
    memory = AudioMemory.create(RATE, 512)
    now = [100.0]
    monkeypatch.setattr(devices.time, "perf_counter", lambda: now[0])
    watch = Watch(Frozen(), memory)
    now[0] += 2.5
    assert watch.is_alive()  # PulseAudio takes its time after the first buffer
    memory.slots[devices_calls_slot()] += 1
    now[0] += 2.0
    assert watch.is_alive()
    now[0] += 1.0
    assert not watch.is_alive()


def devices_calls_slot():
    from rtaudiogen.realtime.callback import layout

    return layout.CALLS


@pytest.mark.jack
class TestOnJack:
    """Devices on a real server."""

    def test_the_server_is_listed_and_opens(self, jack_server):
        device = find_output("jack")
        assert device in list_devices()
        assert (device.sample_rate, device.channels) == (RATE, 2)
        memory = AudioMemory.create(RATE, 1024)
        output = open_output(device, memory, 256)
        assert output.sample_rate == RATE
        output.start()
        watch = Watch(output, memory)
        try:
            eventually(lambda: memory.counters().calls >= 20)
            assert watch.is_alive()
            assert 0 < output.latency_seconds < 1
        finally:
            assert output.close()
        assert output.close(), "closing twice is fine"
        assert not output.active

    def test_a_rate_other_than_the_servers_is_refused_in_one_line(self, jack_server):
        memory = AudioMemory.create(44100, 1024)
        with pytest.raises(RtAudioGenError, match="44100 Hz") as problem:
            open_output(find_output("jack"), memory, 256)
        assert "\n" not in str(problem.value)

    def test_a_mono_stream_plays_on_it(self, jack_server):
        memory = AudioMemory.create(RATE, 4096, channels=1)
        memory.ring.write(np.full((4096, 1), 0.5, np.float32))
        output = open_output(find_output("jack"), memory, 256)
        output.start()
        try:
            eventually(lambda: memory.ring.read_frames >= 2048)
        finally:
            assert output.close()

    def test_a_killed_server_is_noticed_in_1_s_and_closing_returns(self, private_jack_server):
        """Run in a process of its own: afterwards PortAudio never returns, not even at exit."""
        script = Path(__file__).with_name("lose_device.py")
        with subprocess.Popen(
            [sys.executable, str(script)],
            env=private_jack_server.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout.readline() == "playing\n"
            private_jack_server.kill()
            killed = time.perf_counter()
            assert child.stdout.readline() == "lost\n"
            noticed_seconds = time.perf_counter() - killed
            assert child.stdout.readline().startswith("closed ")
            assert child.wait(10) == 7
            assert noticed_seconds < 1.0
