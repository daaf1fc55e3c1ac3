"""Choice between labels: buttons side by side for a few, a list for many."""

import math

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.generator import Parameter

from ..painting import em
from .control import Control

MOST_BUTTONS = 4


class Choice(Control):
    """Control for a stepped parameter with a label for every value; arrow keys change it."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._list: QComboBox | None = None
        self._buttons = QButtonGroup(self)
        few = len(parameter.labels) <= MOST_BUTTONS
        body = self._make_buttons() if few else self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, self.title_height() + 2, 2, 2)
        layout.addLayout(body)
        self.refresh()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        body = layout.sizeHint()
        width = self.fontMetrics().horizontalAdvance(self.parameter.name) + 8
        return QSize(max(body.width(), min(width, math.ceil(em(self) * 12))), body.height())

    def refresh(self) -> None:
        index = round(self.value - self.parameter.minimum)
        if self._list is not None:
            self._list.setCurrentIndex(index)
        else:
            self._buttons.button(index).setChecked(True)
            self.setFocusProxy(self._buttons.button(index))
        super().refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Users expect the wheel to scroll the page unless they have clicked the list.
        if isinstance(event, QWheelEvent) and self._list is not None and not self._list.hasFocus():
            event.ignore()
            return True
        return False

    def _picked(self, index: int, down: bool) -> None:
        if down:
            self._pick(index)

    def _pick(self, index: int) -> None:
        self.set_value(self.parameter.minimum + index)

    def _make_buttons(self) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        for index, label in enumerate(self.parameter.labels):
            button = QPushButton(label, self)
            button.setCheckable(True)
            button.setAccessibleName(f"{self.parameter.name}: {label}")
            self._buttons.addButton(button, index)
            row.addWidget(button)
        # Arrow keys check the next button of a group without emitting `clicked`.
        self._buttons.idToggled.connect(self._picked)
        return row

    def _make_list(self) -> QLayout:
        self._list = QComboBox(self)
        self._list.addItems(self.parameter.labels)
        self._list.setAccessibleName(self.parameter.name)
        self._list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._list.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        longest = max(len(label) for label in self.parameter.labels)
        self._list.setMinimumContentsLength(min(max(longest, 6), 16))
        self._list.installEventFilter(self)
        self.setFocusProxy(self._list)
        self._list.currentIndexChanged.connect(self._pick)
        row = QHBoxLayout()
        row.addWidget(self._list)
        return row
