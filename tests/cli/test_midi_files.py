"""`render --midi` and `play --midi-file`."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ..midi_bytes import chunk, events, midi, off, on, track
from .conftest import Run

CONTROLS = midi([track((0, b"\xb0\x01\x03"), (480, b"\xb0\x01\x09"))])


@pytest.mark.parametrize("content", [midi([track()]), CONTROLS], ids=["empty", "controls"])
@pytest.mark.parametrize("command", ["render sine out.wav --midi", "play sine --midi-file"])
def test_a_file_without_notes_is_an_error(
    run_here: Run, folder: Path, content: bytes, command: str
) -> None:
    (folder / "silent.mid").write_bytes(content)
    done = run_here(*command.split(), "silent.mid")
    assert done.returncode == 1
    assert "silent.mid: there are no notes in this MIDI file" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / "out.wav").exists()


def test_a_damaged_file_is_refused_with_its_place(run_here: Run, folder: Path) -> None:
    (folder / "bad.mid").write_bytes(midi([track((0, on(69)), (0, b"\xff\1" + bytes([0x81] * 5)))]))
    done = run_here("render", "sine", "out.wav", "--midi", "bad.mid")
    assert done.returncode == 1
    assert "bad.mid" in done.stderr
    assert "track 1, byte 29" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_cut_file_is_rendered_and_told(run_here: Run, folder: Path) -> None:
    cut = midi([chunk(b"MTrk", events((0, on(69)), (480, off(69)), (0, on(76))))])[:-1]
    (folder / "cut.mid").write_bytes(cut)
    done = run_here("render", "sine", "out.wav", "--midi", "cut.mid")
    assert done.returncode == 0
    assert "cut.mid: a track of 13 bytes is cut short (track 1, byte 34)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    frames, _ = soundfile.read(folder / "out.wav")
    assert len(frames) == round(3.5 * 48000)


@pytest.mark.parametrize("last", [b"\xb0\x07\x40", b"\xe0\x00\x40", b"\xc0\x01"])
def test_events_after_the_last_note_do_not_lengthen_the_file(
    run_here: Run, folder: Path, last: bytes
) -> None:
    (folder / "in.mid").write_bytes(midi([track((0, on(69)), (480, off(69)), (96000, last))]))
    assert run_here("render", "sine", "out.wav", "--midi", "in.mid").returncode == 0
    frames, rate = soundfile.read(folder / "out.wav")
    assert len(frames) == round(3.5 * rate)
    assert np.abs(frames[: rate // 2]).max() > 0.01


def test_a_long_release_is_rendered_to_its_end(run_here: Run, folder: Path) -> None:
    (folder / "in.mid").write_bytes(midi([track((0, on(69)), (480, off(69)))]))
    slow = ("--set", "release=5000")
    assert run_here("render", "sine", "out.wav", "--midi", "in.mid", *slow).returncode == 0
    frames, rate = soundfile.read(folder / "out.wav")
    assert len(frames) == round(5.7 * rate)
    assert np.abs(frames[-rate // 10 :]).max() == 0.0
    assert np.abs(frames[: 5 * rate]).max() > 0.0
