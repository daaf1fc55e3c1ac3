"""Division of a parallel run: one worker keeps time, the others compute.

Tests that keep time by a clock, a device or a window run one after another, on the first worker.
All other tests, also those that wait for as long as it takes, run on the other workers, file by
file, at a lower priority: so they use whatever processor time the first one leaves; when the first
one has no more of its own, it computes, too.
Files with slow tests go first, so that no worker is left alone with one at the end. A run without
workers is not changed.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

WORDS = re.compile(r"mark\.(realtime|jack|soak)\b|\b(jack_\w+|private_jack_server|open_window)\b")
SLOW = re.compile(r"mark\.slow\b")
TESTS = Path(__file__).parent
LIVE_ROOMS = [TESTS / name for name in ("client", "engine", "gui", "midi", "recorder", "wire")]
LIVE_WORDS = re.compile(r"\b(EngineProcess|eventually|monotonic|perf_counter|window)\b")
PATIENT = [  # these wait for as long as it takes
    TESTS / "client" / "test_training.py",
    *(TESTS / "gui" / name for name in ("test_legible.py", "training", "widgets")),
]
MOST_CORES = 8
_BRIEFLY = "--output null --midi none --seconds 0.2"
NICENESS = 10
TIMED_WORKER = "gw0"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker for the tests that keep time, and one for each core."""
    return 1 + min(os.cpu_count() or 1, MOST_CORES)


def pytest_configure(config: pytest.Config) -> None:
    """Let each worker, and what it starts, compute on one core."""
    if config.getoption("numprocesses", None):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def give_way() -> None:
    """Lower the priority of a worker that only computes."""
    if os.environ.get("PYTEST_XDIST_WORKER", TIMED_WORKER) != TIMED_WORKER and hasattr(os, "nice"):
        os.nice(NICENESS)


@cache
def keeps_time(path: Path) -> bool:
    """Return whether a file's tests depend on how fast time goes by: its words say so."""
    if _is_in(PATIENT, path):
        return False
    text = path.read_text("utf-8")
    live = _is_in(LIVE_ROOMS, path) and LIVE_WORDS.search(text)
    return bool(live or WORDS.search(text))


@cache
def is_slow(path: Path) -> bool:
    """Return whether some of a file's tests compute for long."""
    return SLOW.search(path.read_text("utf-8")) is not None


def _is_in(places: list[Path], path: Path) -> bool:
    return any(place == path or place in path.parents for place in places)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Compile an engine before the first test that keeps time: an engine may open for so long."""
    if item.get_closest_marker("realtime"):
        _compile_an_engine()


@cache
def _compile_an_engine() -> None:
    command = [sys.executable, "-m", "rtaudiogen", "play", "sine", *_BRIEFLY.split()]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that keep time."""
    for item in items:
        if keeps_time(item.path):
            item.add_marker("realtime")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return the scheduler that keeps the two kinds of files apart."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Lanes(LoadFileScheduling):
        """Gives files that keep time to one worker, and the rest to all."""

        def _assign_work_unit(self, node: "WorkerController") -> None:
            """Move the best file for this worker to the front, and assign it."""
            if (file := self._best(node)) is None:
                node.shutdown()
                return
            self.workqueue.move_to_end(file, last=False)
            super()._assign_work_unit(node)

        def _best(self, node: "WorkerController") -> str | None:
            paths = {file: TESTS.parent / file for file in self.workqueue}
            timed = [file for file, path in paths.items() if keeps_time(path)]
            rest = [file for file, path in paths.items() if not keeps_time(path)]
            rest.sort(key=lambda file: not is_slow(paths[file]))
            first = timed if node.gateway.id == TIMED_WORKER else []
            return next(iter([*first, *rest]), None)

    return Lanes(config, log)
