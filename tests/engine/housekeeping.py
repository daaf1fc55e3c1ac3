"""An engine in this process wants somebody who keeps house."""

import time
from collections.abc import Callable

from rtaudiogen.engine.core import Engine


def eventually(engine: Engine, condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Keep house until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, engine.messages
        engine.tick()
        time.sleep(0.01)
