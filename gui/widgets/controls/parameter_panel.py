"""Panel of all parameters of a generator, built from their descriptions alone."""

import math
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.generator import Parameter

from ..flow_layout import FlowLayout
from ..scroll_page import ScrollPage
from .choice import Choice
from .control import Control
from .echo_guard import EchoGuard
from .knob import Knob
from .parameter_groups import group_of, group_title, matches, short_title
from .toggle import Toggle


def control_for(parameter: Parameter, parent: QWidget | None = None) -> Control:
    """Return the control that suits a parameter."""
    steps = round(parameter.maximum - parameter.minimum) + 1
    if parameter.stepped and steps == 2:
        return Toggle(parameter, parent)
    if parameter.stepped and steps == len(parameter.labels):
        return Choice(parameter, parent)
    return Knob(parameter, parent)


class ParameterPanel(QWidget):
    """Controls in groups: those of `pad1.spread` and `pad1.pitch` under "Pad 1".

    A control is made when its group is first shown, and only visible ones are updated.
    """

    moved = Signal(object, object)  # values by id that the user moved: before, and after
    learn = Signal(str)

    def __init__(self, parameters: Sequence[Parameter], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters = {parameter.id: parameter for parameter in parameters}
        self._index = {id: index for index, id in enumerate(self._parameters)}
        self._values = {p.id: p.clamp(p.default) for p in parameters}
        self._controllers: dict[str, str] = {}
        self._controls: dict[str, Control] = {}
        self._shown: list[str] = []
        self._echo_guard = EchoGuard()
        self._page = QWidget(self)
        self._flow = FlowLayout(self._page)
        self._selector = QComboBox(self)
        self._search = QLineEdit(self)
        self._build()
        self._select()

    @property
    def values(self) -> Mapping[str, float]:
        """Value of every parameter, as far as the panel knows."""
        return self._values

    def control(self, id: str) -> Control:
        """Return the control of a parameter; KeyError if there is no such parameter."""
        if id not in self._controls:
            control = control_for(self._parameters[id], self._page)
            control.show_value(self._values[id])
            control.show_controller(self._controllers.get(id, ""))
            control.changed.connect(lambda value: self.set_values({id: value}))
            control.learn.connect(lambda: self.learn.emit(id))
            control.hide()
            self._flow.addWidget(control)
            self._controls[id] = control
        return self._controls[id]

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set values by id as the user would: together they are one movement."""
        before = {id: self._values[id] for id in values}
        if dict(values) == before:
            return
        for id, value in values.items():
            self._values[id] = value
            self._echo_guard.touch(id)
            if id in self._controls:
                self._controls[id].show_value(value)
        self.moved.emit(before, dict(values))

    def follow(self, ids: Iterable[str]) -> None:
        """Show the engine's values of these parameters again, whatever the user has just moved."""
        for id in ids:
            self._echo_guard.forget(id)

    def show_group(self, prefix: str) -> None:
        """Show a group ("pad1"; empty: parameters without a group). Unknown ones change nothing."""
        index = self._selector.findData(prefix)
        if index >= 0:
            self._search.clear()
            self._selector.setCurrentIndex(index)

    def show_values(self, values: Mapping[str, float]) -> None:
        """Show the engine's values by id, except those that the user has just moved; skip unknown
        ids.
        """
        mine = self._values
        for id, value in values.items():
            if mine.get(id, value) == value or not math.isfinite(value):
                continue
            if not self._echo_guard.accepts(id):
                continue
            mine[id] = value
            if id in self._controls and not self._controls[id].isHidden():
                self._controls[id].show_value(value)

    def show_controllers(self, names: Mapping[str, str]) -> None:
        """Mark the mapped parameters ("CC 74"), by id; the others are marked as unmapped."""
        self._controllers = dict(names)
        for id, control in self._controls.items():
            control.show_controller(self._controllers.get(id, ""))

    def showEvent(self, event: QShowEvent) -> None:
        self._select()
        super().showEvent(event)

    def _build(self) -> None:
        groups = sorted({group_of(id) for id in self._parameters}, key=self._first_of)
        for group in groups:
            self._selector.addItem(group_title(group), group)
        self._selector.setAccessibleName("Group of parameters")
        self._selector.setToolTip("Group of parameters to show")
        self._selector.setVisible(len(groups) > 1)
        self._selector.currentIndexChanged.connect(self._select)
        self._search.setPlaceholderText("Search parameters")
        self._search.setAccessibleName("Search parameters")
        self._search.setToolTip("Search all groups for words of a parameter's name")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._select)
        head = QHBoxLayout()
        head.addWidget(self._selector)
        head.addWidget(self._search, 1)
        scroll = ScrollPage(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it scrolls to the focused control
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def _first_of(self, group: str) -> tuple[bool, int]:
        first = min(index for id, index in self._index.items() if group_of(id) == group)
        return group != "", first

    def _select(self) -> None:
        """Show the parameters that match the search, or else the selected group."""
        words = self._search.text()
        group = self._selector.currentData()
        wanted = [
            id
            for id, parameter in self._parameters.items()
            if (matches(parameter, words) if words.strip() else group_of(id) == group)
        ]
        self._flow.setEnabled(False)  # else showing each control would lay out all others again
        for id in set(self._shown).difference(wanted):
            self._controls[id].hide()
        for id in wanted:
            control, parameter = self.control(id), self._parameters[id]
            control.show_title(parameter.name if words.strip() else short_title(parameter))
            control.show_value(self._values[id])
            control.show()
        self._shown = wanted
        self._flow.setEnabled(True)
