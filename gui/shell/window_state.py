"""State of the window that is saved from one start to the next: theme, scale, parts."""

import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QByteArray, QObject, QTimer
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from rtaudiogen.client.window_file import appearance, keep_appearance
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.processors import AUTO, CPU, NAMES

from .theme import THEMES, apply_theme

SCALES = (100, 125, 150, 200)  # percent
SAVE_MS = 10_000  # a window that is killed loses at most the changes of this time
THEME, SCALE, DEVICE = "theme", "scale_percent", "device"


class _Part(NamedTuple):
    name: str
    read: Callable[[], Any]
    show: Callable[[Any], object]


class WindowState:
    """Theme, scale, and the state of every part that was added."""

    def __init__(self) -> None:
        self.values, self.notice = appearance()
        self._parts: list[_Part] = []
        self._kept: dict[str, Any] = {}  # the file's content

    @property
    def theme(self) -> str:
        """Name of the theme."""
        name = self.values.get(THEME)
        return name if isinstance(name, str) and name in THEMES else "dark"

    @property
    def scale_percent(self) -> int:
        """Size at which everything is drawn, in percent; a change takes effect at the next
        start.
        """
        percent = self.values.get(SCALE)
        return percent if percent in SCALES else SCALES[0]

    @property
    def device(self) -> str:
        """Processor of the networks that was used last: it belongs to the machine, not to a
        session.
        """
        name = self.values.get(DEVICE)
        return name if name in (*NAMES, AUTO) else CPU

    def remember_device(self, device: str) -> None:
        """Remember the processor of the networks for the next start."""
        self.values[DEVICE] = device

    def apply_theme(self, name: str = "") -> None:
        """Give the whole application a theme; empty: the saved one."""
        self.values[THEME] = name or self.theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, "light" if self.theme == "light" else "dark")

    def scale(self, percent: int) -> None:
        """Set the scale from the next start on."""
        self.values[SCALE] = percent

    def add(self, name: str, read: Callable[[], Any], show: Callable[[Any], object]) -> None:
        """Add a part: `read` returns its state in JSON values, `show` restores it."""
        self._parts.append(_Part(name, read, show))

    def add_window(self, window: QWidget) -> None:
        """Add the place and size of a window."""
        self.add(
            "geometry",
            lambda: _text(window.saveGeometry()),
            lambda text: window.restoreGeometry(_bytes(text)),
        )

    def add_splitter(self, name: str, splitter: QSplitter) -> None:
        """Add the sizes of a splitter's parts."""
        self.add(
            name,
            lambda: _text(splitter.saveState()),
            lambda text: splitter.restoreState(_bytes(text)),
        )

    def restore(self) -> None:
        """Restore every part; one whose saved values are invalid stays as it is."""
        for part in self._parts:
            if part.name in self.values:
                with contextlib.suppress(TypeError, ValueError, KeyError, AttributeError):
                    part.show(self.values[part.name])

    def save(self) -> None:
        """Save the state for the next start. A full disk must not prevent the end."""
        self.values.update({part.name: part.read() for part in self._parts})
        if self.values == self._kept:
            return
        with contextlib.suppress(RtAudioGenError, OSError):
            keep_appearance(self.values)
            self._kept = dict(self.values)

    def save_periodically(self, owner: QObject) -> None:
        """Save the state regularly while the owner lives, if it has changed."""
        timer = QTimer(owner, interval=SAVE_MS)
        timer.timeout.connect(self.save)
        timer.start()


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())
