"""Small button whose name and tooltip explain its sign."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget


def small_button(sign: str, help: str, parent: QWidget) -> QToolButton:
    """Return a button with a sign or a short word on it.

    Only Tab gives it the focus, so a click does not take the keyboard from the piano. `help` is its
    tooltip and its accessible name.
    """
    button = QToolButton(parent)
    button.setText(sign)
    button.setToolTip(help)
    button.setAccessibleName(help)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
