"""Layout of the window's middle: two columns of parts, with dividers that the user can move."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

LEFT_EM = 23  # initial width of the left column


class SplitLayout(QSplitter):
    """Two columns of parts with their shares of the room; share 0: as little as they need.

    It asks for its minimum size: a window gives it all that is left anyway.
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
        """Return the splitters by the names under which their states are saved."""
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


def scrolled(head: QWidget, desk: SplitLayout, foot: QWidget) -> QScrollArea:
    """Return all three below one another; they scroll only in a window too small for them."""
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
