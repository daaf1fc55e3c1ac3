"""`rtaudiogen` without arguments opens the window."""

import subprocess
import sys

from rtaudiogen.cli import window


def test_without_qt_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(window, "find_spec", lambda name: None)
    assert window.show_window("cpu") == (0, window.NO_QT)
    assert "pip install 'rtaudiogen[gui]'" in window.NO_QT


def test_a_missing_system_library_is_one_line(monkeypatch):
    monkeypatch.setattr(window, "hindrance", lambda: "")

    def fail(reference):
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(window.registry, "load", fail)
    status, problem = window.show_window("cpu")
    assert status == 1
    assert "libEGL.so.1" in problem
    assert "\n" not in problem


def test_the_command_line_does_not_load_qt_for_its_help():
    code = (
        "import sys\n"
        "from rtaudiogen.cli import run\n"
        "run(['--help']); print([m for m in sys.modules if 'PySide6' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
