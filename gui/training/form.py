"""Form that starts a training: family, sounds, name, duration and further options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.client.training import TrainableFamily

from ..shell.theme import ALARM, DIM
from ..widgets.elided_label import ElidedLabel
from .options import OptionFields, value_text

MINUTES = "minutes"  # the option that is always visible
LOOKING = "Looking for families that can be trained …"


class TrainingForm(QWidget):
    """Fields and a button to start; a folder can be dropped on it."""

    begin = Signal(object, object, str, object, bool)  # TrainableFamily, folder, name, values, anew
    named = Signal(str)  # the model's new name; the receiver answers with `show_goes_on`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._families: Sequence[TrainableFamily] = ()
        self._wanted: tuple[str, dict[str, Any]] | None = None  # before the families are known
        self._own_name = False  # True: the user has typed a name
        self.setAcceptDrops(True)
        self.family, self.summary = QComboBox(self), ElidedLabel(LOOKING, self)
        self.folder, self.choose = QLineEdit(self), QPushButton("Choose …", self)
        self.name, self.minutes = QLineEdit(self), QLineEdit(self)
        self.more, self.options = QToolButton(self), OptionFields((), self)
        self.start, self._problem = QPushButton("Start", self), QLabel(self)
        self.anew = QPushButton("Begin anew", self)
        self._build()
        self._connect()

    @property
    def problem(self) -> str:
        """Reason why the last training did not start."""
        return self._problem.text()

    def offer(self, families: Sequence[TrainableFamily]) -> None:
        """Offer families to choose from."""
        self._families = families
        self.family.clear()
        self.family.addItems([family.name for family in families])
        self.start.setEnabled(bool(families))
        if self._wanted is not None:
            self.show_choice(*self._wanted)

    def show_choice(self, family: str, values: Mapping[str, Any]) -> None:
        """Show a family, and values of its options that differ from the defaults."""
        self._wanted = (family, dict(values))
        self.family.setCurrentText(family)
        self.minutes.setText(value_text(values[MINUTES]) if MINUTES in values else "")
        self.options.set_values(values)
        self.more.setChecked(self.more.isChecked() or bool(set(values) - {MINUTES}))

    def show_folder(self, folder: str) -> None:
        """Show a folder of sounds."""
        self.folder.setText(folder)

    def show_name(self, name: str) -> None:
        """Show the model's name as if the user had typed it."""
        self._own_name = True
        self.name.setText(name)
        self.named.emit(name)

    def show_goes_on(self, goes_on: bool) -> None:
        """Show that a training of this name can be continued, or that it cannot."""
        self.start.setText("Go on" if goes_on else "Start")
        self.start.setToolTip(
            "Continue the training of this name from where it stopped" if goes_on else ""
        )
        self.anew.setVisible(goes_on)

    def show_problem(self, sentence: str) -> None:
        """Show why the training did not start; empty: it did."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def ask(self) -> None:
        """Emit the values of the fields."""
        self._ask(anew=False)

    def ask_anew(self) -> None:
        """Emit them for a new training; an earlier one of that name is kept elsewhere."""
        self._ask(anew=True)

    def _ask(self, anew: bool) -> None:
        if self._families:
            values = self.options.values()
            if self.minutes.text().strip():
                values[MINUTES] = self.minutes.text().strip()
            family = self._families[self.family.currentIndex()]
            self._wanted = (family.name, values)
            folder = Path(self.folder.text().strip()).expanduser() if self.folder.text() else None
            self.begin.emit(family, folder, self.name.text().strip(), values, anew)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _folder_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _folder_of(event)
        if folder:
            self.show_folder(folder)
            event.acceptProposedAction()

    def _build(self) -> None:
        for row, (label, field, beside) in enumerate(
            (
                ("Family", self.family, self.summary),
                ("Sounds", self.folder, self.choose),
                ("Name", self.name, None),
                ("Minutes", self.minutes, self.more),
            )
        ):
            self._add_row(row, label, field, beside)
        self.summary.setForegroundRole(DIM)
        self.family.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for field in (self.folder, self.name, self.minutes):
            field.setAcceptDrops(False)  # the form takes a dropped folder, not a field
        self.folder.setPlaceholderText("Drop a folder of sounds here, or choose one")
        self.name.setPlaceholderText("Name of the model")
        self.minutes.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * 12))
        self.more.setText("More options")
        self.more.setCheckable(True)
        self.start.setEnabled(False)
        self.start.setStyleSheet(
            "QPushButton:enabled { background: palette(highlight);"
            " color: palette(highlighted-text); }"
        )
        self.anew.setToolTip("Train from the beginning; the earlier training is kept elsewhere")
        self.anew.hide()
        for button in (self.choose, self.more, self.start, self.anew):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._problem.setForegroundRole(ALARM)
        self._problem.setWordWrap(True)
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._problem.hide()
        self.options.hide()
        self._grid.addWidget(self.anew, 2, 3)
        self._grid.addWidget(self.start, 3, 3)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._grid)
        self._column.addWidget(self._problem)
        self._column.addWidget(self.options)
        self._column.addStretch(1)

    def _add_row(self, row: int, text: str, field: QWidget, beside: QWidget | None) -> None:
        if row == 0:
            self._grid = QGridLayout()
            self._grid.setColumnStretch(2, 1)
        label = QLabel(text, self)
        label.setBuddy(field)
        field.setAccessibleName(text)
        self._grid.addWidget(label, row, 0)
        wide = field in (self.folder, self.name)
        self._grid.addWidget(field, row, 1, 1, 2 if wide else 1)
        if beside is not None:
            start = Qt.AlignmentFlag.AlignLeft if beside is self.more else Qt.AlignmentFlag(0)
            self._grid.addWidget(beside, row, 3 if wide else 2, start)

    def _connect(self) -> None:
        self.family.currentIndexChanged.connect(self._turn_to)
        self.folder.textChanged.connect(self._propose_name)
        self.choose.clicked.connect(self._browse)
        self.name.textEdited.connect(self._name_it)
        self.more.toggled.connect(lambda shown: self.options.setVisible(shown))
        self.start.clicked.connect(self.ask)
        self.anew.clicked.connect(self.ask_anew)

    def _turn_to(self, index: int) -> None:
        """Show the options of the chosen family."""
        if index < 0:
            return
        family = self._families[index]
        self.summary.show_sentence(family.summary)
        options = {option.name: option for option in family.options}
        minutes = options.pop(MINUTES, None)
        self.minutes.setPlaceholderText(value_text(minutes.default) if minutes else "")
        self.minutes.setToolTip(minutes.help if minutes else "")
        old, self.options = self.options, OptionFields(tuple(options.values()), self)
        self._column.replaceWidget(old, self.options)
        old.hide()
        old.deleteLater()
        self.options.setVisible(self.more.isChecked())
        self.show_problem(family.problem)
        self._propose_name()

    def _propose_name(self) -> None:
        folder = Path(self.folder.text()).name
        if not self._own_name:
            family = self.family.currentText()
            self.name.setText(f"{family}-{folder}" if folder else "")
            self.named.emit(self.name.text())

    def _name_it(self, name: str) -> None:
        self._own_name = bool(name)
        self.named.emit(name)

    def _browse(self) -> None:
        begin = self.folder.text() or str(Path.home())
        folder = QFileDialog.getExistingDirectory(self, "A folder of sounds", begin)
        if folder:
            self.show_folder(folder)


def _folder_of(event: QDropEvent) -> str:
    """Return the folder that is being dragged; empty if it is something else."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return str(paths[0]) if len(paths) == 1 and paths[0].is_dir() else ""
