"""Table model of the library's items for Qt's views: sorted, searched, dragged out as files."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QUrl,
)
from PySide6.QtWidgets import QWidget

from rtaudiogen.client.library import Item, Kind

from ..shell.theme import ALARM, colour
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


def mime_of(items: Sequence[Item]) -> QMimeData:
    """Return items as drag data: their files; models, which may have none, by name as well."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(item.path)) for item in items if item.path])
    models = [item.reference for item in items if item.model is not None]
    if models:
        data.setData(MODEL_MIME, "\n".join(models).encode())
    return data
