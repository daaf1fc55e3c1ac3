"""Pads and XY pairs follow the descriptor's views, whatever the model's name."""

from dataclasses import replace

import pytest

from rtaudiogen.generator import Parameter
from rtaudiogen.gui.instrument.play_surface import PlaySurface
from rtaudiogen.gui.instrument.xy_panel import XYPanel
from rtaudiogen.models.sine import SINE
from rtaudiogen.views import KeyboardView, PadView, XYView
from rtaudiogen.wire.snapshot import SlotSnapshot

LOCKS = tuple(
    Parameter(f"drum{n}.lock", f"Drum {n} lock", 0, 1, 0, stepped=True) for n in range(1, 5)
)
DRUMS = replace(
    SINE, id="drums", parameters=(*SINE.parameters, *LOCKS),
    views=(PadView(first_key=60, pads=4, prefix="drum"), KeyboardView()),
)  # fmt: skip


def said(signal) -> list:
    """Return a list that collects what a signal emits."""
    heard: list = []
    signal.connect(lambda *values: heard.append(values))
    return heard


@pytest.fixture
def surface(qtbot) -> PlaySurface:
    made = PlaySurface()
    qtbot.addWidget(made.keyboard)
    qtbot.addWidget(made.pads)
    return made


@pytest.fixture
def xy(qtbot) -> XYPanel:
    made = XYPanel()
    qtbot.addWidget(made)
    return made


def test_pads_play_the_views_keys_and_move_its_parameters(surface):
    played, changed, chosen = map(said, (surface.played, surface.changed, surface.pad_chosen))
    surface.show_slot(DRUMS, SlotSnapshot(1, "drums"))
    assert surface.shows_pads
    surface.pads.struck.emit(2, 90)
    assert played[0] == (0x90, 62, 90, 1)
    surface.pads.struck.emit(4, 90)
    assert len(played) == 2, "there are four pads"
    surface.pads.lock_wanted.emit(3, True)
    assert changed == [("drum4.lock", 1.0)]
    surface.pads.chosen.emit(1)
    assert chosen == [("drum2",)]


def test_a_model_without_pads_view_gets_the_keyboard(surface):
    turned = said(surface.turned)
    surface.show_slot(DRUMS, SlotSnapshot(1, "drums"))
    surface.show_slot(replace(DRUMS, views=(KeyboardView(),)), SlotSnapshot(1, "drums"))
    assert turned == [(True,), (False,)]


def test_first_xy_pair_is_shown_and_an_axis_selects_its_partner(xy):
    pairs = (XYView("release", "vibrato"), XYView("level", "attack"), XYView("release", "level"))
    xy.show_parameters(SINE.parameters, pairs)
    assert [parameter.id for parameter in xy.pad.parameters] == ["release", "vibrato"]
    across, upwards = xy.axes
    across.setCurrentIndex(across.findData("level"))
    across.activated.emit(across.currentIndex())
    assert [parameter.id for parameter in xy.pad.parameters] == ["level", "attack"]
    upwards.setCurrentIndex(upwards.findData("vibrato"))
    upwards.activated.emit(upwards.currentIndex())
    assert [parameter.id for parameter in xy.pad.parameters] == ["level", "vibrato"]


def test_pairs_of_unknown_parameters_are_passed_over(xy):
    xy.show_parameters(SINE.parameters, [XYView("cutoff", "level"), XYView("attack", "release")])
    assert [parameter.id for parameter in xy.pad.parameters] == ["attack", "release"]
