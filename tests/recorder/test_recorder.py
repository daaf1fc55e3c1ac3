"""The recorder at the real tap writes what was heard, and lists faults beside it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.recorder import Recorder, RecordingStatus, Underruns, read_marks
from rtaudiogen.recorder.flac import FlacWriter
from rtaudiogen.recorder.samples import Quantizer
from rtaudiogen.storage import folders

from ..engine.sounding import SAMPLE_RATE, Output
from ..waiting import eventually
from .test_recorder_wav import cue_points

FORMATS = pytest.mark.parametrize("name", ["take.wav", "take.flac"])


def recorder_of(output: Output) -> Recorder:
    underruns = Underruns(output.memory.counters, SAMPLE_RATE)
    return Recorder(output.memory.tap, SAMPLE_RATE, 2, underruns)


def finished(recorder: Recorder) -> RecordingStatus:
    status = recorder.stop()
    assert status is not None
    assert not status.running
    return status


def rounded(heard: np.ndarray, name: str) -> np.ndarray:
    """Return what a container can keep of a sound."""
    if name.endswith(".wav"):
        return heard
    return (Quantizer(24, dither=True)(heard) / 2.0**23).astype(np.float32)


@FORMATS
def test_the_file_holds_what_was_heard_from_start_to_stop(tmp_path: Path, name: str) -> None:
    output = Output()
    output.play(5000)
    recorder = recorder_of(output)
    path = recorder.start(tmp_path / "new" / name)
    output.heard.clear()
    output.play(30_000, block_frames=441)
    status = finished(recorder)
    output.play(5000)
    back, sample_rate = soundfile.read(path, dtype="float32")
    assert sample_rate == SAMPLE_RATE
    assert status.frames == len(back) == 30_000
    assert status.seconds == 30_000 / SAMPLE_RATE
    assert (back == rounded(output.all_heard()[:30_000], name)).all()
    assert status.problem == ""
    assert read_marks(path) == []


def test_24_bit_wav_is_a_choice(tmp_path: Path) -> None:
    recorder = recorder_of(Output())
    path = recorder.start(tmp_path / "take.wav", bits=24)
    finished(recorder)
    assert soundfile.info(path).subtype == "PCM_24"


@FORMATS
def test_an_underrun_is_marked_where_it_happened(tmp_path: Path, name: str) -> None:
    output = Output()
    output.play(4800)
    recorder = recorder_of(output)
    path = recorder.start(tmp_path / name)
    output.play(9600)
    output.play(2400, rendered=False)
    eventually(lambda: recorder.status().frames == 12000)  # the writer looks meanwhile
    lost = output.memory.counters().lost_frames
    output.memory.ring.write(np.zeros((8192, 2), np.float32))
    output.play(9600)
    (mark,) = eventually(lambda: read_marks(path))  # while it still records
    assert (mark.kind, mark.frames) == ("underrun", lost)
    assert abs(mark.frame - 9600) <= 1024  # the ring's frames were played first
    assert mark.device_frame == mark.frame + 4800
    assert finished(recorder).marks == 1
    if name.endswith(".wav"):
        assert cue_points(path) == [(mark.frame, mark.label)]


def test_a_lasting_underrun_is_reported_every_second() -> None:
    output = Output()
    output.play(4800)
    underruns = Underruns(output.memory.counters, SAMPLE_RATE)
    told = []
    for _ in range(60):
        output.play(2400, rendered=False)
        told += underruns()
    assert len(told) == 2
    assert told[0].device_frame + told[0].frames == told[1].device_frame
    assert told[1].frames >= SAMPLE_RATE


@FORMATS
def test_frames_lost_to_a_slow_disk_are_silent_and_marked(tmp_path: Path, name: str) -> None:
    output = Output(tap_seconds=0.2)
    recorder = recorder_of(output)
    path = recorder.start(tmp_path / name)
    output.play(60_000)  # at once: more than the tap holds
    eventually(lambda: recorder.status().lost_frames)
    output.play(1000)
    status = finished(recorder)
    heard = rounded(output.all_heard(), name)
    back, _ = soundfile.read(path, dtype="float32")
    assert len(back) == len(heard)
    differs = np.flatnonzero((back != heard).any(axis=1))
    assert (back[differs] == 0).all()
    assert 0 < len(differs) <= status.lost_frames
    assert sum(mark.frames for mark in read_marks(path)) == status.lost_frames
    assert {mark.kind for mark in read_marks(path)} == {"overflow"}


_RECORD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from sounding import SAMPLE_RATE, Output
from rtaudiogen.recorder import Recorder
output = Output()
output.play(4096)
Recorder(output.memory.tap, SAMPLE_RATE, 2).start(Path(sys.argv[1]))
output.heard.clear()
start = time.perf_counter()
while True:
    output.play(480, 480)
    np.save(sys.argv[1] + ".part.npy", output.heard[-1])
    frames = len(output.heard) * 480
    print(frames, flush=True)
    time.sleep(max(0, start + frames / SAMPLE_RATE - time.perf_counter()))
"""


@FORMATS
def test_kill_9_leaves_a_playable_file_at_most_a_second_short(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    command = [
        sys.executable,
        "-c",
        _RECORD_UNTIL_KILLED,
        str(path),
        str(Path(__file__).parents[1] / "engine"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        heard_frames = 0
        while heard_frames < 2 * SAMPLE_RATE:
            heard_frames = int(child.stdout.readline())
        child.kill()
        heard_frames = max([heard_frames, *map(int, child.stdout.read().split())])
    again = Output()  # plays the same noise
    again.play(4096)
    again.heard.clear()
    again.play(heard_frames, 480)
    back, _ = soundfile.read(path, dtype="float32")
    assert heard_frames - SAMPLE_RATE <= len(back) <= heard_frames + 480
    common = min(len(back), heard_frames)
    assert (back[:common] == rounded(again.all_heard()[:common], name)).all()


_SMALL_DISK_KILOBYTES = 2000


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a small tmpfs as a disk that is soon full, where that is allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("a small disk cannot be mounted: that takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@FORMATS
def test_a_full_disk_stops_the_recording_and_not_the_music(tmp_path: Path, name: str) -> None:
    output = Output(tap_seconds=20.0)  # however late the writer is
    recorder = recorder_of(output)
    with small_disk(tmp_path / "small", kilobytes=_SMALL_DISK_KILOBYTES) as folder:
        path = recorder.start(folder / name)
        eventually(lambda: not recorder.status().running, lambda: output.play(2400))
        assert recorder.status().problem == f"The recording {path} stopped: the disk is full."
        before = output.memory.counters()
        output.play(2400)
        after = output.memory.counters()
        assert after.device_frames == before.device_frames + 2400
        assert after.lost_frames == before.lost_frames
        back, _ = soundfile.read(path, dtype="float32")
        assert finished(recorder).frames == len(back)
        a_second_bytes = SAMPLE_RATE * 8
        assert path.stat().st_size > _SMALL_DISK_KILOBYTES * 1024 - a_second_bytes
        assert (back == rounded(output.all_heard()[: len(back)], name)).all()
        with pytest.raises(RtAudioGenError, match="the disk is full"):
            recorder.start(folder / f"another {name}")
        assert list(folder.iterdir()) == [path]
    recorder.start(tmp_path / name)
    output.play(2400)
    assert finished(recorder).frames == 2400


def write_until_full(writer: FlacWriter, block: np.ndarray) -> None:
    for _ in range(1000):
        writer.write(block)


def test_flac_ends_where_the_disk_was_full_even_if_room_returns(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-0.9, 0.9, (4800, 2)).astype(np.float32)
    with small_disk(tmp_path / "small", _SMALL_DISK_KILOBYTES) as folder:
        (folder / "filler").write_bytes(bytes(1 << 20))
        writer = FlacWriter(folder / "take.flac", SAMPLE_RATE, 2, dither=True)
        with pytest.raises(OSError, match="error"):
            write_until_full(writer, noise)
        (folder / "filler").unlink()
        writer.close()
        back, _ = soundfile.read(folder / "take.flac", dtype="float32")
    assert len(back) == writer.frames > SAMPLE_RATE
    repeated = np.tile(noise, (1 + len(back) // len(noise), 1))[: len(back)]
    assert (back == rounded(repeated, "take.flac")).all()


def test_a_name_is_found_and_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    recorder = recorder_of(Output())
    paths = []
    for _ in range(3):
        paths.append(recorder.start())
        finished(recorder)
    assert len(set(paths)) == 3
    assert {path.parent for path in paths} == {folders.recordings()}
    with pytest.raises(RtAudioGenError, match="exists already"):
        recorder.start(paths[0])
    assert soundfile.info(paths[0]).frames == 0


@pytest.mark.parametrize("name", ["take.mp3", "take", "take.wav/x.wav"])
def test_an_unusable_target_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "take.wav").write_bytes(b"precious")
    recorder = recorder_of(Output())
    with pytest.raises(RtAudioGenError) as refusal:
        recorder.start(tmp_path / name)
    assert "\n" not in str(refusal.value)
    assert isinstance(refusal.value, UsageError) == (name != "take.wav/x.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["take.wav"]
    assert recorder.status() is None


def test_one_recording_at_a_time(tmp_path: Path) -> None:
    recorder = recorder_of(Output())
    recorder.start(tmp_path / "one.wav")
    with pytest.raises(RtAudioGenError, match="Already recording"):
        recorder.start(tmp_path / "two.wav")
    assert not (tmp_path / "two.wav").exists()
    finished(recorder)


def test_every_line_of_the_sidecar_stands_for_itself(tmp_path: Path) -> None:
    output = Output(tap_seconds=0.1)
    recorder = recorder_of(output)
    path = recorder.start(tmp_path / "take.wav")
    output.play(20_000)
    finished(recorder)
    lines = path.with_name("take.marks.jsonl").read_text().splitlines()
    assert [set(json.loads(line)) for line in lines] == [
        {"kind", "frame", "seconds", "frames", "device_frame"}
    ]
