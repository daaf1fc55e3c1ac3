"""Real parts for all tests, and the checks around every test."""

import atexit
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, settings

from rtaudiogen import processors

from .jack_server import JackServer, free_places_of_lost_servers
from .lanes import (  # noqa: F401  # pytest calls them
    give_way,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_setup,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)
from .leaks import nothing_is_left_behind  # noqa: F401  # a fixture of every test

give_way()

# A test that computes takes as long as the others leave it: no example has a time limit.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

if processors.missing(processors.CUDA):
    # before anybody imports Triton: without a GPU its kernels are interpreted
    os.environ.setdefault("TRITON_INTERPRET", "1")

# Each process that a test starts would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Nothing finds a JACK server of the machine: a test has one of its own, or none.
os.environ["JACK_NO_START_SERVER"] = "1"
os.environ["JACK_DEFAULT_SERVER"] = f"rtaudiogen-none-{os.getpid()}"

_lost_portaudio: list[str] = []  # the test in which this process's PortAudio lost its server


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Block the plugin for Qt where Qt cannot be loaded: it would end the run.

    The tests of the window say why they are skipped.
    """
    try:
        from PySide6 import QtGui, QtTest, QtWidgets  # noqa: F401  # only to see whether it can be loaded
    except ImportError:
        pluginmanager.set_blocked("pytest-qt")


@pytest.fixture
def rain(tmp_path: Path) -> Path:
    """Return a folder of sounds to train on: two seconds of noise."""
    folder = tmp_path / "rain"
    folder.mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, 32000)
    soundfile.write(folder / "rain.wav", noise, 16000)
    return folder


@pytest.fixture(scope="session")
def jack_command(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the JACK server's program. Its absence is an error in CI and skips elsewhere."""
    path = shutil.which("jackd")
    if path is None and os.environ.get("CI"):
        pytest.fail("jackd is missing: apt-get install --no-install-recommends jackd2")
    if path is None:
        pytest.skip("jackd is missing: apt-get install --no-install-recommends jackd2")
    free_places_of_lost_servers(tmp_path_factory.mktemp("lost-jack"))
    return path


@pytest.fixture
def private_jack_server(
    jack_command: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[JackServer]:
    """Run a server for one test, which may kill it; this process's PortAudio does not know it.

    The mark `jack` may say `client_ms` and `synchronous`, see `JackServer`.
    """
    mark = request.node.get_closest_marker("jack")
    how = {} if mark is None else mark.kwargs
    server = JackServer(tmp_path, f"rtaudiogen-private-{os.getpid()}", **how)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def jack_server(
    jack_command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[JackServer]:
    """Run a server for one test, which this process's PortAudio lists as a device."""
    import sounddevice

    if _lost_portaudio:
        pytest.fail(f"PortAudio lost its server in {_lost_portaudio[0]} and cannot be used again")
    server = JackServer(tmp_path, f"rtaudiogen-{os.getpid()}")
    server.start()
    with monkeypatch.context() as patch:
        patch.setenv("JACK_DEFAULT_SERVER", server.name)
        # PortAudio lists JACK only if the server runs when it is initialised, and it aborts the
        # process if the server is gone when it is terminated.
        sounddevice._terminate()
        sounddevice._initialize()
        yield server
        if not server.is_running:
            atexit.unregister(sounddevice._exit_handler)
            _lost_portaudio.append(request.node.nodeid)
            pytest.fail(f"the JACK server ended during the test: {server.log.read_text()}")
        sounddevice._terminate()
    server.stop()
    sounddevice._initialize()
