"""Status line of `play`, and its report at the end."""

import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ...wire.snapshot import HitsSnapshot, Snapshot
from ..output import print_json

SILENT = 1e-6  # amplitude, -120 dBFS
PLAIN_SECONDS = 5.0  # between two lines if stderr is not a terminal


class Show(Protocol):
    """Function that shows snapshots, called several times a second."""

    def __call__(self, snapshot: Snapshot) -> None:
        """Show the newest facts."""


@contextmanager
def live_status(notices: Iterable[str], quiet: bool) -> Iterator[Show]:
    """Show one status line on a terminal, a line now and then elsewhere, on standard error."""
    if quiet:
        yield lambda snapshot: None
        return
    messages = _Messages()
    for notice in notices:
        print(notice, file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(stderr=True, highlight=False)
        with Live(console=console, auto_refresh=False, transient=True) as live:

            def show(snapshot: Snapshot) -> None:
                for message in messages.new(snapshot):
                    live.console.print(message)
                live.update(Text(status_line(snapshot)), refresh=True)

            yield show
    else:
        yield _PlainStatus(messages)


class _PlainStatus:
    def __init__(self, messages: "_Messages") -> None:
        self._messages = messages
        self._next = 0.0

    def __call__(self, snapshot: Snapshot) -> None:
        for message in self._messages.new(snapshot):
            print(message, file=sys.stderr, flush=True)
        if snapshot.seconds_played >= self._next:
            print(status_line(snapshot), file=sys.stderr, flush=True)
            self._next = snapshot.seconds_played + PLAIN_SECONDS


class _Messages:
    """Filter that passes on every message once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def new(self, snapshot: Snapshot) -> list[str]:
        fresh = [message for message in snapshot.messages if message not in self._seen]
        self._seen.update(fresh)
        return fresh


def status_line(snapshot: Snapshot) -> str:
    """Return time, load, latency, dropouts and recording in one line."""
    parts = [
        clock(snapshot.seconds_played),
        f"load {snapshot.load_p50:.0%} (p99 {snapshot.load_p99:.0%})",
        f"latency {snapshot.total_latency_ms:.1f} ms",
        f"dropouts {snapshot.underrun_episodes}",
    ]
    if replays := _replays(snapshot):
        parts.append(f"replays {replays}")
    if snapshot.input:
        parts.append(f"input {decibels(snapshot.input_peak)}")
    if snapshot.recording:
        parts.append(f"recording {clock(snapshot.recording.seconds)}")
    return "  ".join(parts)


def print_report(snapshot: Snapshot, json: bool) -> None:
    """Print the last facts, for people or for programs."""
    if json:
        print_json({**snapshot.to_json(), "total_latency_ms": snapshot.total_latency_ms})
    else:
        print("\n".join(report(snapshot)))


def report(snapshot: Snapshot) -> list[str]:
    """Return sentences about the performance."""
    from ...recorder.formats import clipping  # brings libsndfile along

    paced = ", paced by the clock: nothing was audible" if snapshot.null_device else ""
    latency = " + ".join(f"{name} {ms:.1f}" for name, ms in snapshot.latency_ms.items())
    lines = [
        f"Played {snapshot.seconds_played:.2f} s at {snapshot.sample_rate} Hz on "
        f"'{snapshot.device}'{paced}.",
        f"Latency: {snapshot.total_latency_ms:.1f} ms = {latency}.",
        f"Load: p50 {snapshot.load_p50:.0%}, p99 {snapshot.load_p99:.0%} of the available time, "
        "when busiest.",
        f"Dropouts: {snapshot.underrun_episodes} ({snapshot.lost_frames} frames lost, longest gap "
        f"{snapshot.longest_gap_ms:.1f} ms; the machine's own longest pause was "
        f"{snapshot.machine_gap_ms:.1f} ms).",
    ]
    lines += [_hits(slot.model, slot.hits) for slot in snapshot.slots if slot.hits is not None]
    if snapshot.input:
        lines.append(
            f"Input: '{snapshot.input}' ({snapshot.input_late_frames} frames late, "
            f"{snapshot.input_lost_frames} lost)."
        )
    if snapshot.recording:
        lines.append(f"Recording: {snapshot.recording.path} ({snapshot.recording.seconds:.2f} s).")
        if snapshot.recording.problem:
            lines.append(f"The recording stopped early: {snapshot.recording.problem}")
        lines += filter(None, [clipping(Path(snapshot.recording.path), snapshot.recording.clipped)])
    return lines


def _hits(model: str, hits: HitsSnapshot) -> str:
    return (
        f"Hits of {model}: {hits.played} played, {hits.stale} of them made for earlier values; "
        f"{hits.replays} repeated because none was ready, {hits.refused} dropped."
    )


def _replays(snapshot: Snapshot) -> int:
    return sum(slot.hits.replays for slot in snapshot.slots if slot.hits is not None)


def decibels(amplitude: float) -> str:
    """Return a level below full scale as text."""
    return f"{20 * math.log10(amplitude):.0f} dB" if amplitude > SILENT else "silent"


def clock(seconds: float) -> str:
    """Return h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
