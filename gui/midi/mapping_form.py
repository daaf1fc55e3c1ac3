"""Form for a new mapping: slot, parameter and controller."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from rtaudiogen.client.catalogue import MAPPABLE_CONTROLLERS
from rtaudiogen.generator import Descriptor
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..widgets.controls.controller_choice import ControllerChoice
from ..widgets.flow_layout import FlowLayout

Find = Callable[[str], Descriptor | None]


class MappingForm(QWidget):
    """Adds the chosen mapping, or has the next controller that moves learnt for it."""

    mapped = Signal(int, int, str)  # slot, controller, parameter's id
    learn = Signal(int, str)  # slot, parameter's id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slot, self.parameter = QComboBox(self), QComboBox(self)
        self.controller = ControllerChoice(MAPPABLE_CONTROLLERS, self)
        self.add, self.learn_button = QPushButton("Add", self), QPushButton("Learn", self)
        self._models: list[tuple[int, str, Descriptor | None]] = []
        self._build()

    def _build(self) -> None:
        row = FlowLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget, help in (
            (self.slot, "Slot"),
            (self.parameter, "Parameter to move"),
            (self.controller, "Controller that moves it"),
            (self.add, "Map the controller to the parameter"),
            (self.learn_button, "Map the next controller that you move to the parameter"),
        ):
            widget.setToolTip(help)
            widget.setAccessibleName(help)
            row.addWidget(widget)
        for box in (self.slot, self.parameter):
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.slot.currentIndexChanged.connect(self._offer_parameters)
        self.add.clicked.connect(self._add)
        self.learn_button.clicked.connect(self._learn)

    def show_slots(self, slots: Sequence[SlotSnapshot], find: Find) -> None:
        """Offer the slots and the parameters of their models."""
        models = [(facts.slot, facts.model, find(facts.model)) for facts in slots]
        if models == self._models:
            return
        chosen, self._models = self.slot.currentData(), models
        self.slot.blockSignals(True)
        self.slot.clear()
        for number, name, _ in models:
            self.slot.addItem(f"{number}  {name}", number)
        self.slot.setCurrentIndex(max(self.slot.findData(chosen), 0))
        self.slot.blockSignals(False)
        self._offer_parameters()

    def _offer_parameters(self) -> None:
        index = self.slot.currentIndex()
        model = self._models[index][2] if index >= 0 else None
        chosen = self.parameter.currentData()
        self.parameter.clear()
        for parameter in model.parameters if model else ():
            self.parameter.addItem(parameter.name, parameter.id)
        self.parameter.setCurrentIndex(max(self.parameter.findData(chosen), 0))
        for button in (self.add, self.learn_button):
            button.setEnabled(self.parameter.count() > 0)

    def _add(self) -> None:
        slot, id = self.slot.currentData(), self.parameter.currentData()
        self.mapped.emit(slot, self.controller.controller, id)

    def _learn(self) -> None:
        self.learn.emit(self.slot.currentData(), self.parameter.currentData())
