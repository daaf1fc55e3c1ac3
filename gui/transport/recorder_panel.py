"""Record button with elapsed time, size, free space on the disk, and a link to the folder."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from rtaudiogen.wire.snapshot import RecordingSnapshot

from ..shell.theme import ALARM, DIM, TEXT
from ..widgets.painting import scaled_font

ROOM_MS = 5000  # between two checks of the free space
FORMATS = {  # suffix and bits of a value
    "WAV float": (".wav", 32),
    "WAV 24": (".wav", 24),
    "WAV 16": (".wav", 16),
    "FLAC 24": (".flac", 24),
    "FLAC 16": (".flac", 16),
}
REC, STOP = "● REC", "■ STOP"
WIDEST = "00:00:00 · 000.0 GB"


class RecorderPanel(QWidget):
    """Starts and stops recordings of the output, and shows their state."""

    record = Signal(str, int)  # suffix and bits of the file
    stop = Signal()
    room_wanted = Signal(str)  # a folder; the receiver answers with `show_room`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._folder = ""
        self._recording: RecordingSnapshot | None = None
        self._shown: tuple[object, ...] = ()
        self._free_bytes = 0
        self.button = QPushButton(REC, self)
        self.button.setCheckable(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setMinimumWidth(self._widest_button())
        self.button.setStyleSheet(
            "QPushButton:checked { background: palette(bright-text); color: palette(window); }"
        )
        self.button.setToolTip("Record the output to a file")
        self.button.clicked.connect(self._press)
        self.format = QComboBox(self)
        self.format.addItems(list(FORMATS))
        self.format.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.format.setMaximumHeight(self.button.sizeHint().height())  # the bar keeps its height
        self.format.setAccessibleName("Format of recordings")
        self.format.setToolTip("Format of the next recording and of saved hits")
        self._facts, self._room = QLabel(self), QLabel(self)
        for label in (self._facts, self._room):
            label.setForegroundRole(DIM)
            label.setFont(scaled_font(self, 0.8))
        self._facts.setMinimumWidth(self._facts.fontMetrics().horizontalAdvance(WIDEST))
        self.folder = QToolButton(self)
        self.folder.setText("Folder")
        self.folder.setToolTip("Open the folder of the recordings")
        self.folder.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.folder.setEnabled(False)
        self.folder.clicked.connect(self._show_folder)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.button, 0, 0)
        grid.addWidget(self.format, 0, 1)
        grid.addWidget(self.folder, 0, 2)
        grid.addWidget(self._facts, 1, 0, 1, 3)
        grid.addWidget(self._room, 2, 0, 1, 3)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._clock = QTimer(self, interval=ROOM_MS)
        self._clock.timeout.connect(self._ask_for_room)

    @property
    def path(self) -> str:
        """The file of the current or last recording."""
        return self._path

    def saved_format(self) -> tuple[Callable[[], str], Callable[[str], None]]:
        """Return functions that read and set the chosen format, for the next start."""
        return self.format.currentText, self.format.setCurrentText

    def chosen(self) -> tuple[str, int]:
        """Return suffix and bits of a value of the next recording."""
        return FORMATS[self.format.currentText()]

    @property
    def facts(self) -> str:
        """Text below the buttons."""
        return f"{self._facts.text()} {self._room.text()}".strip()

    def show_recording(self, recording: RecordingSnapshot | None) -> None:
        """Show the state of the recorder."""
        if recording is None:
            return
        shown = (recording.path, int(recording.seconds), recording.running, recording.problem)
        if shown == self._shown:  # check the file's size once a second at most
            return
        self._shown, self._path, self._recording = shown, recording.path, recording
        self.watch(str(Path(recording.path).parent))
        self.button.setChecked(recording.running)
        self.button.setText(STOP if recording.running else REC)
        self.format.setEnabled(not recording.running)
        self.folder.setEnabled(True)
        self._facts.setForegroundRole(ALARM if recording.problem else TEXT)
        self._facts.setToolTip(recording.problem or recording.path)
        self._show_facts()

    def watch(self, folder: str) -> None:
        """Ask regularly for the free space on the disk of this folder."""
        if folder != self._folder:
            self._folder = folder
            self._clock.start()
            self._ask_for_room()

    def show_room(self, free_bytes: int) -> None:
        """Show the free space of the watched folder; 0: unknown."""
        self._free_bytes = free_bytes
        self._show_facts()

    def _show_facts(self) -> None:
        parts = self._parts(self._recording) if self._recording else []
        self._facts.setText(" · ".join(parts))
        self._room.setText(f"{bytes_text(self._free_bytes)} left" if self._free_bytes else "")

    def _parts(self, recording: RecordingSnapshot) -> list[str]:
        seconds = int(recording.seconds)
        parts = [f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"]
        try:
            parts.append(bytes_text(Path(recording.path).stat().st_size))
        except OSError:
            parts.append("no file")
        if recording.marks:
            parts.append(f"{recording.marks} marks")
        return parts

    def _ask_for_room(self) -> None:
        self.room_wanted.emit(self._folder)

    def _widest_button(self) -> int:
        texts = (self.button.fontMetrics().horizontalAdvance(text) for text in (REC, STOP))
        return max(texts) + 2 * self.fontMetrics().height()

    def _press(self, checked: bool) -> None:
        self.button.setChecked(not checked)  # stays as it is until the engine reports the change
        if checked:
            self.record.emit(*self.chosen())
        else:
            self.stop.emit()

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._path).parent)))


def bytes_text(size: float) -> str:
    """Return a size in bytes as text, in B, kB, MB or GB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
