"""A caller that waits for the compiler is told so, once."""

import time

import pytest
from numba.core.event import end_event, start_event

from rtaudiogen.compiling import line as compiling_line
from rtaudiogen.compiling import notice as compiling_notice
from rtaudiogen.compiling.line import LINE


def compile_for(*seconds: float) -> None:
    for duration in seconds:
        start_event("a test's kernel")
        time.sleep(duration)
        end_event("a test's kernel")


@pytest.fixture
def _listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling_notice, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(compiling_line, "_said", False)
    compiling_notice.register("a test's kernel", compiling_notice._Notice())


@pytest.mark.usefixtures("_listening")
def test_compiling_is_told_once_when_it_takes_long(capsys: pytest.CaptureFixture[str]) -> None:
    compile_for(0.01, 0.01)
    assert capsys.readouterr().err == ""
    compile_for(0.15, 0.15, 0.3)
    compile_for(0.3)
    assert capsys.readouterr().err == f"{LINE}\n"
