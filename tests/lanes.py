"""How a parallel run is divided: one worker keeps time, the others compute.

Tests that keep time by a clock, a device or a window run one after another, on the first worker.
All other tests run on the other workers, file by file, at a lower priority: so they use whatever
processor time the first one leaves. A run without workers is not changed.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

TIMED = "timed "  # begins the name of a group that keeps time
MARKERS = ("realtime", "jack", "soak")
FIXTURES = {"jack_command", "open_window"}
TESTS = Path(__file__).parent
FOLDERS = [TESTS / name for name in ("client", "engine", "gui", "midi", "recorder", "wire")]
WITHOUT_A_CLOCK = TESTS / "gui" / "widgets"
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


def keeps_time(item: pytest.Item) -> bool:
    """Return whether a test depends on how fast time goes by."""
    fixtures: Iterable[str] = getattr(item, "fixturenames", ())
    if not FIXTURES.isdisjoint(fixtures) or any(map(item.get_closest_marker, MARKERS)):
        return True
    parents = item.path.parents
    return WITHOUT_A_CLOCK not in parents and any(folder in parents for folder in FOLDERS)


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
    """Mark what keeps time, and put each test into the group of its file."""
    for item in items:
        timed = keeps_time(item)
        if timed:
            item.add_marker("realtime")
        if os.environ.get("PYTEST_XDIST_WORKER"):
            group = f"{TIMED if timed else ''}{item.nodeid.partition('::')[0]}"
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return the scheduler that keeps the two kinds of groups apart."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class Lanes(LoadGroupScheduling):
        """Gives groups that keep time to one worker, and the rest to all."""

        def _assign_work_unit(self, node: "WorkerController") -> None:
            """Move the best group for this worker to the front, and assign it."""
            if (group := self._best(node)) is None:
                node.shutdown()
                return
            self.workqueue.move_to_end(group, last=False)
            super()._assign_work_unit(node)

        def _best(self, node: "WorkerController") -> str | None:
            timed = [group for group in self.workqueue if group.startswith(TIMED)]
            rest = [group for group in self.workqueue if not group.startswith(TIMED)]
            order = timed + rest if self._keeps_time(node) else rest
            return order[0] if order else None

        def _keeps_time(self, node: "WorkerController") -> bool:
            return node is self.nodes[0]

    return Lanes(config, log)
