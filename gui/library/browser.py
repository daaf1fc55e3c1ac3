"""Page of the library: lists sounds, models, sessions and recordings, with actions for them.

A sound is a preset, of the factory or the user's own.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.client.library import Item, Kind

from ..shell.theme import DIM
from ..widgets.flow_layout import FlowLayout
from .browser_columns import COLUMNS
from .browser_table import SORT, FoundItems, LibraryTable
from .tag_choice import TagChoice

TITLES = {
    Kind.PRESET: "Sounds",
    Kind.MODEL: "Models",
    Kind.SESSION: "Sessions",
    Kind.RECORDING: "Recordings",
}
EMPTY = {
    Kind.MODEL: "There is no model.",
    Kind.PRESET: "There is no sound.",
    Kind.SESSION: "No session has been saved yet. Save one with the menu Session.",
    Kind.RECORDING: "Nothing has been recorded yet. Drop a sound here to encode it.",
}
MOST_LINES = 14  # width of a column, at most, in heights of a line


class Browser(QWidget):
    """Shows items that it is given; its signals carry the selected items."""

    used = Signal(object)  # Item: double click, Enter
    added = Signal(object)  # Item: a preset for a slot of its own
    heard = Signal(object)  # Item: a preset with a preview was clicked
    rename_wanted = Signal(object)  # Item
    export_wanted = Signal(object)  # Item
    folder_wanted = Signal(object)  # Item
    trash_wanted = Signal(object)  # list[Item]
    refresh_wanted = Signal()
    speeds_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: Sequence[Item] = ()
        self.tree = QTreeView(self)
        self.table = LibraryTable(self.tree)
        self._shown = FoundItems(self)
        self.tags = TagChoice(self)
        self._shown.setSourceModel(self.table)
        self._shown.setSortRole(SORT)
        self._shown.setFilterKeyColumn(-1)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.kinds = QTabBar(self)
        self.search = QLineEdit(self)
        self.button, self.more = QToolButton(self), QToolButton(self)
        self._empty = QLabel(self)
        self._empty.setForegroundRole(DIM)
        self._empty.setWordWrap(True)
        self.tags.picked.connect(self._show)
        self._set_up_kinds()
        self._set_up_tree()
        self._make_actions()
        top = FlowLayout(spacing=4)
        top.setContentsMargins(0, 0, 0, 0)
        for part in (self.kinds, self.tags, self.search):
            top.addWidget(part)
        for button in self._set_up_buttons():
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        column.addWidget(self._empty)
        self._show()

    # -- values in -------------------------------------------------------------------------------

    def show_items(self, items: Sequence[Item]) -> None:
        """Show the library's items; keep the selection."""
        selected = {item.path for item in self.selection()}
        self._items = items
        self.tags.offer(item.tags[0] for item in items if item.tags)
        self._show()
        rows = [row for row, item in enumerate(self.table.items) if item.path in selected]
        flags = QItemSelectionModel.SelectionFlag
        for row in rows if selected - {None} else []:
            index = self._shown.mapFromSource(self.table.index(row, 0))
            self.tree.selectionModel().select(index, flags.Select | flags.Rows)
            self.tree.selectionModel().setCurrentIndex(index, flags.NoUpdate)
        self._enable()

    def show_kind(self, kind: Kind) -> None:
        """Show the tab of models, presets, sessions or recordings."""
        self.kinds.setCurrentIndex(list(TITLES).index(kind))

    def selection(self) -> list[Item]:
        """Return the selected items, from top to bottom."""
        rows = self.tree.selectionModel().selectedRows()
        rows.sort(key=lambda index: index.row())
        return [self._item(row) for row in rows]

    # -- construction ----------------------------------------------------------------------------

    def _set_up_kinds(self) -> None:
        for title in TITLES.values():
            self.kinds.addTab(title)
        self.kinds.setDrawBase(False)
        self.kinds.setExpanding(False)
        self.kinds.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.kinds.setAccessibleName("Kind of items that are listed")
        self.kinds.currentChanged.connect(lambda _: self._show())
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the list")
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)  # the window takes dropped files
        self.search.textChanged.connect(self._search)

    def _set_up_tree(self) -> None:
        tree = self.tree
        tree.setModel(self._shown)
        tree.setAccessibleName("Library")
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setSortingEnabled(True)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        tree.header().setStretchLastSection(True)
        tree.activated.connect(lambda _: self._tell_one(self.used))
        tree.clicked.connect(lambda index: self._hear(self._item(index)))
        tree.selectionModel().selectionChanged.connect(lambda *_: self._enable())

    def _make_actions(self) -> None:
        Key = QKeySequence.StandardKey
        self.add = self._action("+ Add", "Ctrl+Return", lambda: self._tell_one(self.added))
        self.hear = self._action("Listen", Key.MoveToNextChar, self._hear_selected)
        self.use = self._action("Open", None, lambda: self._tell_one(self.used))
        self.folder = self._action(
            "Show in folder", None, lambda: self._tell_one(self.folder_wanted)
        )
        self.rename = self._action("Rename …", "F2", lambda: self._tell_one(self.rename_wanted))
        self.export = self._action("Export …", None, lambda: self._tell_one(self.export_wanted))
        self.trash = self._action(
            "Delete …", Key.Delete, lambda: self.trash_wanted.emit(self.selection())
        )
        self.refresh = self._action("Refresh", Key.Refresh, self.refresh_wanted.emit)
        self.measure = self._action("Measure speeds", None, self.speeds_wanted.emit)
        self.measure.setToolTip("Measure how much faster than real time each model is, on one core")
        self.add.setToolTip("Add a slot with this sound")
        self.hear.setToolTip("Play the sound once, as a click does")
        self.use.setToolTip("Add the model, apply the preset, open the session, play the sound")
        self.export.setToolTip("Copy to another place; codes may be decoded to a .wav")
        self.trash.setToolTip("Move your own files to the trash")

    def _action(
        self,
        text: str,
        key: str | QKeySequence.StandardKey | None,
        work: Callable[[], object],
    ) -> QAction:
        action = QAction(text, self)
        action.setIconText(text)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: work())
        self.tree.addAction(action)
        return action

    def _set_up_buttons(self) -> tuple[QToolButton, QToolButton]:
        """Set up the button that opens the selected item and the one with the menu of all
        actions.
        """
        self.button.setDefaultAction(self.use)
        self.more.setText("⋯")
        self.more.setToolTip("Actions for the selected items")
        self.more.setAccessibleName("Actions for the selected items")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.setToolTipsVisible(True)
        menu.addActions(self.tree.actions())
        self.more.setMenu(menu)
        for button in (self.button, self.more):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return self.button, self.more

    # -- display ---------------------------------------------------------------------------------

    def _show(self) -> None:
        kind = list(TITLES)[self.kinds.currentIndex()]
        other = kind != self.table.kind or not self.table.items
        sounds = kind == Kind.PRESET
        self.tags.setVisible(sounds)
        self._press_for(self.add if sounds else self.use)
        self._shown.show_tag(self.tags.tag if sounds else "")
        self.table.show_items(kind, self._items)
        if other:
            self._shown.sort(-1)  # the library's own order, until the user presses a heading
            self.tree.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self._fit_columns()
        self._search(self.search.text())

    def _press_for(self, action: QAction) -> None:
        """Let the button carry out an action."""
        for old in self.button.actions():  # several would become a menu
            self.button.removeAction(old)
        self.button.setDefaultAction(action)

    def _fit_columns(self) -> None:
        """Make columns as wide as their texts, up to `MOST_LINES`."""
        metrics = self.fontMetrics()
        usable = [item for item in self.table.items if not item.problem]
        for section, column in enumerate(COLUMNS[self.table.kind][:-1]):
            texts = [f"{column.title}  ", *(column.text(item) for item in usable)]
            width = max(map(metrics.horizontalAdvance, texts)) + metrics.height() // 2
            self.tree.setColumnWidth(section, min(width, MOST_LINES * metrics.height()))

    def _search(self, text: str) -> None:
        self._shown.setFilterFixedString(text.strip())
        is_empty = self._shown.rowCount() == 0
        self._empty.setVisible(is_empty)
        nothing = EMPTY[self.table.kind]
        self._empty.setText(f"Nothing here contains '{text}'." if self.table.items else nothing)
        for row in range(self._shown.rowCount()):  # a problem is written across all columns
            item = self._item(self._shown.index(row, 0))
            self.tree.setFirstColumnSpanned(row, QModelIndex(), bool(item.problem))
        self._enable()

    def _item(self, index: QModelIndex) -> Item:
        return self.table.items[self._shown.mapToSource(index).row()]

    def _enable(self) -> None:
        selected = self.selection()
        one = selected[0] if len(selected) == 1 else None
        files = [item for item in selected if item.path is not None]
        own = bool(selected) and all(item.own and item.path for item in selected)
        self.use.setEnabled(one is not None and not one.problem)
        self.add.setEnabled(bool(one and one.kind == Kind.PRESET and one.uses and not one.problem))
        self.hear.setEnabled(bool(one and one.preview))
        self.folder.setEnabled(bool(one and files))
        self.export.setEnabled(bool(one and files))
        self.rename.setEnabled(bool(one and own and one.kind != Kind.MODEL))
        self.trash.setEnabled(own)

    def _hear(self, item: Item) -> None:
        if item.preview is not None:
            self.heard.emit(item)

    def _hear_selected(self) -> None:
        for item in self.selection()[:1]:
            self._hear(item)

    def _tell_one(self, signal: SignalInstance) -> None:
        selected = self.selection()
        if len(selected) == 1:
            signal.emit(selected[0])
