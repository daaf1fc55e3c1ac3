"""The session menu saves to the file it came from, opens, and titles the window."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog

from rtaudiogen.gui.shell.dialogs import ask_where
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.shell.session_menu import SessionMenu


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[Path]:
    asked: list[Path] = []

    def ask(parent: object, title: str, proposal: Path, filter: str) -> Path:
        asked.append(proposal)
        return path

    monkeypatch.setattr("rtaudiogen.gui.shell.session_menu.ask_where", ask)
    return asked


def test_a_session_is_saved_again_where_it_was_saved_first(
    window: MainWindow, eventually, tmp_path, monkeypatch
):
    menu, path = window.sessions, tmp_path / "gig.json"
    menu.show_session("")
    asked = answer(monkeypatch, path)
    menu.save.trigger()
    eventually(lambda: path.exists() and window.windowTitle() == "gig – rtaudiogen")
    assert len(asked) == 1
    path.unlink()
    menu.save.trigger()
    eventually(path.exists)
    assert len(asked) == 1  # nobody was asked
    menu.save_as.trigger()
    eventually(lambda: len(asked) == 2)
    assert asked[1] == path


def test_an_empty_rack_has_no_name(window, eventually, tmp_path):
    window.files.save_session(str(tmp_path / "gig.json"))
    eventually(lambda: "gig" in window.windowTitle())
    window.sessions.emptied.emit()
    eventually(lambda: window.windowTitle() == "rtaudiogen")


def test_recent_sessions_are_offered_and_opened(window, eventually, tmp_path):
    path = tmp_path / "lately.json"
    window.files.save_session(str(path))
    recent = window.sessions.recent
    eventually(lambda: [a.text() for a in recent.actions()][:1] == ["lately"])
    assert recent.actions()[0].toolTip() == str(path)
    window.sessions.emptied.emit()
    eventually(lambda: window.rack.strips == {})
    recent.actions()[0].trigger()
    eventually(lambda: len(window.rack.strips) == 1)
    eventually(lambda: window.windowTitle() == "lately – rtaudiogen")


def test_without_recent_sessions_there_is_nothing_to_open(qtbot, tmp_path):
    menu = SessionMenu(tmp_path)
    qtbot.addWidget(menu)
    assert not menu.recent.isEnabled()


def test_file_dialog_adds_the_suffix_and_confirms_overwriting(window, tmp_path, monkeypatch):
    seen: list[QFileDialog] = []

    def accept(dialog: QFileDialog) -> int:
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
        seen.append(dialog)
        dialog.selectFile("mine")
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QFileDialog, "exec", accept)
    found = ask_where(window, "Save", tmp_path / "session.json", "Sessions (*.json)")
    assert found == tmp_path / "mine.json"
    assert seen[0].acceptMode() == QFileDialog.AcceptMode.AcceptSave
