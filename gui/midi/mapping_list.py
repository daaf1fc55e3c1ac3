"""List of controller mappings, which can be changed one by one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.client.catalogue import MAPPABLE_CONTROLLERS
from rtaudiogen.generator import Descriptor
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.theme import DIM
from ..widgets.controls.controller_choice import ControllerChoice
from ..widgets.elided_label import ElidedLabel
from .mapping_form import MappingForm

Find = Callable[[str], Descriptor | None]
EMPTY = "No controller is mapped yet."


class Mapping(NamedTuple):
    """A controller that moves a parameter of a slot."""

    slot: int
    id: str
    controller: int


class MappingList(QWidget):
    """A row for each mapping, and a form that adds one. Values in, signals out."""

    mapped = Signal(int, int, str)  # slot, controller, parameter's id
    unmapped = Signal(int, int)  # slot, controller
    learn = Signal(int, str)  # slot, parameter's id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = MappingForm(self)
        self.choices: dict[Mapping, ControllerChoice] = {}
        self._shown: list[tuple[Mapping, str]] | None = None
        self._relearning: dict[tuple[int, str], int] = {}  # by slot and id: the controller so far
        self._rows: QWidget | None = None
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.form.mapped.connect(self.mapped)
        self.form.learn.connect(self.learn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel("Controllers", self))
        column.addWidget(self.form)
        column.addWidget(self._scroll, 1)

    def show_slots(self, slots: Sequence[SlotSnapshot], find: Find) -> None:
        """Show the engine's newest mappings; `find` returns the descriptor of a model."""
        self.form.show_slots(slots, find)
        shown = []
        for facts in slots:
            model = find(facts.model)
            names = {p.id: p.name for p in model.parameters} if model else {}
            for id, controller in facts.controls.items():
                self._forget_old(facts.slot, id, controller)
                name = f"{facts.slot}  {facts.model} · {names.get(id, id)}"
                shown.append((Mapping(facts.slot, id, controller), name))
        if shown != self._shown:
            self._shown = shown
            self._build(shown)

    def _forget_old(self, slot: int, id: str, controller: int) -> None:
        """Unmap the previous controller after a new one was learnt for the same parameter."""
        before = self._relearning.get((slot, id), controller)
        if before != controller:
            del self._relearning[slot, id]
            self.unmapped.emit(slot, before)

    def _build(self, shown: Sequence[tuple[Mapping, str]]) -> None:
        self._rows = rows = QWidget(self)
        self.choices = {}
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 4, 0, 0)
        for row, (mapping, name) in enumerate(shown):
            self._add_row(grid, row, mapping, name)
        if not shown:
            empty = QLabel(EMPTY, rows)
            empty.setForegroundRole(DIM)
            grid.addWidget(empty, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(shown) + 1, 1)
        self._scroll.setWidget(rows)  # this deletes the previous widget

    def _add_row(self, grid: QGridLayout, row: int, mapping: Mapping, name: str) -> None:
        rows = self._rows
        choice = ControllerChoice(MAPPABLE_CONTROLLERS, rows)
        choice.setAccessibleName(f"Controller of {name}")
        choice.show_controller(mapping.controller)
        choice.activated.connect(lambda _: self._change(mapping, choice.controller))
        self.choices[mapping] = choice
        learn, remove = QPushButton("Learn", rows), QToolButton(rows)
        learn.setToolTip("Map the next controller that you move instead")
        learn.setAccessibleName(f"Learn a controller for {name}")
        learn.clicked.connect(lambda: self._learn_again(mapping))
        remove.setText("✕")
        remove.setToolTip("Remove this mapping")
        remove.setAccessibleName(f"Remove the controller of {name}")
        remove.clicked.connect(lambda: self.unmapped.emit(mapping.slot, mapping.controller))
        for column, widget in enumerate((ElidedLabel(name, rows), choice, learn, remove)):
            grid.addWidget(widget, row, column)

    def _change(self, mapping: Mapping, controller: int) -> None:
        if controller != mapping.controller:
            self.mapped.emit(mapping.slot, controller, mapping.id)
            self.unmapped.emit(mapping.slot, mapping.controller)

    def _learn_again(self, mapping: Mapping) -> None:
        self._relearning[mapping.slot, mapping.id] = mapping.controller
        self.learn.emit(mapping.slot, mapping.id)
