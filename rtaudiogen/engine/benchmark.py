"""What `rtaudiogen bench` measures of the host itself, and of every model by the contract alone."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import folders
from ..benchmark import BenchRow, best_of, machine
from ..documents import number, read_document, text, write_document
from ..errors import RtAudioGenError
from ..events import chord, no_events
from ..generator import Descriptor, Plays
from ..processors import CPU
from ..registry import create, family, listing

HOST_RATE, BLOCK_SECONDS, STRETCH_SECONDS, MEASURE_SECONDS = 48000, 0.01, 0.25, 1.5
RING_MS = 10.0
KIND, VERSION = "speeds", 1
WAV_HEADER_BYTES = 4096


def host_rows() -> Iterator[BenchRow]:
    """Start-up of the command line, and of the music with the slowest model that is played."""
    command = [sys.executable, "-m", "rtaudiogen"]

    def list_models() -> None:
        subprocess.run([*command, "models"], check=True, capture_output=True)

    yield BenchRow("`rtaudiogen models`", best_of(list_models, 3.0), "s", 0.5, 0.2, "a new process")
    speeds = known_speeds()
    model = min(speeds, key=speeds.__getitem__)
    play_once(model)  # warms the caches
    seconds = min(play_once(model)[0] for _ in range(3))
    what = f"{model}, warm caches: from the command to the first block in the recording"
    yield BenchRow("first sound after `play`", seconds, "s", 3.0, 1.0, what)
    facts = play_once(model)[1]
    parts = {name: ms for name, ms in facts["latency_ms"].items() if name != "device"}
    named = " + ".join(f"{name} {ms:.1f}" for name, ms in parts.items())
    detail = f"at {RING_MS:.0f} ms of ring: {named}; {facts['underrun_episodes']} underruns"
    yield BenchRow("note-on to its first frame", sum(parts.values()), "ms", None, None, detail)


def play_once(model: str) -> tuple[float, dict[str, Any]]:
    """Seconds from the command to the first frames in its recording, and the last facts."""
    with tempfile.TemporaryDirectory() as folder:
        take = Path(folder, "take.wav")
        options = f"--output null --midi none --seconds 2 --json --latency-ms {RING_MS} --record"
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "rtaudiogen", "play", model, *options.split(), take.name],
            cwd=folder,
            stdout=subprocess.PIPE,
        ) as process:
            while not take.exists() or take.stat().st_size <= WAV_HEADER_BYTES:
                if process.poll() is not None:
                    raise RtAudioGenError(f"'rtaudiogen play {model}' ended before it sounded")
                time.sleep(0.005)
            seconds = time.perf_counter() - begun
            return seconds, json.loads(process.communicate()[0])


def model_rows(device: str = CPU) -> Iterator[BenchRow]:
    """The real-time factor of every model with all its voices sounding; kept for `models`.

    Of those that the device can have.
    """
    speeds = {}
    for model in listing().models.values():
        if device not in family(model.family).devices:
            continue
        speeds[model.id] = speed(model, device)
        voices = f"{model.voices} voices" if model.voices > 1 else "1 voice"
        rate = f"{model.sample_rate or HOST_RATE} Hz"
        yield BenchRow(model.id, speeds[model.id], "× real time", 1.0, None, f"{voices}, {rate}")
    write_document(_file(device), KIND, VERSION, {"machine": machine(), "speeds": speeds})


def speed(model: Descriptor, device: str = CPU) -> float:
    """Seconds of sound per second of one core, or of the device, all voices sounding."""
    generator = create(model, HOST_RATE)
    block = np.zeros((round(BLOCK_SECONDS * generator.sample_rate), model.channels), np.float32)
    generator.prepare(len(block), device)
    played = model.plays & {Plays.NOTES, Plays.HITS}
    values, notes = model.defaults(), chord(model.voices) if played else no_events()

    def stretch() -> None:
        generator.reset(0)
        generator.render(block, values, notes)
        for _ in range(round(STRETCH_SECONDS / BLOCK_SECONDS) - 1):
            generator.render(block, values, no_events())

    return STRETCH_SECONDS / best_of(stretch, MEASURE_SECONDS)


def known_speeds(device: str = CPU) -> Mapping[str, float]:
    """Real-time factors by model id, as this machine last measured them; empty before."""
    try:
        speeds = read_document(_file(device), KIND, VERSION)["speeds"]
        return {text(id): number(speed, 0.0) for id, speed in speeds.items()}
    except (RtAudioGenError, KeyError, ValueError, AttributeError):  # a cache: measured again
        return {}


def _file(device: str = CPU) -> Path:
    return folders.cache() / ("speeds.json" if device == CPU else f"speeds-{device}.json")
