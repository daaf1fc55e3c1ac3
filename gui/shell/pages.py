"""Pages in the middle of the window, chosen by tabs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QWidget


class Pages(QTabWidget):
    """Pages in the order in which they were added."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # the window decides the height; a page that does not fit is scrolled
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)

    def add(self, page: QWidget, title: str, help: str) -> None:
        """Add a page with the title of its tab and a tooltip."""
        self.setTabToolTip(self.addTab(page, title), help)

    def turn_to(self, page: QWidget) -> None:
        """Show a page."""
        self.setCurrentWidget(page)
