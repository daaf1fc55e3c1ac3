"""A minute of WaveNet voices on a real audio server, compared with a minute of one sine."""

import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import soundfile

from rtaudiogen import registry
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.block_times import block_times
from rtaudiogen.generator import Descriptor
from rtaudiogen.processors import CPU
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jack_server import JackServer

pytestmark = [pytest.mark.jack, pytest.mark.soak, pytest.mark.timeout(400)]

SECONDS, RATE = 60, 48000
CHORD_SECONDS = 3.0
QUANTUM, MEASURE_SECONDS = 128, 1.0  # host frames; for each number of voices
SHARE = 0.35  # of a block's time: the rest is the host's, and what the machine does beside
TOO_SLOW = 0.5  # load p50 live: then the machine has lost the speed that was just measured
MOST_MINUTES = 3  # a minute in which the machine stops both engines tells nothing
CHORDS = [(40, 59, 64, 68), (45, 57, 61, 64), (47, 54, 59, 63), (40, 56, 59, 64)]


def test_voices_lose_nothing_that_a_bare_sine_would_not(
    private_jack_server: "JackServer",
    tmp_path: "Path",
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    # a server of its own: no other test's clients, living or dead, can hold it up
    monkeypatch.setenv("JACK_DEFAULT_SERVER", private_jack_server.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    organ = registry.find("wavenet-keys-strings")
    count = voices_in_time(organ)
    labels = organ.parameters[organ.parameter_index("timbre")].labels
    values = {"timbre": float(labels.index("churchorgan"))}  # sustained: four voices all the time
    settings = EngineSettings(output="JACK", sample_rate=RATE, latency_ms=20.0, midi="none")
    for minute in range(MOST_MINUTES):
        recorded = tmp_path / f"wavenet-{minute}.wav"
        # side by side, so that both meet the same pauses of the machine
        with closing(EngineProcess(settings)) as plain, closing(EngineProcess(settings)) as neural:
            begin(plain, "sine", {}, tmp_path / f"sine-{minute}.wav", count)
            begin(neural, organ.id, values, recorded, count)
            sine, wavenet, voices = watch(plain, neural)
            neural.stop_recording()
        report(capsys, sine=sine, wavenet=wavenet)
        if not sine.restarts:
            break
    assert voices >= count
    assert sine.restarts == 0, f"no minute of {MOST_MINUTES} without a pause of the whole machine"
    assert wavenet.restarts == 0
    if wavenet.load_p50 > TOO_SLOW:
        pytest.skip(f"this machine has become too slow: load p50 {wavenet.load_p50:.0%}")
    assert wavenet.underrun_episodes <= sine.underrun_episodes
    assert soundfile.info(recorded).duration > SECONDS - 2


def voices_in_time(model: Descriptor) -> int:
    """Return how many voices, 4 at most, this machine renders in a third of the time there is."""
    for count in (4, 2, 1):
        times = block_times(replace(model, voices=count), CPU, QUANTUM, MEASURE_SECONDS)
        if times.p50_ms < SHARE * times.block_ms:
            return count
    pytest.skip(f"one voice takes {times.p50_ms:.1f} of {times.block_ms:.1f} ms here")


def begin(
    engine: EngineProcess, model: str, values: dict[str, float], path: "Path", count: int
) -> None:
    """Play and record chords with 20 ms of ring at 48 kHz."""
    engine.add_slot(model, values)
    engine.start()
    engine.record(str(path))
    engine.play_midi(chords(count))


def watch(plain: EngineProcess, neural: EngineProcess) -> tuple[Snapshot, Snapshot, int]:
    """Return both engines' facts after a minute, and the most voices that the second sounded.

    The minute is the server's time, which a busy machine stretches; it takes at most two of its
    own.
    """
    voices, played, end = 0, 0.0, time.monotonic() + 2 * SECONDS
    while played < SECONDS and time.monotonic() < end:
        time.sleep(0.5)
        sine, wavenet = (Snapshot.from_json(engine.snapshot()) for engine in (plain, neural))
        played = min(sine.seconds_played, wavenet.seconds_played)
        voices = max(voices, *(slot.voices for slot in wavenet.slots))
    return sine, wavenet, voices


def report(capsys: pytest.CaptureFixture[str], **players: Snapshot) -> None:
    """Print the facts into the test run's output, whether it passes or not."""
    with capsys.disabled():
        for name, facts in players.items():
            print(
                f"\n{name:8} {facts.underrun_episodes} underruns, {facts.lost_frames} frames lost, "
                f"load p50 {facts.load_p50:.0%} p99 {facts.load_p99:.0%}, longest gap between "
                f"callbacks {facts.longest_gap_ms:.1f} ms, longest oversleep of the machine "
                f"{facts.machine_gap_ms:.1f} ms, {facts.restarts} restarts"
            )
            print("\n".join(message for message in facts.messages if "restarted" in message))


def chords(count: int) -> list[tuple[float, int, int, int]]:
    """Return `count` notes at a time, without a break, until after the end."""
    messages = []
    for number in range(int(SECONDS / CHORD_SECONDS) + 1):
        start = number * CHORD_SECONDS
        for key in CHORDS[number % len(CHORDS)][:count]:
            messages.append((start, 0x90, key, 90))
            messages.append((start + CHORD_SECONDS - 0.05, 0x80, key, 0))
    return sorted(messages)
