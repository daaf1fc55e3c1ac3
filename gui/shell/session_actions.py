"""Actions of the window for sessions and recordings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from rtaudiogen.client import catalogue
from rtaudiogen.client.open_engine import DEMO_SECONDS
from rtaudiogen.client.recent import recent_sessions, remember_session

from .bridge import Bridge
from .dialogs import ask_whether
from .history import History
from .messages import MessageBar

UNSAVED = "The rack has changes that are not saved. Replace it? (Undo brings it back.)"


class SessionActions(QObject):
    """Has the engine carry out actions, and reports the results in the message bar."""

    changed = Signal()  # a file was written
    session_named = Signal(str)  # the rack's file; empty: it has none
    recent = Signal(object)  # list[Path]: the sessions that were opened or saved last

    def __init__(
        self, bridge: Bridge, history: History, messages: MessageBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge, self._history, self._messages = bridge, history, messages
        self._window = window
        self._path = ""

    def open_session(self, path: str) -> None:
        """Open a session's file, including its devices, unless the user wants to keep the rack."""
        if not self._may_replace():
            return

        def done(notices: list[str]) -> None:
            self._messages.say(f"Opened {path}.")
            self._say_all(notices)
            self._name_session(path)
            self._history.stack.setClean()

        name = f"open {Path(path).stem}"
        opened = self._bridge.showing_settings(lambda engine: engine.open_session(Path(path)))
        self._history.do(name, opened, done, "Opening the session", self._renamed(path))

    def save_session(self, path: str) -> None:
        """Write the rack to a session's file."""

        def done(_: None) -> None:
            self._messages.say(f"Saved the session to {path}.")
            self._name_session(path)
            self._history.stack.setClean()
            self.changed.emit()

        self._bridge.do(lambda engine: engine.save_session(Path(path)), done)

    def look_for_recent_sessions(self) -> None:
        """Emit `recent` with the sessions that were used last."""
        self._bridge.ask(recent_sessions, self.recent.emit)

    def _name_session(self, path: str) -> None:
        self.name(path)
        self._bridge.ask(lambda: remember_session(Path(path)), self.recent.emit)

    def name(self, path: str) -> None:
        """Take a file as that of the rack; empty: it has none."""
        self._path = path
        self.session_named.emit(path)

    def _renamed(self, path: str) -> Callable[[bool], None]:
        """Return what names the rack when it is exchanged for another one, or that is undone."""
        before = self._path
        return lambda redone: self.name(path if redone else before)

    def _may_replace(self) -> bool:
        """Ask whether changes that no session's file has may go; True if there are none."""
        return self._history.stack.isClean() or ask_whether(
            self._window, "Unsaved changes", UNSAVED
        )

    def empty_rack(self) -> None:
        """Remove every slot, if the user agrees."""
        if self._may_replace():
            self._load("empty the rack", {})

    def play_demo(self) -> None:
        """Load the demo, and play a phrase on it, if the user agrees."""
        if not self._may_replace():
            return
        self._load("play the demo", catalogue.demo().session)
        self._bridge.do(lambda engine: engine.play_phrase(DEMO_SECONDS))

    def record(self, suffix: str, bits: int) -> None:
        """Start a recording into a new file in the folder of recordings."""
        self._bridge.do(lambda engine: engine.record(None, bits, suffix))

    def stop_recording(self) -> None:
        """Finish the recording and tell its file."""
        self._bridge.do(lambda engine: engine.stop_recording(), self._say_recorded)

    def _load(self, name: str, session: dict[str, Any]) -> None:
        renamed = self._renamed("")
        self.name("")
        self._history.do(
            name, lambda engine: engine.load_session(session), self._say_all, "Loading", renamed
        )

    def _say_all(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self._messages.say(sentence)

    def _say_recorded(self, facts: dict[str, Any]) -> None:
        marks = f", {facts['marks']} marks where something went wrong" if facts["marks"] else ""
        self._messages.say(f"Recorded {facts['seconds']:.1f} s to {facts['path']}{marks}.")
        self.changed.emit()
