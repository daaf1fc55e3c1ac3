"""The real command line in a process of its own, with a private home folder."""

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
TIMEOUT_SECONDS = 300  # ends what hangs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `rtaudiogen` in an empty folder, without terminal or stdin."""
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
    """Return a function that runs the console script in this process, which is quicker."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv(HOME_VARIABLE, str(folder.with_name("home")))

    def run_function(*arguments: object) -> Done:
        status = cli.run([str(argument) for argument in arguments])
        return Done(arguments, status, *capfd.readouterr())

    return run_function


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """Return the folder that `run` works in."""
    return tmp_path / "working folder"
