"""Bar for the presets of the selected slot: previous, next, a menu of all, and saving a new one."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from rtaudiogen.client.library import Item

from ..widgets.small_button import small_button

COMPARE = "Compare the preset (A) with your changes (B)"
NAME_EMS = 9  # the longest part of a name that is shown


class PresetBar(QWidget):
    """Buttons and a menu; `picked` and `save_wanted` tell what the user wants."""

    picked = Signal(object)  # Item
    save_wanted = Signal(str)  # the name that is proposed
    reverted = Signal()  # to the preset that was applied last
    compared = Signal()  # that preset in place of the changed values, or these again
    about_wanted = Signal()  # what the sound is made with

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets: Sequence[Item] = ()
        self._current: Path | None = None
        self._changed = False
        self.before = small_button("‹", "The previous preset", self)
        self.menu = small_button("", "Presets", self)
        self.after = small_button("›", "The next preset", self)
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu.setMenu(QMenu(self.menu))
        self.menu.menu().aboutToShow.connect(self._fill)
        self.compare = small_button("A/B", COMPARE, self)
        self.compare.clicked.connect(self.compared)
        self.before.clicked.connect(lambda: self._step(-1))
        self.after.clicked.connect(lambda: self._step(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self.before, self.menu, self.after, self.compare):
            row.addWidget(button)
        self._show()

    def show_presets(self, presets: Sequence[Item], current: Path | None) -> None:
        """Show the presets that fit the model, and which one was applied last."""
        if (presets, current) != (self._presets, self._current):
            self._presets, self._current = presets, current
            self._show()

    def show_changed(self, changed: bool, can_compare: bool) -> None:
        """Show whether values differ from the preset's, and whether there are two to compare."""
        self.compare.setEnabled(can_compare)
        if changed != self._changed:
            self._changed = changed
            self._show()

    @property
    def name(self) -> str:
        """Name of the preset that was applied last; empty if there is none."""
        index = self._index()
        return "" if index is None else self._presets[index].name

    def _index(self) -> int | None:
        paths = [preset.path for preset in self._presets]
        return paths.index(self._current) if self._current in paths else None

    def _show(self) -> None:
        width = self.fontMetrics().averageCharWidth() * 2 * NAME_EMS
        elide = Qt.TextElideMode.ElideRight
        name = self.fontMetrics().elidedText(self.name or "Presets", elide, width)
        changed = bool(self.name) and self._changed
        self.menu.setText(f"{name} *" if changed else name)
        state = ", changed" if changed else ""
        self.menu.setToolTip(f"Presets: {self.name}{state}" if self.name else "Presets")
        for button in (self.before, self.after):
            button.setEnabled(bool(self._presets))

    def _fill(self) -> None:
        menu = self.menu.menu()
        menu.clear()
        for preset in self._presets:
            action = menu.addAction(preset.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(preset.path == self._current)
            action.triggered.connect(lambda _=False, preset=preset: self.picked.emit(preset))
        menu.addSeparator()
        if self.name:
            action = menu.addAction(f"Revert to {self.name}".replace("&", "&&"), self.reverted.emit)
            action.setEnabled(self._changed)
        menu.addAction("Save as …", lambda: self.save_wanted.emit(self.name))
        menu.addAction("About this sound", self.about_wanted.emit)

    def _step(self, step: int) -> None:
        index = self._index()
        if index is None:
            index = -1 if step > 0 else 0
        self.picked.emit(self._presets[(index + step) % len(self._presets)])
