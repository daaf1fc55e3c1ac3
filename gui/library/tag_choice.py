"""List of tags; the chosen one decides which items are listed."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

ALL = "All sounds"


class TagChoice(QComboBox):
    """Offers tags that it is given, and all; `picked` says that another one is chosen."""

    picked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Kind of sound that is listed")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.offer(())
        self.currentIndexChanged.connect(lambda _: self.picked.emit())

    @property
    def tag(self) -> str:
        """The chosen tag; empty for all."""
        return str(self.currentData() or "")

    def offer(self, tags: Iterable[str]) -> None:
        """Offer these tags, by name; keep the chosen one if it is still there."""
        wanted = ["", *sorted(set(tags))]
        if wanted == [self.itemData(index) for index in range(self.count())]:
            return
        chosen = self.tag
        self.blockSignals(True)
        self.clear()
        for tag in wanted:
            self.addItem(tag.capitalize() or ALL, tag)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)
        self.picked.emit()
