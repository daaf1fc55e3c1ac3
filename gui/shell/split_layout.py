"""The middle of the window: two columns of parts, and the room between them divided by hand."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

LEFT_EM = 23  # wide, as long as nobody moves it


class Desk(QSplitter):
    """Parts one below the other, with their shares of the room; 0: no more than they need.

    It asks for no more room than it needs: what is left in a window is its own anyway.
    """

    def __init__(
        self,
        left: Mapping[QWidget, int],
        right: Mapping[QWidget, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.left, self.right = self._column(left), self._column(right)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(1, 1)
        self.setSizes([LEFT_EM * self.fontMetrics().height(), 10000])

    def splitters(self) -> dict[str, QSplitter]:
        """By the names under which their states are kept."""
        return {"desk": self, "left": self.left, "right": self.right}

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def _column(self, parts: Mapping[QWidget, int]) -> QSplitter:
        column = QSplitter(Qt.Orientation.Vertical, self)
        column.setChildrenCollapsible(False)
        for index, (part, share) in enumerate(parts.items()):
            column.addWidget(part)
            column.setStretchFactor(index, share)
        column.setSizes([max(1, 1000 * share) for share in parts.values()])
        return column


def scrolled(head: QWidget, desk: Desk, foot: QWidget) -> QScrollArea:
    """All three below one another; scrolled only where a window is too small for their letters."""
    page, area = QWidget(), QScrollArea()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(head)
    column.addWidget(desk, 1)
    column.addWidget(foot)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area
