"""Questions that a player is asked in a window of their own."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget


def ask_where(parent: QWidget, title: str, proposal: Path, filter: str) -> Path | None:
    """A file to write to; the dialog itself asks before one is written over. None: not at all."""
    dialog = QFileDialog(parent, title, str(proposal.parent), filter)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposal.suffix.removeprefix("."))
    dialog.selectFile(proposal.name)
    try:
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()


def ask_name(parent: QWidget, title: str, label: str, proposal: str) -> str:
    """A name; empty: none was given."""
    name, given = QInputDialog.getText(parent, title, label, text=proposal)
    return name.strip() if given else ""


def ask_whether(parent: QWidget, title: str, question: str) -> bool:
    """Yes or no; no is what Enter answers."""
    No, Yes = QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes
    return QMessageBox.question(parent, title, question, Yes | No, No) == Yes
