"""Playing and rendering from the command line, on the clock."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.saving.sessions import load_session

from ...waiting import eventually
from ..conftest import Run

pytestmark = pytest.mark.slow


def test_render_gives_the_same_bits_at_any_block_size(run_here: Run, folder: Path) -> None:
    for block in (64, 1000):
        done = run_here("render", "sine", f"{block}.wav", "--seconds", 2, "--block", block)
        assert done.returncode == 0, done.stderr
    small, large = (soundfile.read(folder / f"{block}.wav")[0] for block in (64, 1000))
    assert small.shape == (96000, 2)
    assert np.abs(small).max() > 0.01
    np.testing.assert_array_equal(small, large)


def test_render_plays_the_whole_phrase_by_default(run_here: Run, folder: Path) -> None:
    done = run_here("render", "sine", "phrase.wav", "--rate", 8000, "--json")
    facts = json.loads(done.stdout)
    audio, rate = soundfile.read(folder / "phrase.wav")
    assert (len(audio), rate) == (facts["frames"], 8000)
    assert 25 * rate < len(audio) < 40 * rate


def test_play_reports_what_was_played_and_leaves_the_recording(run: Run, folder: Path) -> None:
    done = run("play", "sine", "--output", "null", "--midi", "none", "--seconds", 3,
               "--record", "take.wav")  # fmt: skip
    assert done.returncode == 0, done.stderr
    for word in ("Latency:", "Load:", "Dropouts:", "Recording:"):
        assert word in done.stdout
    audio, rate = soundfile.read(folder / "take.wav")
    assert f"Recording: {folder / 'take.wav'} ({len(audio) / rate:.2f} s)." in done.stdout
    assert len(audio) > 2 * rate
    assert np.abs(audio).max() > 0.01, "the built-in phrase is heard where there is no MIDI port"


def test_play_as_json_prints_the_last_facts_alone(run: Run) -> None:
    done = run("play", "sine", "--output", "null", "--midi", "none", "--seconds", 1, "--json")
    facts = json.loads(done.stdout)
    assert facts["null_device"] is True
    assert facts["total_latency_ms"] == pytest.approx(sum(facts["latency_ms"].values()))
    assert done.stderr == ""


def test_a_session_is_saved_and_opened_again(run: Run, folder: Path) -> None:
    clock = ("--output", "null", "--midi", "none", "--seconds", 1)
    first = run("play", "sine", *clock, "--session", "gig.json", "--set", "vibrato=55")
    assert first.returncode == 0, first.stderr
    saved = load_session(folder / "gig.json")
    assert [slot.model for slot in saved.slots] == ["sine"]
    assert saved.slots[0].values["vibrato"] == 55.0
    again = run("play", "--session", "gig.json", *clock[4:], "--json")
    assert again.returncode == 0, again.stderr
    facts = json.loads(again.stdout)
    assert facts["device"] == "null"
    assert facts["slots"][0]["values"]["vibrato"] == 55.0


def test_a_sessions_missing_device_falls_back_to_the_clock_aloud(run: Run, folder: Path) -> None:
    session = {"rtaudiogen": "session", "version": 1, "output": "no-such-device"}
    session |= {"midi": "none", "slots": [{"model": "sine"}]}
    (folder / "gig.json").write_text(json.dumps(session))
    done = run("play", "--session", "gig.json", "--seconds", 5, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert any("no-such-device" in message for message in facts["messages"])
    assert facts["frames_played"] < 8 * facts["sample_rate"], "one clock, however often it looks"


def test_a_session_plays_without_missing_models_and_says_so(run: Run, folder: Path) -> None:
    session = {"rtaudiogen": "session", "version": 1, "output": "null", "midi": "none"}
    session |= {"slots": [{"model": "harpsichord"}, {"model": "sine"}]}
    (folder / "gig.json").write_text(json.dumps(session))
    done = run("play", "--session", "gig.json", "--seconds", 1, "--set", "vibrato=9")
    assert done.returncode == 0, done.stderr
    assert "no model 'harpsichord'" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_music_in_order(folder: Path, number: signal.Signals) -> None:
    command = "-m rtaudiogen play sine --output null --midi none --record take.wav"
    take = folder / "take.wav"
    with subprocess.Popen(
        [sys.executable, *command.split()],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        eventually(lambda: take.exists() and take.stat().st_size >= 60_000, told=process.poll)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "Recording:" in out
    assert soundfile.info(take).duration > 0.1
