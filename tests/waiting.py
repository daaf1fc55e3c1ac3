"""How tests wait for what another thread or process does."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 60.0  # for a busy machine: that it happens is tested, not how soon


def eventually(
    condition: Callable[[], Any],
    meanwhile: Callable[[], object] = lambda: None,
    told: Callable[[], object] = lambda: "",
) -> Any:
    """What `condition` returns once that is true; `meanwhile` is called between two looks.

    If it never is, the test fails with what `told` returns.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:.0f} s: {told()}"
        meanwhile()
        time.sleep(0.005)
    return result
