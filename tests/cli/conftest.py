"""The real command line in a process of its own, with a home that no one else uses."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtaudiogen import cli
from rtaudiogen.storage.folders import HOME_VARIABLE

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
TIMEOUT_SECONDS = 90


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `rtaudiogen` with these arguments in an empty folder: no terminal, nothing on stdin."""
    folder = tmp_path / "working folder"
    folder.mkdir()

    def run_command(*arguments: object) -> Done:
        environment = {**os.environ, HOME_VARIABLE: str(tmp_path / "home"), "COLUMNS": "100"}
        return subprocess.run(
            [sys.executable, "-m", "rtaudiogen", *map(str, arguments)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    return run_command


@pytest.fixture
def run_here(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """The same in this process, which is quicker: what the console script calls."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv(HOME_VARIABLE, str(folder.with_name("home")))

    def run_function(*arguments: object) -> Done:
        status = cli.run([str(argument) for argument in arguments])
        return Done(arguments, status, *capfd.readouterr())

    return run_function


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """The folder that `run` works in."""
    return tmp_path / "working folder"
