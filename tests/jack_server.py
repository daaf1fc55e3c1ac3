"""A private JACK server with the dummy driver: real audio and MIDI without a sound card."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .waiting import eventually

_STOP_SECONDS = 20.0
_CLIENT_MS = 1000  # a client may be late by so much
_REGISTRY = Path("/dev/shm/jack-shm-registry")
_NAMES = re.compile(rb"(rtaudiogen-(?:private-)?(\d+))\b")
# has Linux end a program in good order when the test run is killed
_ENDS_WITH_PARENT = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


class Recording:
    """The samples of a JACK client, (frames, ports) float32, once the capture has ended."""

    samples: NDArray[np.float32]


class JackServer:
    """A jackd process, in synchronous mode unless told otherwise.

    When a client is late, a synchronous server waits for it. So time stretches and no sample is
    lost: a client's recording can be compared bit for bit, however busy the machine is.
    """

    sample_rate = 48000
    period_frames = 256

    def __init__(
        self, folder: Path, name: str, client_ms: int = _CLIENT_MS, synchronous: bool = True
    ) -> None:
        """Prepare a server, which waits for a late client as long as `client_ms`.

        A client that was killed holds it up ten times as long. So does, once in a while and from
        then on in every period, one that is closed: jackd waits for a client that it has just
        removed. Windows open and close clients all the time to look for MIDI ports. Where no bit
        is compared, their server is not `synchronous`: it waits for nobody.
        """
        self.name = name
        self._waits = f"-S -t {client_ms}" if synchronous else f"-t {client_ms}"
        self.log = folder / f"{name}.log"
        self.environment = dict(
            os.environ,
            JACK_DEFAULT_SERVER=name,
            JACK_NO_START_SERVER="1",
            JACK_NO_AUDIO_RESERVATION="1",
        )
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._captures = 0
        self._was_killed = False

    def start(self) -> None:
        """Start, and wait until the server answers a client."""
        command = f"jackd -n {self.name} --no-realtime {self._waits} -d dummy"
        command += f" -r {self.sample_rate} -p {self.period_frames}"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_ENDS_WITH_PARENT, *command.split()],
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        self._was_killed = False
        eventually(self._answers_or_has_ended, told=self.log.read_text)
        assert self.is_running, f"the JACK server ended: {self.log.read_text()}"

    @property
    def is_running(self) -> bool:
        """Return whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop in good order, and clear up after a `kill`."""
        if self._was_killed:
            # There is room for eight servers, and a killed one's place is freed by its namesake.
            self.start()
        self._end(kill=False)

    def kill(self) -> None:
        """End the process as a crash would (kill -9)."""
        self._end(kill=True)
        self._was_killed = True

    def ports(self, prefix: str) -> list[str]:
        """Return the names of the ports that begin with `prefix`, in order of their number."""
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

    def _answers_or_has_ended(self) -> bool:
        return not self.is_running or self._lsp().returncode == 0

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


def free_places_of_lost_servers(folder: Path) -> None:
    """Free the places of servers whose test run is gone: there is room for eight on a machine.

    JACK frees the place of a server that was killed when one of the same name starts.
    """
    if not _REGISTRY.exists():
        return
    for name, pid in dict(_NAMES.findall(_REGISTRY.read_bytes())).items():
        if not Path("/proc", pid.decode()).exists():
            lost = JackServer(folder, name.decode())
            with suppress(AssertionError):  # it runs still, or another test run frees its place
                lost.start()
            lost.stop()
