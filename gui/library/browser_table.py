"""Table model of the library's items for Qt's views: sorted, searched, dragged out as files."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QSortFilterProxyModel,
    Qt,
    QUrl,
)
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from rtaudiogen.client.library import Item, Kind

from ..shell.theme import ACCENT, ALARM, colour
from ..widgets.painting import em
from .browser_columns import COLUMNS

Index = QModelIndex | QPersistentModelIndex
MODEL_MIME = "application/x-rtaudiogen-models"  # names of models, one a line
SORT = Qt.ItemDataRole.UserRole
Role = Qt.ItemDataRole
TOP = QModelIndex()  # the parent of every row


class LibraryTable(QAbstractTableModel):
    """Table of the items of one kind. It takes its colours from `view`."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.kind = Kind.MODEL
        self.items: list[Item] = []

    def show_items(self, kind: Kind, items: Sequence[Item]) -> None:
        """Show the items of one kind, in their order."""
        self.beginResetModel()
        self.kind = kind
        self.items = [item for item in items if item.kind == kind]
        self.endResetModel()

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS[self.kind])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return COLUMNS[self.kind][section].title
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        item, column = self.items[index.row()], COLUMNS[self.kind][index.column()]
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return column.text(item)
        if role == SORT:
            return column.key(item)
        if role == Role.ToolTipRole:
            return "\n".join(filter(None, [column.text(item), str(item.path or "")]))
        if role == Role.DecorationRole and index.column() == 0 and item.kind == Kind.PRESET:
            return _sign(self._view, item)
        if role == Role.ForegroundRole and item.problem:
            return colour(self._view, ALARM)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list", MODEL_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        items = [self.items[row] for row in sorted({index.row() for index in indexes})]
        return mime_of(items)


class FoundItems(QSortFilterProxyModel):
    """The items of a table that have a tag and contain the searched text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tag = ""

    def show_tag(self, tag: str) -> None:
        """Leave the items of one tag; empty: all."""
        self._tag = tag
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        table = self.sourceModel()
        assert isinstance(table, LibraryTable)
        fits = not self._tag or self._tag in table.items[row].tags
        return fits and super().filterAcceptsRow(row, parent)


def _sign(view: QWidget, item: Item) -> QPixmap:
    """Return a triangle in the colour of the item's model: a click plays it. Empty: it is mute."""
    side = math.ceil(em(view) * 0.8)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    if item.preview is not None:
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(item.colour) if item.colour else colour(view, ACCENT))
        painter.drawPolygon(
            QPolygonF([QPointF(0, 0), QPointF(side * 0.9, side / 2), QPointF(0, side)])
        )
        painter.end()
    return picture


def mime_of(items: Sequence[Item]) -> QMimeData:
    """Return items as drag data: their files; models, which may have none, by name as well."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(item.path)) for item in items if item.path])
    models = [item.reference for item in items if item.model is not None]
    if models:
        data.setData(MODEL_MIME, "\n".join(models).encode())
    return data
