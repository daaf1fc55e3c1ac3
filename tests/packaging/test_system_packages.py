"""Set-up installs PortAudio, JACK, codecs and Qt's libraries where it may, or names them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WINDOW = ("libGL.so.1", "libEGL.so.1", "libxkbcommon.so.0", "libfontconfig.so.1", "libdbus-1.so.3")
SCREEN = "libxcb-cursor.so.0"
SCRIPT = Path(__file__).parents[2] / "scripts" / "system-packages.sh"

pytestmark = [
    pytest.mark.skipif(not SCRIPT.is_file(), reason="the set-up is in the checkout only"),
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing has to be installed"),
]


class Machine:
    """A machine that has only the commands in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.log.touch()
        for name in ("bash", "grep", "uname"):
            path = shutil.which(name)
            assert path is not None
            (folder / name).symlink_to(path)
        self.has("ldconfig", "")
        self.has("id", "echo 0")
        self.has("apt-get", f'echo "$*" >> {self.log}')

    def has(self, name: str, script: str) -> None:
        """Give it a command."""
        path = self.folder / name
        path.write_text(f"#!{self.folder}/bash\n{script}\n")
        path.chmod(0o755)

    def set_up(self) -> "subprocess.CompletedProcess[str]":
        """Run the script."""
        command = [str(self.folder / "bash"), str(SCRIPT)]
        environment = {"PATH": str(self.folder)}
        return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a new machine, whose user is root."""
    return Machine(tmp_path)


def test_root_installs_what_is_missing(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    assert "libportaudio2 jackd2 opus-tools codec2" in machine.log.read_text()


def test_old_package_lists_are_renewed(machine: Machine) -> None:
    refuse_first = (
        f'[ -s {machine.log} ] || failed=1; echo "$1" >> {machine.log}; exit ${{failed:-0}}'
    )
    machine.has("apt-get", refuse_first)
    assert machine.set_up().returncode == 0
    first, second, *others = machine.log.read_text().split()
    assert (first, second) == ("install", "update")
    assert len(others) > 4
    assert set(others) == {"install"}, "one by one, so that one that is missing hurts no other"


@pytest.mark.parametrize(("package", "status"), [("codec2", 0), ("libportaudio2", 1)])
def test_a_package_that_is_nowhere_to_be_had_is_named(
    machine: Machine, package: str, status: int
) -> None:
    machine.has("apt-get", f"case $* in *{package}*) exit 1;; esac")
    done = machine.set_up()
    assert done.returncode == status, "without codecs only comparisons are missing"
    (line,) = done.stderr.splitlines()
    assert f"cannot install {package}" in line


def test_nothing_is_installed_twice(machine: Machine) -> None:
    libraries = ("libportaudio.so.2", *WINDOW, SCREEN)
    machine.has("ldconfig", "\n".join(f"echo {library}" for library in libraries))
    machine.has("fc-list", "echo DejaVu")
    for program in ("jackd", "opusenc", "c2enc", "Xvfb"):
        machine.has(program, "")
    assert machine.set_up().returncode == 0
    assert machine.log.read_text() == ""


@pytest.mark.parametrize("missing", WINDOW)
def test_the_window_gets_the_libraries_that_it_draws_with(machine: Machine, missing: str) -> None:
    there = (library for library in WINDOW if library != missing)
    machine.has("ldconfig", "\n".join(f"echo {library}" for library in there))
    assert machine.set_up().returncode == 0
    assert "libegl1 libxkbcommon0" in machine.log.read_text()


def test_a_user_with_sudo_installs_the_packages(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("sudo", 'shift; "$@"')
    machine.has("true", "")
    assert machine.set_up().returncode == 0
    assert "libportaudio2" in machine.log.read_text()


@pytest.mark.parametrize(("libraries", "status"), [("", 1), ("echo libportaudio.so.2", 0)])
def test_a_user_without_sudo_is_told_the_packages_in_one_line(
    machine: Machine, libraries: str, status: int
) -> None:
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    machine.has("ldconfig", libraries)
    done = machine.set_up()
    assert done.returncode == status, "without JACK only its tests are missing"
    (line,) = done.stderr.splitlines()
    assert "apt-get install libportaudio2 jackd2 opus-tools codec2" in line
    assert machine.log.read_text() == ""
