"""The check that a test ends what it began: processes, threads and connections."""

import gc
import os
import threading
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 10.0  # for a busy machine
_TASKS, _FILES = Path("/proc/self/task"), Path("/proc/self/fd")
_KINDS = ("socket:", "pipe:")
_WORKERS = "pool "  # begins the names of threads that end with the process


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail the test if it leaves something running or open.

    What fixtures of wider scope begin is there before this one looks for the first time.
    """
    resource_tracker.ensure_running()  # Python's own, which stays
    before = _everything()
    yield
    end = time.monotonic() + PATIENCE_SECONDS
    collected = False
    while left := _more(_everything(), before):
        if not collected:
            gc.collect()  # frees objects in reference cycles
            collected = True
        elif time.monotonic() > end:
            pytest.fail(f"left behind: {', '.join(map(_name, left))}")
        else:
            time.sleep(0.005)


def _everything() -> tuple[set[Any], ...]:
    return _threads(), _processes(), _open_files()


def _more(now: tuple[set[Any], ...], before: tuple[set[Any], ...]) -> list[Any]:
    """Return what is new, unless as many have ended: a shared engine may have been replaced."""
    pairs = zip(now, before, strict=True)
    return [new for after, first in pairs if len(after) > len(first) for new in after - first]


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.name.startswith(_WORKERS)}


def _processes() -> set[int]:
    """Return the process ids of the children that run (Linux; elsewhere none are seen)."""
    if not _TASKS.exists():
        return set()
    return {int(pid) for task in _TASKS.iterdir() for pid in _children(task) if _runs(pid)}


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:  # the thread ended meanwhile
        return []


def _runs(pid: str) -> bool:
    """Return whether a process runs; one that ended and was not collected does not."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def _open_files() -> set[tuple[str, str]]:
    """Return number and name of what is open and can be counted (Linux)."""
    if not _FILES.exists():
        return set()
    named = ((number, _target(number)) for number in os.listdir(_FILES))
    return {(number, name) for number, name in named if name.startswith(_KINDS)}


def _target(number: str) -> str:
    try:
        return os.readlink(_FILES / number)
    except OSError:  # the listing's own
        return ""


def _name(left: threading.Thread | int | tuple[str, str]) -> str:
    if isinstance(left, threading.Thread):
        return f"thread {left.name}"
    if isinstance(left, tuple):
        return f"open file {' '.join(left)}"
    try:
        command = Path(f"/proc/{left}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        command = "ended meanwhile"
    return f"process {left} ({command[:200]})"
