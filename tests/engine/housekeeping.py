"""Wait for an engine in this process while calling its housekeeping."""

from collections.abc import Callable
from typing import Any

from rtaudiogen.engine.core import Engine

from .. import waiting


def eventually(engine: Engine, condition: Callable[[], Any]) -> Any:
    """Call the engine's tick until a condition is true."""
    return waiting.eventually(condition, engine.tick, lambda: engine.messages)
