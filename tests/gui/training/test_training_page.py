"""The training page on a small real training, and with unusable folders."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QCheckBox, QComboBox

from rtaudiogen.client import training
from rtaudiogen.client.training import Curve, Option, TrainableFamily, TrainingFacts
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.shell.theme import ALARM, WARNING, colour
from rtaudiogen.gui.training.clips import title
from rtaudiogen.gui.training.options import OptionFields
from rtaudiogen.gui.training.page import TrainingPage
from rtaudiogen.gui.training.view import TrainingView, duration, sentence
from rtaudiogen.gui.widgets.scopes.curve_plot import log_ticks

pytestmark = pytest.mark.slow
LEFT = Qt.MouseButton.LeftButton
RATE = 16000
TINY = {
    "residual": "16", "skip": "16", "output": "16", "largest_dilation": "8", "stacks": "1",
    "segment_frames": "1024", "report_steps": "20",
}  # fmt: skip
TICKED = {"texture": True, "compile": False}


@pytest.fixture
def page(window: MainWindow, eventually: Any) -> Iterator[TrainingPage]:
    """Yield the open training page, and stop what still trains at the end."""
    page = window.training
    window.pages.turn_to(page)
    page.setCurrentIndex(0)
    page.form.show_problem("")
    eventually(lambda: page.form.family.count() > 0)
    page.form.family.setCurrentText("wavenet")
    yield page
    while page._run is not None:
        page._run.stop()
        eventually(lambda: page._run is None or page.facts.state == "stopping")


def fill(page: TrainingPage, folder: Path, name: str) -> None:
    """Fill in the form for a training that lasts long enough to be stopped."""
    form = page.form
    form.show_folder(str(folder))
    form.show_name(name)
    form.minutes.setText("10")
    if not form.more.isChecked():
        form.more.click()
    for option, text in TINY.items():
        form.options.fields[option].setText(text)
    for option, ticked in TICKED.items():
        field = form.options.fields[option]
        assert isinstance(field, QCheckBox)
        if field.isChecked() != ticked:
            field.click()


def test_a_training_is_heard_stopped_played_and_continued(window, page, rain, qtbot, eventually):
    fill(page, rain, "my-rain")
    assert page.form.start.text() == "Start"
    qtbot.mouseClick(page.form.start, LEFT)
    eventually(lambda: page.currentWidget() is page.view)
    view = page.view
    eventually(lambda: view.plots and len(view.plots[0].curves[1].y) >= 2)
    assert len(view.plots[0].curves[0].x) >= len(view.plots[0].curves[1].x)
    assert view.plots[1].isHidden(), "held-out bits are on the axis of the others"
    assert "left" in view.state.sentence
    assert 0 < view.bar.value() < view.bar.maximum()

    eventually(lambda: len(view.clips.buttons) >= 2)
    clips = {button.text(): button for button in view.clips.buttons.values()}
    assert {"▶  step 20", "▶  step 40"} <= set(clips)
    sounding = window.scopes.waveform.ring
    qtbot.mouseClick(clips["▶  step 20"], LEFT)
    eventually(lambda: np.abs(sounding.latest(4800)).max() > 0.005)

    other = TrainingPage(window.bridge)  # as in a second window
    qtbot.addWidget(other)
    eventually(lambda: other.facts is not None and other.view.plots)
    assert other.facts.model == page.facts.model
    assert other.form.name.text() == "my-rain"

    qtbot.mouseClick(view.stop_button, LEFT)
    eventually(lambda: page.facts.state == "stopped")
    eventually(lambda: other.facts.state == "stopped")
    reached = page.facts.step
    eventually(lambda: window.rack.models.find("my-rain") is not None)
    qtbot.mouseClick(view.add_button, LEFT)
    eventually(lambda: [slot.model for slot in window.facts.slots] == ["sine", "my-rain"])

    eventually(lambda: page.form.start.text() == "Go on")
    assert not page.form.anew.isHidden()
    qtbot.mouseClick(view.go_on_button, LEFT)
    eventually(lambda: page.facts is not None and page.facts.step > reached)
    assert page.facts.state == "training"
    qtbot.mouseClick(view.stop_button, LEFT)
    eventually(lambda: page.facts.state == "stopped")
    qtbot.mouseClick(view.another_button, LEFT)
    assert page.currentIndex() == 0
    assert page.form.folder.text() == str(rain), "what was filled in is still there"


def test_an_unusable_folder_is_reported_and_the_form_is_kept(page, tmp_path, qtbot, eventually):
    (tmp_path / "empty").mkdir()
    fill(page, tmp_path / "empty", "nothing")
    qtbot.mouseClick(page.form.start, LEFT)
    eventually(lambda: "no sound files" in page.form.problem)
    assert page.currentIndex() == 0
    assert page.form.start.isEnabled()
    assert page.form.name.text() == "nothing"
    assert page.form.options.values().items() >= TINY.items()
    eventually(lambda: not training.run_folder(page.facts.model).exists())


def test_a_missing_folder_or_name_is_reported(page, tmp_path, rain, qtbot, eventually):
    for folder, name, reason in (
        ("", "rain", "expected a folder of sounds"),
        (str(tmp_path / "nowhere"), "rain", "expected a folder of sounds"),
        (str(rain), "", "cannot be called"),
        (str(rain), "sine", "the model 'sine' exists already"),
    ):
        page.form.show_folder(folder)
        page.form.show_name(name)
        qtbot.mouseClick(page.form.start, LEFT)
        eventually(lambda reason=reason: reason in page.form.problem)
        eventually(page.form.start.isEnabled)


def test_a_folder_that_is_dropped_is_taken_and_names_the_model(page, rain):
    form = page.form
    form.name.clear()
    form.name.textEdited.emit("")

    def drop(path: Path) -> bool:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(
            QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
        )
        event.setAccepted(False)
        form.dropEvent(event)
        return event.isAccepted()

    assert drop(rain)
    assert (form.folder.text(), form.name.text()) == (str(rain), "wavenet-rain")
    assert not drop(rain / "rain.wav"), "a file is no folder"
    form.family.setCurrentText("vqvae")
    assert form.name.text() == "vqvae-rain"
    form.name.setText("mine")
    form.name.textEdited.emit("mine")
    form.family.setCurrentText("wavenet")
    assert form.name.text() == "mine", "a name that was typed stays"


def test_families_that_cannot_be_told_are_asked_for_again(qtbot, window, eventually, monkeypatch):
    failures = [RtAudioGenError("the command does not say")]

    def families() -> Any:
        if failures:
            raise failures.pop()
        return (FAMILY,)

    monkeypatch.setattr(training, "families", families)
    page = TrainingPage(window.bridge)
    qtbot.addWidget(page)
    page.show()
    eventually(lambda: "does not say" in page.form.problem)
    assert not page.form.start.isEnabled()
    page.hide()
    page.show()
    eventually(lambda: page.form.family.count() == 1)
    assert page.form.problem == FAMILY.problem


FAMILY = TrainableFamily(
    "loom", "weaves", (Option("minutes", "float", 5.0, ""), Option("threads", "int", 3, "Warp")),
    "training needs the package 'shuttle': pip install 'rtaudiogen[train]'",
)  # fmt: skip


def test_an_option_shows_its_bounds_and_offers_its_choices(qtbot: Any) -> None:
    options = OptionFields((
        Option("threads", "int", 3, "Warp.", {"least": 1, "most": 8}),
        Option("yarn", "str", "wool", "Weft.", {"choices": ["silk", "wool"]}),
    ))  # fmt: skip
    qtbot.addWidget(options)
    assert options.fields["threads"].toolTip() == "Warp. (from 1 to 8)"
    yarn = options.fields["yarn"]
    assert isinstance(yarn, QComboBox)
    assert yarn.currentText() == "wool"
    assert options.values() == {}
    yarn.setCurrentText("silk")
    assert options.values() == {"yarn": "silk"}
    options.set_values({})
    assert yarn.currentText() == "wool"


FACTS = TrainingFacts(
    model=Path("/models/loom-x.safetensors"), state="training", family="loom", folder="/x",
    title="training", unit="loss", progress=0.25, seconds=600.0, step=1200,
    loss=Curve((1.0, 300.0, 600.0), (4.0, 2.0, 1.5)), held_out=Curve((300.0,), (900.0,)),
    sentences=("12 sounds", "WARNING: it hums"),
)  # fmt: skip


@pytest.fixture
def view(qtbot: Any) -> TrainingView:
    view = TrainingView()
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    return view


def test_another_measure_gets_its_own_axis_logarithmic_if_wide(view):
    view.show_facts(replace(FACTS, measure="distance"))
    one, other = view.plots
    assert [curve.name for curve in one.curves] == ["training"]
    assert [curve.name for curve in other.curves] == ["held out"]
    assert other.isVisible()
    assert not one.is_logarithmic
    held_out = Curve((300.0, 600.0), (900.0, 30.0))
    view.show_facts(replace(FACTS, measure="distance", held_out=held_out))
    assert other.is_logarithmic
    assert "distance" in other.accessibleDescription()
    assert tuple(one.curves[0].x) == (1 / 60, 5.0, 10.0), "minutes"
    assert log_ticks(30, 900) == [50, 100, 200, 500]
    assert log_ticks(0.03, 9000) == [0.1, 1, 10, 100, 1000]
    nan = Curve((300.0, 600.0), (float("nan"), -1.0))
    view.show_facts(replace(FACTS, held_out=nan))
    assert not other.isVisible()
    view.grab()


def test_warnings_stand_out_from_messages_and_failure_is_shown(view):
    view.show_facts(FACTS)
    assert view.said.item(0).text() == "it hums"
    assert view.said.item(0).foreground().color() == colour(view, WARNING)
    assert view.said.item(1).text() == "12 sounds"
    view.show_facts(replace(FACTS, state="failed", problem="the disk of /models is full"))
    assert view.state.sentence == "the disk of /models is full"
    assert view.state.foregroundRole() == ALARM
    assert view.go_on_button.isVisible()
    assert not view.stop_button.isVisible()
    assert view.plots[0].curves[0].y == (4.0, 2.0, 1.5), "its curves are still there"


def test_the_state_of_a_training_is_a_plain_sentence():
    assert sentence(FACTS) == "Training, 25 %, 30 min left, step 1200"
    assert sentence(replace(FACTS, state="finished")) == "Finished, step 1200"
    assert sentence(replace(FACTS, state="preparing", step=0)) == "Reading the sounds"
    assert [duration(s) for s in (4, 59, 90, 3600, 9000)] == [
        "4 s", "59 s", "2 min", "1 h 0 min", "2 h 30 min",
    ]  # fmt: skip
    assert title(Path("step-0002000.wav")) == "step 2000"
    assert title(Path("verdict.wav")) == "verdict"
