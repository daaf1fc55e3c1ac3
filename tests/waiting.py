"""Wait in tests for another thread or process."""

import os
import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 60.0  # tests check that something happens, not how soon
MOST_PATIENCE = 5  # times as long, on a busy machine


def eventually(
    condition: Callable[[], Any],
    meanwhile: Callable[[], object] = lambda: None,
    told: Callable[[], object] = lambda: "",
) -> Any:
    """Wait until `condition` returns something true, and return it; call `meanwhile` in between.

    If it never does, the test fails with what `told` returns.
    """
    begin = time.monotonic()
    while not (result := _asked(condition, told)):
        waited = time.monotonic() - begin
        assert waited < PATIENCE_SECONDS or waited < patience(), (
            f"not within {waited:.0f} s: {told()}"
        )
        meanwhile()
        time.sleep(0.005)
    return result


def _asked(condition: Callable[[], Any], told: Callable[[], object]) -> Any:
    try:
        return condition()
    except Exception as error:
        error.add_note(str(told()))
        raise


def patience() -> float:
    """Return how many seconds to wait: as many times longer as processes wait for a core."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return PATIENCE_SECONDS * min(max(1.0, load / (os.cpu_count() or 1)), MOST_PATIENCE)
