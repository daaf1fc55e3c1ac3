"""List of the clips that a training has rendered: a button for each, the newest first."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

MOST = 40  # clips that are offered


class TrainingClips(QWidget):
    """Buttons that play clips."""

    play = Signal(str)  # a sound file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: tuple[Path, ...] = ()
        self.buttons: dict[Path, QToolButton] = {}
        self._none = QLabel("Clips appear with every report.", self)
        self._none.setWordWrap(True)
        inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_clips(self, paths: Sequence[Path]) -> None:
        """Show these clips, given with the newest first."""
        shown = tuple(paths[:MOST])
        if shown == self._paths:
            return
        self._paths = shown
        for path in set(self.buttons) - set(shown):
            self.buttons.pop(path).deleteLater()
        for place, path in enumerate(shown):
            if path not in self.buttons:
                self.buttons[path] = self._button(path)
                self._column.insertWidget(place, self.buttons[path])
        self._none.setVisible(not shown)

    def _button(self, path: Path) -> QToolButton:
        button = QToolButton(self)
        name = title(path)
        button.setText(f"▶  {name}")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setAccessibleName(f"Play the clip of {name}")
        button.setToolTip(f"Play {path}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.play.emit(str(path)))
        return button


def title(path: Path) -> str:
    """Return a clip's title: "step-0002000.wav" becomes "step 2000"."""
    word, _, number = path.stem.rpartition("-")
    return f"{word} {int(number)}" if word and number.isdigit() else path.stem
