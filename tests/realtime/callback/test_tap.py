"""Recorder and scopes read from the tap exactly what the device got."""

import gc
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.callback.clock import Clock
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.hits.hits import Hits

RATE = 48000


def noise(frames):
    return np.random.default_rng(frames).uniform(-0.88, 0.88, (frames, 2)).astype(np.float32)


def read_all(reader):
    pieces, out = [], np.zeros((1000, 2), np.float32)
    while count := reader.read(out):
        pieces.append(out[:count].copy())
    return np.concatenate(pieces)


def test_the_tap_holds_what_was_sent_with_hits_fades_and_silence(plug):
    memory = AudioMemory.create(RATE, 2000)
    device, reader = plug(memory), memory.tap()
    device.play(100)
    memory.ring.write(noise(2000))
    Hits(memory).start(np.full((300, 2), 0.9, np.float32))
    sent = np.concatenate([np.zeros((100, 2), np.float32), device.play_blocks(512, 6)])
    np.testing.assert_array_equal(read_all(reader), sent)
    assert reader.position == memory.counters().device_frames
    assert reader.lost_frames == 0


def test_a_slow_reader_is_told_how_many_frames_it_lost(plug):
    memory = AudioMemory.create(RATE, 20000, tap_seconds=0.08)  # 4096 frames
    audio = noise(20000)
    memory.ring.write(audio)
    device, reader = plug(memory), memory.tap()
    device.play_blocks(500, 20)
    rest = read_all(reader)
    assert reader.lost_frames == 10000 - len(rest) > 0
    np.testing.assert_array_equal(rest, audio[reader.lost_frames : 10000])


def test_two_readers_do_not_disturb_each_other(plug):
    memory = AudioMemory.create(RATE, 2000)
    memory.ring.write(noise(2000))
    device, first = plug(memory), memory.tap()
    device.play(500)
    second = memory.tap()
    device.play(500)
    assert len(read_all(first)) == 1000
    np.testing.assert_array_equal(read_all(second), noise(2000)[500:1000])


def test_a_scope_sees_the_latest_frames(plug):
    memory = AudioMemory.create(RATE, 2000)
    memory.ring.write(noise(2000))
    device, reader = plug(memory), memory.tap()
    out = np.ones((600, 2), np.float32)
    device.play(256)
    assert reader.latest(out) == 256 - 600
    assert not out[: 600 - 256].any()
    device.play(1000)
    assert reader.latest(out) == 656
    np.testing.assert_array_equal(out, noise(2000)[656:1256])


READER = """
import sys, numpy as np
from rtaudiogen.realtime.callback.memory import AudioMemory
memory = AudioMemory.attach(sys.argv[1])
assert not memory.slots.flags.writeable
out = np.zeros((512, 2), np.float32)
start = memory.tap().latest(out)
print(start, memory.counters().device_frames, float(out[:, 0].sum()), memory.sample_rate)
memory.close()
"""


def test_another_process_reads_counters_and_tap_harmlessly(plug):
    memory = AudioMemory.create(RATE, 2000, shared=True)
    try:
        audio = noise(2000)
        memory.ring.write(audio)
        device = plug(memory)
        device.play(1000)
        for _ in range(2):  # a reader's end must not take the memory with it
            result = subprocess.run(
                [sys.executable, "-c", READER, memory.name], capture_output=True, text=True
            )
            assert result.stderr == ""
            start, frames, total, rate = result.stdout.split()
            assert (int(start), int(frames), int(rate)) == (488, 1000, RATE)
            assert float(total) == float(audio[488:1000, 0].sum())
        np.testing.assert_array_equal(device.play(500), audio[1000:1500])
    finally:
        memory.close()


def test_closed_memory_can_be_read_but_not_attached(plug):
    memory = AudioMemory.create(RATE, 2000, shared=True)
    memory.ring.write(noise(2000))
    device, reader, clock, name = plug(memory), memory.tap(), Clock(memory), memory.name
    memory.close()
    memory.close()
    device.play(500)
    del memory, device
    gc.collect()
    np.testing.assert_array_equal(read_all(reader), noise(2000)[:500])
    assert clock.stream_frame_at(1.0) == 0
    with pytest.raises(RtAudioGenError, match="no running engine"):
        AudioMemory.attach(name)


def test_memory_that_is_gone_leaves_no_open_file():
    for _ in range(2):
        memory = AudioMemory.create(RATE, 2000, shared=True)
        name = memory.name
        other = AudioMemory.attach(name)
        memory.close()
        other.close()
        del memory, other
        gc.collect()
        assert name.lstrip("/") not in " ".join(open_files())


def open_files() -> list[str]:
    """Return the names of the files that this process has open (Linux; elsewhere none)."""
    names = []
    for path in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):  # the listing's own is closed by now
            names.append(os.readlink(path))
    return names
