"""The notice to whoever waits for the compiler, printed once."""

import time
from collections.abc import Iterator

import pytest
from numba.core.event import end_event, install_listener, start_event

from rtaudiogen.compiling import line as compiling_line
from rtaudiogen.compiling import notice as compiling_notice
from rtaudiogen.compiling.line import LINE

from ..waiting import eventually

KERNEL = "a test's kernel"


def compile_for(seconds: float) -> None:
    start_event(KERNEL)
    time.sleep(seconds)
    end_event(KERNEL)


@pytest.fixture
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Listen to the compiler with a patience of so many seconds."""
    monkeypatch.setattr(compiling_notice, "PATIENCE_SECONDS", request.param)
    monkeypatch.setattr(compiling_line, "_said", False)
    with install_listener(KERNEL, compiling_notice._Notice()):
        yield


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("patience", [60.0], indirect=True)
def test_short_compiling_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    compile_for(0.05)
    compile_for(0.05)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("patience", [0.1], indirect=True)
def test_long_compiling_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    start_event(KERNEL)
    eventually(lambda: told.append(capsys.readouterr().err) or "".join(told))
    end_event(KERNEL)
    compile_for(0.2)
    told.append(capsys.readouterr().err)
    assert "".join(told).strip() == LINE


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("patience", [0.1], indirect=True)
def test_many_short_compilations_are_told_together() -> None:
    eventually(lambda: compiling_line._said, meanwhile=lambda: compile_for(0.02))
