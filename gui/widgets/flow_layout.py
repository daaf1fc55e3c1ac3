"""Layout that places widgets in as many rows as the width requires."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Places widgets like words in a paragraph; hidden ones take no room. Rows align at their tops.

    Widgets that expand share the rest of their row.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(QMargins(spacing, spacing, spacing, spacing))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, area: QRect, move: bool) -> int:
        margins = self.contentsMargins()
        inside = area.marginsRemoved(margins)
        y = inside.y()
        for row in self._rows(inside.width()):
            if move:
                self._place(row, inside, y)
            y += max(item.sizeHint().height() for item in row) + self.spacing()
        return max(y - self.spacing(), inside.y()) - area.y() + margins.bottom()

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        left = 0
        for item in self._items:
            if item.isEmpty():  # its widget is hidden
                continue
            needed = item.sizeHint().width()
            if not rows or needed > left:
                rows.append([])
                left = width
            rows[-1].append(item)
            left -= needed + self.spacing()
        return rows

    def _place(self, row: list[QLayoutItem], inside: QRect, y: int) -> None:
        sizes = [item.sizeHint() for item in row]
        used = sum(size.width() for size in sizes) + self.spacing() * (len(row) - 1)
        growing = [bool(item.expandingDirections() & Qt.Orientation.Horizontal) for item in row]
        extra = max(inside.width() - used, 0) // max(sum(growing), 1)
        x = inside.x()
        for item, size, grows in zip(row, sizes, growing, strict=True):
            width = min(size.width() + extra * grows, inside.width())
            item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self.spacing()
