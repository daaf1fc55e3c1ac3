"""Every control is reached by keyboard and named for a screen reader."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from rtaudiogen.gui.shell.main_window import MainWindow

CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox,
            QLineEdit)  # fmt: skip
QTS_OWN = (QHeaderView, QScrollBar)


def is_control(widget: QWidget) -> bool:
    """Return whether a widget is a control of its own; headings and bars belong to another."""
    if not widget.isVisible() or isinstance(widget, QTS_OWN):
        return False
    ours = type(widget).__module__.startswith("rtaudiogen.gui.widgets")
    takes_keys = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    return isinstance(widget, CONTROLS) or (ours and takes_keys)


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says; a single sign does not count as a name."""
    text = widget.accessibleName() or getattr(widget, "text", lambda: "")() or widget.toolTip()
    return text if len(text) > 1 else widget.accessibleName()


def test_every_control_has_a_name_and_is_reached_by_tab(
    window: MainWindow, qtbot: Any, eventually: Any
) -> None:
    eventually(lambda: window.instrument.panel is not None)
    seen = 0
    for page in range(window.pages.count()):
        window.pages.setCurrentIndex(page)
        qtbot.wait(50)
        controls = [widget for widget in window.findChildren(QWidget) if is_control(widget)]
        seen += len(controls)
        nameless = [type(widget).__name__ for widget in controls if not name_of(widget)]
        assert nameless == []
        aloof = [
            name_of(widget) for widget in controls
            if widget.isEnabled() and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]  # fmt: skip
        assert aloof == []
    assert seen > 100
    window.pages.turn_to(window.instrument)
