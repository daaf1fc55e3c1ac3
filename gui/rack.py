"""All slots, one below the other, and the button that adds one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from rtaudiogen.engine.catalogue import Models
from rtaudiogen.engine.snapshot import SlotSnapshot

from .model_menu import ModelMenu
from .slot_strip import SlotStrip


class Rack(QWidget):
    """Values in, signals out. One slot is selected, if there is one."""

    added = Signal(str)  # a model's id, or its file
    swapped = Signal(int, str)  # a slot, and the model that it is to play
    removed = Signal(int)
    mixed = Signal(int, str, float)
    selected = Signal(int)  # 0: none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models = Models()
        self.menus = ModelMenu(self)
        self.strips: dict[int, SlotStrip] = {}
        self.selection = 0
        self._wanted = 0  # was added by hand, and is to be selected when it is there
        self.add = QPushButton("+ Add a generator", self)
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.clicked.connect(self._choose_model)
        page = QWidget(self)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.add)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def offer(self, models: Models) -> None:
        """The models that there are."""
        self.models = models
        self.menus.offer(models)

    def show_slots(self, slots: Sequence[SlotSnapshot]) -> None:
        """The engine's newest facts."""
        numbers = [facts.slot for facts in slots]
        for gone in self.strips.keys() - set(numbers):
            self.strips.pop(gone).deleteLater()
        for position, facts in enumerate(slots):
            if facts.slot not in self.strips:
                self.strips[facts.slot] = strip = self._new_strip(facts.slot)
                self._column.insertWidget(position, strip)
            self.strips[facts.slot].show_slot(facts, self.models.find(facts.model))
        if self._wanted in self.strips:
            self.select(self._wanted)
        elif self.selection not in self.strips:
            self.select(numbers[0] if numbers else 0)

    def select_when_there(self, slot: int) -> None:
        """A slot that was just added."""
        self._wanted = slot

    def select(self, slot: int) -> None:
        """Choose the slot whose parameters are shown."""
        self._wanted = 0
        if slot == self.selection:
            return
        self.selection = slot
        for number, strip in self.strips.items():
            strip.show_selected(number == slot)
        self.selected.emit(slot)

    def _new_strip(self, slot: int) -> SlotStrip:
        strip = SlotStrip(slot, lambda parent: self._menu_for(slot, parent), self)
        strip.mixed.connect(lambda field, value: self.mixed.emit(slot, field, value))
        strip.removed.connect(lambda: self.removed.emit(slot))
        strip.selected.connect(lambda: self.select(slot))
        return strip

    def _menu_for(self, slot: int, parent: QWidget) -> QMenu:
        return self.menus.menu(parent, lambda model: self.swapped.emit(slot, model))

    def _choose_model(self) -> None:
        menu = self.menus.menu(self, self.added.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))
