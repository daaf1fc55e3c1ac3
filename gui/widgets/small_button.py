"""A small button that says by name and tooltip what its sign means."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget


def small_button(sign: str, help: str, parent: QWidget) -> QToolButton:
    """With a sign or a short word on it; reached by Tab, so that a click takes no key from a piano.

    `help` is its tooltip and its accessible name.
    """
    button = QToolButton(parent)
    button.setText(sign)
    button.setToolTip(help)
    button.setAccessibleName(help)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
