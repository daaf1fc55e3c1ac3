"""Real parts for tests: a private JACK server with a dummy driver, and a client that records it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen import processors

from .waiting import eventually

if processors.missing(processors.CUDA):
    # before anybody imports Triton: without a GPU its kernels are interpreted
    os.environ.setdefault("TRITON_INTERPRET", "1")

_STOP_SECONDS = 20.0
_CLIENT_MS = (
    1000  # a client may be late by so much; a dead one holds the server up ten times as long
)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Where Qt cannot be loaded, its plugin would end the run; tests/gui says why it is skipped."""
    try:
        from PySide6 import QtGui, QtTest, QtWidgets  # noqa: F401
    except ImportError:
        pluginmanager.set_blocked("pytest-qt")


class Recording:
    """What a JACK client records: `samples` (frames, ports) float32, once the capture has ended."""

    samples: NDArray[np.float32]


class JackServer:
    """A private jackd with the dummy driver: real audio and MIDI without a sound card.

    Synchronous mode: when a client is late the server waits for it, so time stretches and no sample
    is lost; what a client records can be compared bit for bit, however busy the machine is.
    """

    sample_rate = 48000
    period_frames = 256

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.environment = dict(
            os.environ,
            JACK_DEFAULT_SERVER=name,
            JACK_NO_START_SERVER="1",
            JACK_NO_AUDIO_RESERVATION="1",
        )
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._keeps_its_place = False
        self._captures = 0
        self._killed = False

    def start(self) -> None:
        """Start and wait until clients are welcome."""
        command = f"jackd -n {self.name} --no-realtime -S -t {_CLIENT_MS} -d dummy"
        command += f" -r {self.sample_rate} -p {self.period_frames}"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.split(),
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        self._killed = False
        eventually(lambda: self._lsp().returncode == 0, told=self.log.read_text)

    def stop(self) -> None:
        """Stop in good order, and clear up after a `kill`."""
        if self._killed:
            # There is room for eight servers, and a killed one's place is freed by its namesake.
            self.start()
        self._end(kill=False)

    def kill(self) -> None:
        """kill -9, as a crash would."""
        self._end(kill=True)
        self._killed = True

    def ports(self, prefix: str) -> list[str]:
        """Names of the ports that begin with `prefix`, in order of their number."""
        names = [name for name in self._lsp().stdout.split() if name.startswith(prefix)]
        return sorted(names, key=lambda name: (len(name), name))

    @contextmanager
    def capture(self, ports: list[str], seconds: float) -> Iterator[Recording]:
        """Record `ports` from when the block begins, until it ends or `seconds` are full."""
        assert ports, "nothing to record"
        self._captures += 1
        path = self._folder / f"{self.name}-{self._captures}.npy"
        script = Path(__file__).with_name("jack_capture.py")
        command = [sys.executable, str(script), self.name, str(path), str(seconds), *ports]
        recording = Recording()
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == b"connected\n"
            yield recording
            process.stdin.close()
            assert process.wait(60) == 0
        recording.samples = np.load(path)

    def _lsp(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["jack_lsp"], env=self.environment, capture_output=True, text=True, timeout=30
        )

    def _end(self, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        try:
            process.wait(_STOP_SECONDS)  # reaped: a zombie keeps the next one of its name out
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._keeps_its_place = process.returncode == -signal.SIGKILL


@pytest.fixture
def rain(tmp_path: Path) -> Path:
    """A folder of sounds to train on: two seconds of noise."""
    folder = tmp_path / "rain"
    folder.mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, 32000)
    soundfile.write(folder / "rain.wav", noise, 16000)
    return folder


@pytest.fixture(scope="session")
def jack_command() -> str:
    """The JACK server's program. Its absence is an error in CI and skips the test elsewhere."""
    path = shutil.which("jackd")
    if path is None and os.environ.get("CI"):
        pytest.fail("jackd is missing: apt-get install --no-install-recommends jackd2")
    if path is None:
        pytest.skip("jackd is missing: apt-get install --no-install-recommends jackd2")
    return path


@pytest.fixture
def private_jack_server(jack_command: str, tmp_path: Path) -> Iterator[JackServer]:
    """A server for one test, which may kill it; this process's PortAudio does not know it."""
    server = JackServer(tmp_path, f"rtaudiogen-private-{os.getpid()}")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def jack_server(
    jack_command: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JackServer]:
    """A server for the whole run, which this process's PortAudio lists as a device."""
    import sounddevice

    server = JackServer(tmp_path_factory.mktemp("jack"), f"rtaudiogen-{os.getpid()}")
    server.start()
    patch = pytest.MonkeyPatch()
    patch.setenv("JACK_DEFAULT_SERVER", server.name)
    patch.setenv("JACK_NO_START_SERVER", "1")
    # PortAudio lists JACK only if the server runs when it is initialised, and it aborts the process
    # if the server is gone when it is terminated.
    sounddevice._terminate()
    sounddevice._initialize()
    yield server
    sounddevice._terminate()
    server.stop()
    patch.undo()
    sounddevice._initialize()
