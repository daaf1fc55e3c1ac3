"""The verifier checks views and the codes of a ribbon."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Events, Finding
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.verification.score import Make
from rtaudiogen.verification.views import views
from rtaudiogen.views import RibbonView, View, XYView

RATE = 8000
RIBBON = RibbonView("attack", "release")


class Coded(Sine):
    """A sine that pretends to be made of codes."""

    code_rate, codes = 100.0, 4
    position: float | None = 1.5

    def __init__(self) -> None:
        super().__init__(replace(SINE, views=(RIBBON,)), RATE)

    def code_stream(self) -> NDArray[np.int64]:
        return np.array([[0, 3], [2, 1]])

    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.ones(len(stream), np.float32)

    def code_position(self) -> float | None:
        return self.position

    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        return 1, np.array([[0, 3]])


class HasNoCodes(Sine):
    def __init__(self) -> None:
        super().__init__(replace(SINE, views=(RIBBON,)), RATE)


class HasAnEmptyStream(Coded):
    def code_stream(self) -> NDArray[np.int64]:
        return np.zeros((0, 2), np.int64)


class HasCodesOutOfRange(Coded):
    codes = 3


class ReadsBeyondTheEnd(Coded):
    position = 2.0


class DoesNotKnowItsLevels(Coded):
    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.ones(1, np.float32)


class ShowsOtherCodes(Coded):
    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        return 1, np.array([[0, 3, 1]])


class LosesItsPlaceWhilePlaying(Coded):
    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        super().render(out, parameters, events)
        self.position = -1.0


def found(create: type[Sine]) -> Iterator[Finding]:
    return views(Make(create))


def test_codes_that_are_as_they_should_be_pass() -> None:
    assert [finding.passed for finding in found(Coded)] == [True, True]


@pytest.mark.parametrize(
    ("create", "words"),
    [
        (HasNoCodes, "no method 'code_stream'"),
        (HasAnEmptyStream, "a stream (0, 2), expected"),
        (HasCodesOutOfRange, "of 0 … 2"),
        (ReadsBeyondTheEnd, "position 2.0 in a stream of 2"),
        (LosesItsPlaceWhilePlaying, "position -1.0"),
        (DoesNotKnowItsLevels, "levels (1,) of 2 code frames"),
        (ShowsOtherCodes, "newest codes (1, 3)"),
    ],
)
def test_every_way_to_break_the_codes_is_caught(create: type[Sine], words: str) -> None:
    names, codes = found(create)
    assert names.passed
    assert not codes.passed
    assert words in codes.detail


@pytest.mark.parametrize("view", [XYView("attack", "cutoff"), RibbonView("attack", "cutoff")])
def test_a_view_of_an_unknown_parameter_is_refused_in_one_line(view: View) -> None:
    first, *_ = views(Make(lambda: Sine(replace(SINE, views=(view,)), RATE)))
    assert not first.passed
    assert "moves 'cutoff', which is not a parameter" in first.detail
    assert "\n" not in first.detail
