"""A descriptor offers a window its own views, or views that suit any generator."""

from dataclasses import replace

import pytest

from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.models.sine import SINE
from rtaudiogen.registry import listing
from rtaudiogen.views import (
    KeyboardView,
    PadView,
    RibbonView,
    View,
    XYView,
    problem,
    to_json,
)

IDS = {"a", "b", "pad1.lock", "pad2.lock"}


def stranger(*plays: Plays, parameters: tuple[Parameter, ...] = SINE.parameters) -> Descriptor:
    """Return the descriptor of a generator whose author declared no views."""
    return replace(SINE, plays=frozenset(plays), parameters=parameters, views=())


def test_the_default_xy_pad_has_the_first_two_gliding_parameters() -> None:
    steps = Parameter("steps", "Steps", 0, 4, 0, stepped=True)
    descriptor = stranger(Plays.STREAM, parameters=(steps, *SINE.parameters))
    assert descriptor.offered_views() == (XYView("level", "attack"),)
    assert stranger(Plays.STREAM, parameters=(steps, SINE.parameters[0])).offered_views() == ()


def test_without_views_notes_get_a_keyboard_and_hits_get_pads() -> None:
    assert KeyboardView() in stranger(Plays.NOTES).offered_views()
    assert PadView() in stranger(Plays.HITS).offered_views()
    assert KeyboardView() not in stranger(Plays.HITS).offered_views()


def test_own_views_are_all_that_is_offered() -> None:
    own = (XYView("release", "level"),)
    assert replace(SINE, views=own).offered_views() == own


def test_every_built_in_model_names_parameters_that_it_has() -> None:
    for model in listing().models.values():
        ids = {parameter.id for parameter in model.parameters}
        assert model.views, model.id
        assert [problem(view, ids) for view in model.views] == [""] * len(model.views), model.id
        assert (Plays.HITS in model.plays) == any(isinstance(v, PadView) for v in model.views)
        assert (Plays.NOTES in model.plays) == (KeyboardView() in model.views)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (XYView("a", "c"), "the xy view moves 'c', which is not a parameter"),
        (XYView("a", "a"), "the xy view moves 'a' twice"),
        (RibbonView("start", "b"), "the ribbon view moves 'start', which is not a parameter"),
        (PadView(first_key=120), "has the keys 120 … 135, expected some of 0 … 127"),
        (PadView(pads=0), "has the keys 36 … 35, expected"),
        (PadView(pads=3, prefix="pad"), "a pad 3, but no parameter begins with 'pad3.'"),
    ],
)
def test_a_view_that_does_not_fit_is_told_in_one_line(view: View, words: str) -> None:
    line = problem(view, IDS)
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize("view", [XYView("a", "b"), KeyboardView(), PadView(pads=2, prefix="pad")])
def test_a_view_that_fits_has_no_problem(view: View) -> None:
    assert problem(view, IDS) == ""


def test_views_are_plain_values_with_their_kind() -> None:
    assert to_json(XYView("a", "b")) == {"kind": "xy", "x": "a", "y": "b"}
    assert to_json(KeyboardView()) == {"kind": "keyboard"}


def test_ids_of_a_pads_parameters_count_from_1() -> None:
    assert PadView(prefix="pad").parameter_id(0, "lock") == "pad1.lock"
