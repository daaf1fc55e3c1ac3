"""Benchmark of the host, and of every model through the contract, for `rtaudiogen bench`."""

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..benchmark import BenchRow, best_of, machine
from ..errors import RtAudioGenError
from ..events import chord, no_events
from ..generator import Descriptor, Plays
from ..processors import CPU
from ..registry import create, family, listing
from ..saving.documents import number, read_document, text, write_document
from ..storage import folders

if TYPE_CHECKING:
    from .control_delay import Change

HOST_RATE, BLOCK_SECONDS, STRETCH_SECONDS, MEASURE_SECONDS = 48000, 0.01, 0.25, 1.5
RING_MS = 10.0
NOTE_MODEL, NOTE_KEY = "wavenet-keys-strings", 60
HIT_MODEL, HIT_KEY = "wavegan-drums", 36
LOADED_MODEL = "vqvae-music"
NOTES = CHANGES = 20
NOT_BUILT = "not built yet"
NOT_MEASURED = (
    BenchRow("full-band instrument (48 kHz), voices on one core", None, "voices", 4, 8, NOT_BUILT),
    BenchRow("distilled WaveNet, voices on one core", None, "voices", 20, 30, NOT_BUILT),
    BenchRow("WaveGAN, 44.1 kHz, 1.5 s, one core", None, "× real time", 20, 60, NOT_BUILT),
    BenchRow("first sound of the window", None, "s", 2.5, 1.5, "see `make bench-window`"),
)
KIND, VERSION = "speeds", 1
WAV_HEADER_BYTES = 4096


def host_rows() -> Iterator[BenchRow]:
    """Yield start-up and latency, each of a fixed subject; then rows that are not measured here.

    Floors and goals of times are upper bounds.
    """
    command = [sys.executable, "-m", "rtaudiogen"]

    def list_models() -> None:
        subprocess.run([*command, "models"], check=True, capture_output=True)

    yield BenchRow("`rtaudiogen models`", best_of(list_models, 3.0), "s", 0.5, 0.2, "a new process")
    play_once(NOTE_MODEL)  # warms the caches
    seconds = min(play_once(NOTE_MODEL) for _ in range(3))
    what = f"{NOTE_MODEL}, warm caches: from the command to the first block in the recording"
    yield BenchRow("first sound after `play`", seconds, "s", 1.5, 0.8, what)
    yield from _delays()
    yield from _changes()
    yield from NOT_MEASURED


def _delays() -> Iterator[BenchRow]:
    """Yield rows of the time from a note to its sound; see `note_delay`."""
    from . import note_delay  # brings the compiler along

    ring, block = note_delay.RING_MS, 1000.0 * note_delay.BLOCK_FRAMES / note_delay.RATE
    where = f"null device, {note_delay.BLOCK_FRAMES} frames at {note_delay.RATE} Hz"
    delays = note_delay.note_delays(NOTE_MODEL, NOTE_KEY, NOTES)
    yield BenchRow(
        "note-on to first frame of a WaveNet note", float(np.median(delays)), "ms", ring + block, 8,
        f"median of {NOTES}, s.d. {delays.std():.2f}; {NOTE_MODEL}, {ring:.0f} ms of ring, {where}",
    )  # fmt: skip
    delays = note_delay.note_delays(HIT_MODEL, HIT_KEY, NOTES)
    yield BenchRow(
        "note-on to first frame of a pooled hit", float(np.median(delays)) / block, "blocks", 1, 1,
        f"median of {NOTES}, s.d. {delays.std() / block:.2f}; {HIT_MODEL}, {where}",
    )  # fmt: skip


def _changes() -> Iterator[BenchRow]:
    """Yield rows of the time from a knob or a preset to its sound; see `control_delay`."""
    from .control_delay import held_tone  # brings the compiler along

    with held_tone() as tone:
        idle = [tone.turned() for _ in range(CHANGES)]
        loading = tone.turned_while_loading(LOADED_MODEL, CHANGES)
        presets = [tone.exchanged() for _ in range(CHANGES)]
    yield BenchRow(
        "a knob while another slot loads a model", float(np.median(_heard(loading))), "ms", 20, 10,
        f"{LOADED_MODEL} loads; until heard: {_spread(_heard(loading))}, idle "
        f"{_spread(_heard(idle))}; until shown, 25 times a second: {_spread(_shown(loading))}, "
        f"idle {_spread(_shown(idle))}; {_lost(loading)}",
    )  # fmt: skip
    step_db = 20.0 * math.log10(max(change.step for change in presets))
    yield BenchRow(
        "exchanging a preset in play", float(np.median(_heard(presets))), "ms", 50, 20,
        f"until heard: {_spread(_heard(presets))}; a held sine moves by 12 dB, in steps of "
        f"{step_db:.0f} dB of its amplitude at most; {_lost(presets)}",
    )  # fmt: skip


def _heard(changes: "Sequence[Change]") -> list[float]:
    """Return milliseconds until each was heard, of those without a dropout, if there are any."""
    undisturbed = [change for change in changes if not change.lost_frames]
    return [change.heard_ms for change in undisturbed or changes]


def _shown(changes: "Sequence[Change]") -> list[float]:
    return [change.shown_ms for change in changes]


def _spread(milliseconds: Sequence[float]) -> str:
    median, most = np.median(milliseconds), max(milliseconds)
    return f"median of {len(milliseconds)} {median:.1f} ms, at most {most:.1f}"


def _lost(changes: "Sequence[Change]") -> str:
    lost = [change.lost_frames for change in changes]
    return f"{np.count_nonzero(lost)} of {len(lost)} in a dropout, {sum(lost)} frames lost"


def play_once(model: str) -> float:
    """Return seconds from the command to the first frames in its recording."""
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
            process.communicate()
            return seconds


def model_rows(device: str = CPU) -> Iterator[BenchRow]:
    """Yield the real-time factor of every model with all its voices sounding; save it for `models`.

    Models that the device cannot compute are left out.
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
    """Return seconds of sound per second of one core, or of the device, all voices sounding."""
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
    """Return real-time factors by model id, as last measured on this machine; empty before."""
    try:
        speeds = read_document(_file(device), KIND, VERSION)["speeds"]
        return {text(id): number(speed, 0.0) for id, speed in speeds.items()}
    except (
        RtAudioGenError,
        KeyError,
        ValueError,
        AttributeError,
    ):  # a cache: measure again
        return {}


def _file(device: str = CPU) -> Path:
    return folders.cache() / ("speeds.json" if device == CPU else f"speeds-{device}.json")
