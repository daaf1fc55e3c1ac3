"""Switch for a parameter that is on or off."""

import math

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from rtaudiogen.generator import Parameter

from ..painting import em
from .control import Control


class Toggle(Control):
    """Control for a stepped parameter from 0 to 1: a button that stays down; space or a click moves
    it.
    """

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._names = parameter.labels or ("off", "on")
        self._button = QPushButton(self)
        self._button.setCheckable(True)
        self._button.setAccessibleName(parameter.name)
        self._button.clicked.connect(lambda down: self.set_value(self.parameter.minimum + down))
        self.setFocusProxy(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, self.title_height() + 2, 2, 2)
        layout.addWidget(self._button)
        self.refresh()

    def sizeHint(self) -> QSize:
        height = self.title_height() + 4 + self._button.sizeHint().height()
        return QSize(math.ceil(em(self) * 6.6), height)

    def refresh(self) -> None:
        on = self.value > self.parameter.minimum
        self._button.setChecked(on)
        self._button.setText(self._names[on])
        super().refresh()
