"""Live performance of the command `play`: its score and its end."""

import signal
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from types import FrameType
from typing import Any

from ...errors import RtAudioGenError
from ...generator import Descriptor, Plays
from ...midi import PHRASE_SECONDS, TimedMessage, phrase, sounding_seconds
from ...wire.facade import Facade
from ...wire.snapshot import RecordingSnapshot, Snapshot
from .status import live_status

SHOW_SECONDS = 0.1
FIRST_FACTS_SECONDS = 10.0
LEAD_SECONDS, TAIL_SECONDS = 0.1, 3.0  # before a score, and after its last note


def perform(
    engine: Facade,
    models: Collection[Descriptor],
    score: list[TimedMessage] | None,
    seconds: float | None,
    stopped: threading.Event,
    notices: Sequence[str],
    quiet: bool,
) -> Snapshot:
    """Play `score`, MIDI input, or the built-in phrase; return the last facts.

    The load is that of the busiest stretch, because it falls to nothing after the last note.
    """
    snapshot = _first_facts(engine)
    notices = list(notices)
    if score is None and not snapshot.midi_ports and wants_notes(models):
        notices.append("No MIDI port: playing the built-in phrase.")
        score = phrase()
    if score:
        engine.play_midi(score, after_seconds=LEAD_SECONDS)
    end = seconds or _length(score, snapshot)
    begun = time.monotonic()
    busiest = snapshot
    with live_status(notices, quiet) as show:
        while not stopped.wait(SHOW_SECONDS) and (end is None or time.monotonic() - begun < end):
            snapshot = Snapshot.from_json(engine.snapshot())
            busiest = max(busiest, snapshot, key=lambda facts: facts.load_p50)
            show(snapshot)
    return replace(snapshot, load_p50=busiest.load_p50, load_p99=busiest.load_p99)


def with_recording(last: Snapshot, facts: Mapping[str, Any]) -> Snapshot:
    """Return the last facts with those of the finished recording.

    The last snapshot is older than the end of the recording, which began with the first frame.
    """
    names = {field.name for field in fields(RecordingSnapshot)}
    recording = RecordingSnapshot(**{name: facts[name] for name in names})
    frames_played = max(last.frames_played, facts["frames"])
    return replace(last, recording=recording, frames_played=frames_played)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set, to end in order; a second one interrupts."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _first_facts(engine: Facade) -> Snapshot:
    deadline = time.monotonic() + FIRST_FACTS_SECONDS
    while not (facts := engine.snapshot()).get("playing"):
        if time.monotonic() > deadline:
            raise RtAudioGenError(f"the engine did not start within {FIRST_FACTS_SECONDS:.0f} s")
        time.sleep(0.02)
    return Snapshot.from_json(facts)


def wants_notes(models: Collection[Descriptor]) -> bool:
    """Return True if a model is silent without notes."""
    return any(
        model.plays & {Plays.NOTES, Plays.HITS} and Plays.STREAM not in model.plays
        for model in models
    )


def _length(score: Sequence[TimedMessage] | None, snapshot: Snapshot) -> float | None:
    """Return the seconds until the end; None: until the user stops it."""
    if score:
        return LEAD_SECONDS + sounding_seconds(score) + TAIL_SECONDS
    return PHRASE_SECONDS if snapshot.null_device else None
