"""The panel is built from parameter descriptions alone, and stays usable with 278 of them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from rtaudiogen.generator import Parameter
from rtaudiogen.gui.widgets.controls import echo_guard
from rtaudiogen.gui.widgets.controls.choice import Choice
from rtaudiogen.gui.widgets.controls.control import Control
from rtaudiogen.gui.widgets.controls.knob import Knob
from rtaudiogen.gui.widgets.controls.parameter_groups import group_of, group_title, short_title
from rtaudiogen.gui.widgets.controls.parameter_panel import ParameterPanel, control_for
from rtaudiogen.gui.widgets.controls.toggle import Toggle
from tests.gui.widgets.gallery import BETWEEN, FEW, GAIN, MANY, PARAMETERS, STEPS, SWITCH, kit


@pytest.fixture
def panel(shown):
    return shown(ParameterPanel(PARAMETERS), 800, 500)


@pytest.fixture
def drums(shown):
    return shown(ParameterPanel(kit()), 800, 500)


def visible(panel):
    return [id for id in panel.values if id in panel._controls and panel.control(id).isVisible()]


def test_each_parameter_gets_the_control_that_fits_it(qtbot):
    kinds = {GAIN: Knob, STEPS: Knob, BETWEEN: Knob, FEW: Choice, MANY: Choice, SWITCH: Toggle}
    for parameter, kind in kinds.items():
        control = control_for(parameter)
        qtbot.addWidget(control)
        assert type(control) is kind
        assert control.value == parameter.default


def test_groups_are_named_by_prefix_and_ungrouped_come_first(drums):
    selector = drums.findChild(QComboBox)
    names = [selector.itemText(i) for i in range(selector.count())]
    assert names == ["General", *(f"Pad {pad}" for pad in range(1, 17))]
    assert visible(drums) == [p.id for p in kit() if "." not in p.id]
    assert group_of("gain") == ""
    assert group_title("low_pass") == "Low pass"
    assert short_title(Parameter("pad1.spread", "Pad 1 spread", 0, 1, 0)) == "Spread"


def test_without_groups_there_is_no_selector(panel):
    assert not panel.findChild(QComboBox).isVisible()


def test_a_group_is_shown_by_hand_or_by_the_shell(drums, qtbot):
    qtbot.keyClick(drums.findChild(QComboBox), Qt.Key.Key_Down)
    assert {group_of(id) for id in visible(drums)} == {"pad1"}
    drums.show_group("pad16")
    assert {group_of(id) for id in visible(drums)} == {"pad16"}
    drums.show_group("nobody")
    assert {group_of(id) for id in visible(drums)} == {"pad16"}


def test_search_finds_words_in_any_group_and_clearing_undoes_it(drums, qtbot):
    field = drums.findChild(QLineEdit)
    qtbot.keyClicks(field, "pad control 17")
    assert visible(drums) == [f"pad{pad}.16" for pad in range(1, 17)]
    field.clear()
    assert {group_of(id) for id in visible(drums)} == {""}
    qtbot.keyClicks(field, "nothing at all")
    assert visible(drums) == []


def test_a_hand_is_heard_with_the_id_and_learning_too(panel, qtbot, heard):
    said, learned = heard(panel.moved), heard(panel.learn)
    qtbot.keyClick(panel.control("gain"), Qt.Key.Key_End)
    panel.control("cutoff").learn.emit()
    assert said == [({"gain": GAIN.default}, {"gain": 12.0})]
    assert learned == ["cutoff"]


def test_values_from_the_engine_are_shown_and_not_said(panel, heard):
    said = heard(panel.moved)
    panel.show_values({"gain": -9.0, "few": 3.0, "stranger": 1.0, "cutoff": float("nan")})
    assert panel.control("gain").value == -9.0
    assert panel.control("few").value == 3.0
    assert panel.control("cutoff").value == 800.0
    assert said == []


def test_only_what_changed_and_can_be_seen_is_touched(drums, monkeypatch):
    touched = []
    original = Knob.show_value
    drums.show_group("pad2")
    drums.show_group("pad1")
    monkeypatch.setattr(
        Knob, "show_value", lambda self, v: (touched.append(self.parameter.id), original(self, v))
    )
    values = dict(drums.values)
    drums.show_values(values)
    assert touched == []
    drums.show_values(values | {"pad1.0": 5.0, "pad2.0": 6.0, "pad3.0": 7.0})
    assert touched == ["pad1.0"]
    for group, value in (("pad2", 6.0), ("pad3", 7.0)):
        drums.show_group(group)
        assert drums.control(f"{group}.0").value == value


def test_controls_are_made_when_they_are_first_looked_at(drums):
    assert len(drums._controls) == 6


def test_panel_ignores_a_late_echo_of_the_engine(panel, qtbot, monkeypatch):
    qtbot.keyClick(panel.control("gain"), Qt.Key.Key_End)
    panel.show_values({"gain": 0.0})
    assert panel.control("gain").value == 12.0
    monkeypatch.setattr(echo_guard, "ECHO_SECONDS", 0.0)
    panel.show_values({"gain": 0.0})
    assert panel.control("gain").value == 0.0


def test_a_movement_tells_before_and_after(panel, heard):
    said = heard(panel.moved)
    panel.set_values({"gain": -3.0, "cutoff": 900.0})
    panel.set_values({"gain": -3.0})
    assert said == [({"gain": GAIN.default, "cutoff": 800.0}, {"gain": -3.0, "cutoff": 900.0})]


def test_the_engine_is_followed_again_when_that_is_wanted(panel):
    panel.set_values({"gain": -3.0})
    panel.follow(["gain"])
    panel.show_values({"gain": -9.0})
    assert panel.control("gain").value == -9.0


def test_mapped_controllers_are_shown_in_groups_not_yet_seen(drums):
    drums.show_controllers({"pad1.0": "CC 1"})
    drums.show_group("pad1")
    assert drums.control("pad1.0").controller == "CC 1"
    drums.show_controllers({})
    assert drums.control("pad1.0").controller == ""


@pytest.mark.parametrize("width", [300, 700, 1200])
def test_controls_flow_into_the_width_without_overlap(panel, qtbot, width):
    panel.resize(width, 500)
    qtbot.wait(1)
    areas = [panel.control(id).geometry() for id in visible(panel)]
    assert all(not a.intersects(b) for i, a in enumerate(areas) for b in areas[:i])
    assert max(area.right() for area in areas) < max(width, areas[0].width() + 20)


def test_tab_comes_by_every_control_once(panel, qtbot):
    panel.findChild(QLineEdit).setFocus()
    visited = []
    for _ in PARAMETERS:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        while not isinstance(widget, Control):
            widget = widget.parent()
        visited.append(widget.parameter.id)
    assert visited == [parameter.id for parameter in PARAMETERS]


def test_a_panel_without_parameters_is_empty(shown):
    assert visible(shown(ParameterPanel(()))) == []
