"""The record button: elapsed time, size, room on the disk, and the way to the file."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QToolButton, QWidget

from rtaudiogen.engine.snapshot import RecordingSnapshot

from .theme import ALARM, DIM, TEXT

ROOM_SECONDS = 5  # between looks at the room on the disk


class RecorderPanel(QWidget):
    """Records everything that is heard."""

    record = Signal()
    stop = Signal()
    room_wanted = Signal(str)  # a folder of which `show_room` is to tell the room

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._shown: tuple[object, ...] = ()
        self._free_bytes = 0
        self.button = QPushButton("● REC", self)
        self.button.setCheckable(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setStyleSheet(
            "QPushButton:checked { background: palette(bright-text); color: palette(window); }"
        )
        self.button.setToolTip("Record everything that is heard to a WAV file")
        self.button.clicked.connect(self._press)
        self._facts = QLabel(self)
        self._facts.setForegroundRole(DIM)
        self._facts.setMinimumWidth(self.fontMetrics().horizontalAdvance("00:00:00  000 MB"))
        self.folder = QToolButton(self)
        self.folder.setText("Show folder")
        self.folder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.folder.setEnabled(False)
        self.folder.clicked.connect(self._show_folder)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.button, 0, 0)
        grid.addWidget(self.folder, 0, 1)
        grid.addWidget(self._facts, 1, 0, 1, 2)

    @property
    def path(self) -> str:
        """The file that is, or was last, recorded to."""
        return self._path

    @property
    def facts(self) -> str:
        """What is written below the button."""
        return self._facts.text()

    def show_recording(self, recording: RecordingSnapshot | None) -> None:
        """What the recorder does."""
        if recording is None:
            return
        shown = (recording.path, int(recording.seconds), recording.running, recording.problem)
        if shown == self._shown:  # the file is looked at once a second
            return
        if recording.path != self._path or int(recording.seconds) % ROOM_SECONDS == 0:
            self.room_wanted.emit(str(Path(recording.path).parent))
        self._shown, self._path = shown, recording.path
        self.button.setChecked(recording.running)
        self.button.setText("■ STOP" if recording.running else "● REC")
        self.folder.setEnabled(True)
        self._facts.setForegroundRole(ALARM if recording.problem else TEXT)
        self._facts.setText(self._sentence(recording))
        self._facts.setToolTip(recording.problem or f"{recording.path}\n{self._room()} left")

    def show_room(self, free_bytes: int) -> None:
        """Room on the disk that is recorded to."""
        self._free_bytes = free_bytes

    def _sentence(self, recording: RecordingSnapshot) -> str:
        seconds = int(recording.seconds)
        parts = [f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"]
        try:
            parts.append(bytes_text(Path(recording.path).stat().st_size))
        except OSError:
            parts.append("no file")
        if recording.marks:
            parts.append(f"{recording.marks} marks")
        if recording.running and self._free_bytes:
            parts.append(f"{self._room()} left")
        return " · ".join(parts)

    def _room(self) -> str:
        return bytes_text(self._free_bytes) if self._free_bytes else "?"

    def _press(self, checked: bool) -> None:
        self.button.setChecked(not checked)  # the facts decide
        (self.record if checked else self.stop).emit()

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._path).parent)))


def bytes_text(size: float) -> str:
    """A size for people."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
