"""An engine in this process wants somebody who keeps house."""

from collections.abc import Callable
from typing import Any

from rtaudiogen.engine.core import Engine

from .. import waiting


def eventually(engine: Engine, condition: Callable[[], Any]) -> Any:
    """Keep house until it is so."""
    return waiting.eventually(condition, engine.tick, lambda: engine.messages)
