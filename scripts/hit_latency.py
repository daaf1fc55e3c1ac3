"""Latency from a note-on at the MIDI port to its hit in the audio device's buffer, through JACK.

    python scripts/hit_latency.py MODEL [--beside MODEL …] [--notes 500] [--blocks 128 256]
                                  [--rings 10 80] [--json]

A private JACK server with the dummy driver runs synchronously: it waits for a late program, so
pauses of an audio callback do not falsify a figure, but pauses of the engine's MIDI thread count.
Real-time priority is used where it is permitted, as on stage. A client of that server sends
note-ons at random frames of the period, and records the engine's output. Every hit is ended by an
all-sound-off, so the next one starts in exact silence: the first frame that is not zero belongs to
the hit. Models that play meanwhile are panned to the right, the hits to the left, where they are
detected; models that play notes get chords.

JACK delivers all messages of a period at once, at its start; messages that a real keyboard sends
during one period are delivered in the next. That is the port's own delay, 0 to 1 period, and not
part of these figures: they count from the period's first frame to the hit's.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen import registry
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.generator import Plays
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import Snapshot

RATE = 48000
GAP_SECONDS, SOUND_SECONDS, FADE_SECONDS = 0.08, 0.03, 0.01
FIRST_SECONDS = 0.5
LOWEST_KEY, KEYS = 36, 16
HIT, ALL_SOUND_OFF = 0x99, (0xB9, 120, 0)  # on channel 10
HIT_CHANNEL, CHORD_CHANNEL, NO_CHANNEL = 10, 1, 16
CHORD, CHORD_SECONDS = (48, 55, 64), 2.0
START_SECONDS = 60.0


@dataclass(frozen=True)
class Latency:
    """One line of the table; times are from the note's period to the hit's first frame."""

    block_frames: int
    ring_ms: float
    notes: int
    lost: int
    late: int  # started after their frame was handed over
    replays: int
    median_frames: float
    p99_frames: float
    maximum_frames: int
    underruns: int  # of the audio in the ring
    beside: list[float]  # greatest level of every model that plays meanwhile


def measure(
    model: str, block_frames: int, ring_ms: float, notes: int, beside: Sequence[str] = ()
) -> Latency:
    """Play `notes` notes on a private server."""
    with tempfile.TemporaryDirectory() as folder, _server(block_frames):
        path = Path(folder, "probe.npz")
        command = [sys.executable, __file__, "--probe", str(path), "--notes", str(notes)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as probe:
            assert probe.stdin is not None
            assert probe.stdout is not None
            assert probe.stdout.readline() == "ready\n"
            settings = EngineSettings(
                output="system", block_frames=block_frames, latency_ms=ring_ms, midi="hit-probe",
                fall_back=False,
            )  # fmt: skip
            with closing(EngineProcess(settings)) as engine:
                _add(engine, model, HIT_CHANNEL, -1.0)
                for other in beside:
                    streams = Plays.STREAM in registry.find(other).plays
                    _add(engine, other, NO_CHANNEL if streams else CHORD_CHANNEL, 1.0)
                engine.start()
                _wait_until_playing(engine)
                probe.stdin.write("go\n")
                probe.stdin.flush()
                levels = np.zeros(len(beside))
                end = time.monotonic() + FIRST_SECONDS + 10 * notes * GAP_SECONDS + 30
                while probe.poll() is None and time.monotonic() < end:
                    time.sleep(0.05)
                    facts = Snapshot.from_json(engine.snapshot())
                    np.maximum(levels, [slot.level for slot in facts.slots[1:]], out=levels)
                assert probe.returncode == 0
        with np.load(path) as file:
            delays = latencies(file["handed"], file["start"], file["samples"])
    heard = delays[delays >= 0]
    median, p99 = np.percentile(heard, [50, 99]).tolist()
    lost, hits = len(delays) - len(heard), facts.slots[0].hits
    return Latency(
        block_frames, ring_ms, notes, lost, facts.late_hits, hits.replays if hits else 0,
        median, p99, int(heard.max()), facts.underrun_episodes, levels.round(4).tolist(),
    )  # fmt: skip


def _add(engine: EngineProcess, model: str, channel: int, pan: float) -> None:
    slot = engine.add_slot(model)
    engine.set_mix(slot, "channel", channel)
    engine.set_mix(slot, "pan", pan)


def latencies(
    handed: NDArray[np.int64], start: int, samples: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return (notes,) frames from a note's delivery to its first sound; -1 without a sound."""
    delays = np.full(len(handed), -1, np.int64)
    ends = [*(handed[1:] - start), len(samples)]
    for index, (begin, end) in enumerate(zip(handed - start, ends, strict=True)):
        sounding = np.flatnonzero(samples[begin:end])
        if len(sounding):
            delays[index] = sounding[0]
    if (delays == 0).any():
        raise RuntimeError("a hit still sounded when the next note came: nothing can be measured")
    return delays


def _wait_until_playing(engine: EngineProcess) -> None:
    end = time.monotonic() + START_SECONDS
    while engine.snapshot().get("frames_played", 0) < RATE // 2:
        if time.monotonic() > end:
            raise RuntimeError(f"the engine does not play: {engine.snapshot().get('messages')}")
        time.sleep(0.05)


@contextmanager
def _server(block_frames: int) -> Iterator[None]:
    """Run JACK for this process and its children."""
    name = f"hit-latency-{os.getpid()}"
    os.environ.update(
        JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1"
    )
    command = f"jackd -n {name} --realtime -P 20 -S -t 1000 -d dummy -r {RATE} -p {block_frames}"
    silent = subprocess.DEVNULL
    server = subprocess.Popen(command.split(), stdout=silent, stderr=silent, start_new_session=True)
    try:
        while subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode != 0:
            if server.poll() is not None:
                raise RuntimeError("jackd does not start")
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def plan(notes: int, start: int, seed: int = 0) -> list[tuple[int, tuple[int, int, int]]]:
    """Return messages at frames of JACK's time: notes anywhere in a period, each with its end;
    chords.
    """
    chance = np.random.default_rng(seed)
    messages = []
    for index in range(notes):
        frame = start + int((FIRST_SECONDS + (index + 0.2 * chance.random()) * GAP_SECONDS) * RATE)
        messages.append((frame, (HIT, LOWEST_KEY + index % KEYS, 100)))
        messages.append((frame + int(SOUND_SECONDS * RATE), ALL_SOUND_OFF))
    for frame in range(start, messages[-1][0], int(CHORD_SECONDS * RATE)):
        messages += [(frame, (0x80, key, 0)) for key in CHORD]
        messages += [(frame, (0x90, key, 90)) for key in CHORD]
    return sorted(messages, key=itemgetter(0))


def probe(path: Path, notes: int) -> None:
    """Run the client, in a process of its own, so that this process does not slow it down."""
    import jack

    client = jack.Client("hit-probe", no_start_server=True)
    keys, ear = client.midi_outports.register("notes"), client.inports.register("ear")
    frames = int((FIRST_SECONDS + (notes + 2) * GAP_SECONDS) * RATE)
    samples = np.zeros(frames, np.float32)
    handed: list[int] = []
    pending: list[tuple[int, tuple[int, int, int]]] = []
    start = -1
    begun, done = threading.Event(), threading.Event()

    @client.set_process_callback
    def process(count: int) -> None:
        nonlocal start, pending
        keys.clear_buffer()
        now = client.last_frame_time
        if not begun.is_set():
            return
        if start < 0:
            start, pending = now, plan(notes, now)
        while pending and pending[0][0] < now + count:
            frame, message = pending.pop(0)
            keys.write_midi_event(max(0, frame - now), bytes(message))
            if message[0] == HIT:
                handed.append(now)
        heard = samples[now - start : now - start + count]
        heard[:] = ear.get_array()[: len(heard)]
        if len(heard) < count:
            done.set()

    with client:
        print("ready", flush=True)
        sys.stdin.readline()
        client.connect(client.get_ports("PortAudio.*", is_audio=True, is_output=True)[0], ear)
        begun.set()
        done.wait()
    np.savez(path, handed=np.array(handed), start=start, samples=samples)


def table(rows: Sequence[Latency]) -> str:
    """Return the results as text."""
    lines = [
        "block  ring    notes  lost  late  replays  median          p99             maximum"
        "         underruns  levels beside"
    ]
    for r in rows:
        times = "  ".join(
            f"{frames:5.0f} = {frames * 1000 / RATE:4.1f} ms"
            for frames in (r.median_frames, r.p99_frames, r.maximum_frames)
        )
        counts = f"{r.notes:5}  {r.lost:4}  {r.late:4}  {r.replays:7}"
        others = f"{r.underruns:9}  " + " ".join(f"{level:.2f}" for level in r.beside)
        lines.append(f"{r.block_frames:5}  {r.ring_ms:3.0f} ms  {counts}  {times}  {others}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the latencies that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", nargs="?", help="a model that plays hits")
    parser.add_argument("--beside", nargs="+", default=[], help="models that play meanwhile")
    parser.add_argument("--notes", type=int, default=500)
    parser.add_argument("--blocks", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--rings", type=float, nargs="+", default=[10.0, 80.0], help="ms")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--probe", type=Path, help=argparse.SUPPRESS)
    options: Any = parser.parse_args(arguments)
    if options.probe:
        probe(options.probe, options.notes)
        return
    if options.model is None:
        parser.error("which model? One that plays hits")
    if shutil.which("jackd") is None:
        parser.error("jackd is missing: apt-get install --no-install-recommends jackd2")
    rows = [
        measure(options.model, block, ring, options.notes, options.beside)
        for block in options.blocks
        for ring in options.rings
    ]
    print(json.dumps([asdict(row) for row in rows]) if options.json else table(rows))


if __name__ == "__main__":
    main()
