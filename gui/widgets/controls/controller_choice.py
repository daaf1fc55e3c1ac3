"""List of MIDI controllers by number and common name."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from ..midi_text import controller_name


class ControllerChoice(QComboBox):
    """A list of `controllers`; the wheel scrolls the page instead of changing the choice."""

    def __init__(self, controllers: Iterable[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for controller in controllers:
            self.addItem(controller_name(controller), controller)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Controller")
        self.setToolTip("Controller that moves the parameter")

    @property
    def controller(self) -> int:
        """Number of the chosen controller."""
        number: int = self.currentData()
        return number

    def show_controller(self, controller: int) -> None:
        """Show the controller in use; add it if it is not in the list."""
        if self.currentData() == controller:
            return
        index = self.findData(controller)
        if index < 0:
            self.addItem(controller_name(controller), controller)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
