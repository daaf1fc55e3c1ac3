"""A time limit waits on as long as there is a reason."""

import threading
import time
from pathlib import Path

from rtaudiogen.client.patience import Patience


def test_patience_ends_after_its_seconds_without_a_reason() -> None:
    given_up = threading.Event()
    with Patience(0.3, lambda: False, given_up.set):
        assert given_up.wait(10.0)


def test_patience_waits_while_there_is_a_reason(tmp_path: Path) -> None:
    compiling, given_up = tmp_path / "compiling", threading.Event()
    compiling.touch()
    with Patience(0.3, compiling.exists, given_up.set):
        assert not given_up.wait(1.0)
        compiling.unlink()
        assert given_up.wait(10.0)


def test_patience_gives_nothing_up_once_its_block_has_ended() -> None:
    given_up = threading.Event()
    with Patience(0.2, lambda: False, given_up.set):
        pass
    time.sleep(0.4)
    assert not given_up.is_set()
