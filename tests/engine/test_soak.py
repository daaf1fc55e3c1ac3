"""A minute of four WaveNet voices on a real audio server, against a minute of nearly nothing."""

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import soundfile

from rtaudiogen import registry
from rtaudiogen.engine.remote import EngineProcess
from rtaudiogen.engine.settings import EngineSettings
from rtaudiogen.engine.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import JackServer

pytestmark = [pytest.mark.jack, pytest.mark.soak, pytest.mark.timeout(400)]

SECONDS, RATE = 60, 48000
CHORD_SECONDS = 3.0
CHORDS = [(40, 59, 64, 68), (45, 57, 61, 64), (47, 54, 59, 63), (40, 56, 59, 64)]


def test_four_voices_lose_nothing_that_a_bare_sine_would_not(
    jack_server: "JackServer", tmp_path: "Path", capsys: pytest.CaptureFixture[str]
):
    sine = played("sine", {}, tmp_path / "sine.wav")
    organ = registry.find("wavenet-keys-strings")
    labels = organ.parameters[organ.parameter_index("timbre")].labels
    values = {"timbre": float(labels.index("churchorgan"))}  # sustained: four voices all the time
    wavenet = played(organ.id, values, tmp_path / "wavenet.wav")
    with capsys.disabled():
        print()
        for name, facts in (("sine", sine), ("wavenet", wavenet)):
            print(
                f"{name:8} {facts.underrun_episodes} underruns, {facts.lost_frames} frames lost, "
                f"load p50 {facts.load_p50:.0%} p99 {facts.load_p99:.0%}, longest gap between "
                f"callbacks {facts.longest_gap_ms:.1f} ms, "
                f"longest oversleep of the machine {facts.machine_gap_ms:.1f} ms"
            )
    assert wavenet.underrun_episodes <= sine.underrun_episodes
    assert soundfile.info(tmp_path / "wavenet.wav").duration > SECONDS - 1


def played(model: str, values: dict[str, float], path: "Path") -> Snapshot:
    """The facts after a minute of chords, recorded, with 20 ms of ring at 48 kHz."""
    settings = EngineSettings(output="JACK", sample_rate=RATE, latency_ms=20.0, midi="none")
    with closing(EngineProcess(settings)) as engine:
        engine.add_slot(model, values)
        engine.start()
        engine.record(str(path))
        engine.play_midi(chords())
        most_voices = 0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(0.5)
            facts = Snapshot.from_json(engine.snapshot())
            most_voices = max(most_voices, *(slot.voices for slot in facts.slots))
        engine.stop_recording()
    assert most_voices >= 4
    assert facts.restarts == 0
    return facts


def chords() -> list[tuple[float, int, int, int]]:
    """Four notes at a time, without a break, until after the end."""
    messages = []
    for number in range(int(SECONDS / CHORD_SECONDS) + 1):
        start = number * CHORD_SECONDS
        for key in CHORDS[number % len(CHORDS)]:
            messages.append((start, 0x90, key, 90))
            messages.append((start + CHORD_SECONDS - 0.05, 0x80, key, 0))
    return sorted(messages)
