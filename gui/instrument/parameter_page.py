"""Page of the selected slot: its name, its presets and its parameters."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.generator import Descriptor

from ..shell.dialogs import tell
from ..shell.theme import DIM
from ..widgets.controls.parameter_panel import ParameterPanel
from ..widgets.elided_label import ElidedLabel
from .preset_bar import PresetBar

SOUNDS = "Sounds (*.wav *.flac *.ogg *.mp3 *.aif *.aiff);;All files (*)"
EMPTY = "Add a generator to see its controls here."


class ParameterPage(QWidget):
    """A page that is built from the descriptions of a model's parameters alone."""

    moved = Signal(object, object)  # values by id that the user moved: before, and after
    learn = Signal(str)
    sound_wanted = Signal(str)  # the path of a file for a model that plays from one
    turned = Signal()  # another slot was selected, or the slot has another model

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel: ParameterPanel | None = None
        self.model: Descriptor | None = None
        self._slot = 0
        self._title, self._summary = QLabel(self), ElidedLabel(EMPTY, self)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self._title.setFont(font)
        self._summary.setForegroundRole(DIM)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._sound = QPushButton("Sound file …", self)
        self._sound.setToolTip("Let the model play from a sound file of your own")
        self._sound.clicked.connect(self._choose_sound)
        self._sound.hide()
        self.presets = PresetBar(self)
        self.presets.about_wanted.connect(self._tell_about)
        self.presets.hide()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._summary, 1)
        head.addWidget(self.presets)
        head.addWidget(self._sound)
        self._column.addLayout(head)
        self._column.addStretch(1)

    def show_slot(self, slot: int, model: Descriptor | None) -> bool:
        """Show a slot (0: none) and the parameters of its model; return True if either is new."""
        if (slot, model) == (self._slot, self.model):
            return False
        self._slot, self.model = slot, model
        if self.panel is not None:
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None
        self._title.setText(f"{slot}  {model.name}" if model else "")
        self._summary.show_sentence(model.summary if model else EMPTY)
        self._sound.setVisible(model is not None and model.takes_sound)
        self.presets.setVisible(model is not None)
        if model is not None:
            self.panel = ParameterPanel(model.parameters, self)
            self.panel.moved.connect(self.moved)
            self.panel.learn.connect(self.learn)
            self._column.insertWidget(1, self.panel, 1000)
        self.turned.emit()
        return True

    def _choose_sound(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Play from a sound", "", SOUNDS)
        if path:
            self.sound_wanted.emit(path)

    def _tell_about(self) -> None:
        if self.model is not None:
            tell(self, "About this sound", about(self.model))

    def show_values(self, values: Mapping[str, float], controllers: Mapping[str, int]) -> None:
        """Show the values of the parameters, and the controllers that move them."""
        if self.panel is not None:
            self.panel.show_values(values)
            self.panel.show_controllers({id: f"CC {n}" for id, n in controllers.items()})

    def show_group(self, group: str) -> None:
        """Show a group of parameters."""
        if self.panel is not None:
            self.panel.show_group(group)

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set values as the user would: together they are one movement."""
        if self.panel is not None:
            self.panel.set_values(values)

    def follow(self, slot: int, ids: Iterable[str]) -> None:
        """Show the engine's values again, whatever the user has just moved, if the slot is here."""
        if self.panel is not None and slot == self._slot:
            self.panel.follow(ids)


def about(model: Descriptor) -> str:
    """Return what a model is, and under which licence it may be used."""
    return (
        f"{model.name}: {model.summary}\n\n"
        f"Model: {model.id} (family {model.family})\n"
        f"Licence: {model.licence or 'none given'}\n"
        f"File: {model.path or 'none: it is part of the program'}"
    )
