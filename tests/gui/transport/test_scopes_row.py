"""The row of scopes is shown, hidden and remembered, and saved as sound or picture."""

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from rtaudiogen.gui.transport.scopes_row import ScopesRow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def views(qtbot) -> ScopesRow:
    made = ScopesRow()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def shown(views: ScopesRow) -> list[str]:
    return [name for name, scope in views.scopes.items() if scope.isVisible()]


def test_buttons_show_and_hide_the_views(views, qtbot):
    assert shown(views) == ["waveform", "spectrum"]
    qtbot.mouseClick(views.toggles["phase"], LEFT)
    qtbot.mouseClick(views.toggles["spectrum"], LEFT)
    assert shown(views) == ["waveform", "phase"]


def test_without_a_view_little_room_is_taken(views, qtbot):
    for name in shown(views):
        qtbot.mouseClick(views.toggles[name], LEFT)
    assert views.height() < 150
    qtbot.mouseClick(views.toggles["phase"], LEFT)
    views.resize(900, 300)
    assert views.height() == 300


def test_the_shown_scopes_are_restored(views, qtbot):
    qtbot.mouseClick(views.toggles["phase"], LEFT)
    qtbot.mouseClick(views.toggles["waveform"], LEFT)
    state = views.state()
    other = ScopesRow()
    qtbot.addWidget(other)
    other.restore(state)
    other.show()
    assert shown(other) == ["spectrum", "phase"]


@pytest.mark.parametrize("name", ["waveform", "spectrum", "phase"])
@pytest.mark.parametrize("ending", [".wav", ".png"])
def test_a_frozen_scope_is_saved_as_sound_or_picture(
    window, qtbot, eventually, tmp_path, monkeypatch, name, ending
):
    path = tmp_path / f"frozen{ending}"
    monkeypatch.setattr("rtaudiogen.gui.shell.save_capture.ask_where", lambda *_: path)
    window.scopes.show_scope(name, True)
    scope = window.scopes.scopes[name]
    scope.set_frozen(False)
    scope.setFocus()
    eventually(scope.hasFocus)
    eventually(lambda: scope.ring.written > 4800)
    qtbot.keyClick(scope, Qt.Key.Key_Space)
    assert scope.frozen
    qtbot.wait(50)  # the button has come, and has its place
    qtbot.mouseClick(scope._save, LEFT)
    eventually(lambda: str(path) in window.messages.text)
    if ending == ".wav":
        sound, rate = soundfile.read(path)
        assert rate == 48000
        np.testing.assert_array_equal(sound.astype(np.float32), scope._still)
    else:
        assert QImage(str(path)).size() == scope.size()
    qtbot.keyClick(scope, Qt.Key.Key_Space)
    window.scopes.show_scope("phase", False)


def test_another_suffix_is_refused_in_one_line_without_a_file(
    window, eventually, tmp_path, monkeypatch
):
    path = tmp_path / "frozen.jpg"
    monkeypatch.setattr("rtaudiogen.gui.shell.save_capture.ask_where", lambda *_: path)
    window.capture_saver.save(
        np.zeros((10, 2), np.float32), 48000, QImage(10, 10, QImage.Format(4))
    )
    eventually(lambda: "must end in .wav or .png" in window.messages.text)
    assert not path.exists()
