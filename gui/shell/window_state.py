"""What the window looks like, kept from one start to the next."""

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
KEEP_MS = 10_000  # a window that is killed comes back as it was so long ago
THEME, SCALE, DEVICE = "theme", "scale_percent", "device"


class _Part(NamedTuple):
    name: str
    read: Callable[[], Any]
    show: Callable[[Any], object]


class Looks:
    """Theme, scale, and whatever parts of the window want to be found as they were left."""

    def __init__(self) -> None:
        self.values = appearance()
        self._parts: list[_Part] = []
        self._kept: dict[str, Any] = {}  # what the file says

    @property
    def theme(self) -> str:
        """The name of the theme."""
        name = self.values.get(THEME)
        return name if isinstance(name, str) and name in THEMES else "dark"

    @property
    def scale_percent(self) -> int:
        """How large everything is drawn; a change shows at the next start."""
        percent = self.values.get(SCALE)
        return percent if percent in SCALES else SCALES[0]

    @property
    def device(self) -> str:
        """What networks were computed on last: it belongs to the machine, not to a session."""
        name = self.values.get(DEVICE)
        return name if name in (*NAMES, AUTO) else CPU

    def compute_on(self, device: str) -> None:
        """Keep what networks are computed on, for the next start."""
        self.values[DEVICE] = device

    def apply_theme(self, name: str = "") -> None:
        """Put the whole application into another theme; or into the one that was kept."""
        self.values[THEME] = name or self.theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, "light" if self.theme == "light" else "dark")

    def scale(self, percent: int) -> None:
        """Draw everything larger, from the next start on."""
        self.values[SCALE] = percent

    def add(self, name: str, read: Callable[[], Any], show: Callable[[Any], object]) -> None:
        """A part that tells how it looks, in JSON values, and is shown as it was."""
        self._parts.append(_Part(name, read, show))

    def add_window(self, window: QWidget) -> None:
        """Its place and size."""
        self.add(
            "geometry",
            lambda: _text(window.saveGeometry()),
            lambda text: window.restoreGeometry(_bytes(text)),
        )

    def add_splitter(self, name: str, splitter: QSplitter) -> None:
        """How a splitter's room is divided."""
        self.add(
            name,
            lambda: _text(splitter.saveState()),
            lambda text: splitter.restoreState(_bytes(text)),
        )

    def restore(self) -> None:
        """Show every part as it was; one whose values make no sense stays as it is."""
        for part in self._parts:
            if part.name in self.values:
                with contextlib.suppress(TypeError, ValueError, KeyError, AttributeError):
                    part.show(self.values[part.name])

    def keep(self) -> None:
        """For the next start. A disk that is full is no reason not to end."""
        self.values.update({part.name: part.read() for part in self._parts})
        if self.values == self._kept:
            return
        with contextlib.suppress(RtAudioGenError, OSError):
            keep_appearance(self.values)
            self._kept = dict(self.values)

    def keep_now_and_then(self, owner: QObject) -> None:
        """As long as the owner lives, if anything has changed."""
        timer = QTimer(owner, interval=KEEP_MS)
        timer.timeout.connect(self.keep)
        timer.start()


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())
