"""A MIDI controller, chosen by number and common name."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from ..midi_text import controller_name


class ControllerChoice(QComboBox):
    """Those of `controllers`; the wheel scrolls the page below it, and chooses nothing."""

    def __init__(self, controllers: Iterable[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for controller in controllers:
            self.addItem(controller_name(controller), controller)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Controller")
        self.setToolTip("Which controller moves it")

    @property
    def controller(self) -> int:
        """Its number."""
        number: int = self.currentData()
        return number

    def show_controller(self, controller: int) -> None:
        """The one that is in use; one that is not on offer is added."""
        if self.currentData() == controller:
            return
        index = self.findData(controller)
        if index < 0:
            self.addItem(controller_name(controller), controller)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
