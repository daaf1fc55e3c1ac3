"""Dialogs that ask the user for a file, a name, or yes or no, or show a text."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget


def ask_where(parent: QWidget, title: str, proposal: Path, filter: str) -> Path | None:
    """Ask for a file to write to; the dialog itself asks before overwriting. None: cancelled."""
    dialog = QFileDialog(parent, title, str(proposal.parent), filter)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposal.suffix.removeprefix("."))
    dialog.selectFile(proposal.name)
    try:
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()


def ask_name(parent: QWidget, title: str, label: str, proposal: str) -> str:
    """Ask for a name; empty: cancelled."""
    name, given = QInputDialog.getText(parent, title, label, text=proposal)
    return name.strip() if given else ""


def ask_whether(parent: QWidget, title: str, question: str) -> bool:
    """Ask a yes-or-no question; Enter answers no."""
    No, Yes = QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes
    return QMessageBox.question(parent, title, question, Yes | No, No) == Yes


def tell(parent: QWidget, title: str, text: str) -> None:
    """Show a text until the user closes it."""
    QMessageBox.information(parent, title, text)
