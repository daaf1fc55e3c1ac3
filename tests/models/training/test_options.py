"""The option table of every family: help, bounds, and one line for a value out of bounds."""

import math
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.models.samplernn.training import TrainingOptions as SampleRNNOptions
from rtaudiogen.models.training.options import TrainingOptions, option, shared
from rtaudiogen.models.vqvae.learning.options import TrainingOptions as VQVAEOptions
from rtaudiogen.models.wavegan.learning.options import TrainingOptions as WaveGANOptions
from rtaudiogen.models.wavenet.training import TrainingOptions as WaveNetOptions
from rtaudiogen.option_bounds import range_text

FAMILIES = (SampleRNNOptions, VQVAEOptions, WaveGANOptions, WaveNetOptions)


def outside(declared: "Field[Any]") -> Iterator[Any]:
    """Yield values that an option does not take."""
    bounds = declared.metadata["bounds"]
    kind = type(declared.default)
    if "least" in bounds:
        yield kind(bounds["least"] - 1)
    if "most" in bounds:
        yield kind(bounds["most"] + 1)
    if "above" in bounds:
        yield kind(bounds["above"])
    if "below" in bounds:
        yield kind(bounds["below"])
    if "multiple_of" in bounds:
        yield declared.default + 1
    if kind is float:
        yield from (math.nan, math.inf)


@pytest.mark.parametrize("options", FAMILIES, ids=lambda kind: kind.__module__.split(".")[2])
def test_every_option_refuses_what_is_out_of_bounds(options: Any) -> None:
    defaults = options()
    for declared in fields(options):
        assert declared.metadata["help"].endswith("."), declared.name
        for value in outside(declared):
            with pytest.raises(UsageError, match=f"--{declared.name.replace('_', '-')} ") as error:
                options(**{declared.name: value})
            assert "\n" not in str(error.value)
    assert not set(options().identity) & {"minutes", "steps", "device", "licence", "card"}
    assert defaults.step_frames > 0
    assert defaults.config(("any",)).sample_rate == defaults.sample_rate


def test_a_shared_option_keeps_its_bounds_with_another_default() -> None:
    declared = shared("report_steps", 5)
    assert declared.default == 5
    assert declared.metadata["bounds"] == {"least": 1}
    assert declared.metadata["free"]
    assert shared("sample_rate", 8000, most=9000).metadata["bounds"] == {
        "least": 4000,
        "most": 9000,
    }


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({}, ""),
        ({"least": 1}, "at least 1"),
        ({"least": 1, "most": 16}, "from 1 to 16"),
        ({"least": 0, "below": 1}, "from 0 up to, but not including, 1"),
        ({"above": 0, "below": 1}, "between 0 and 1"),
        ({"least": 16, "multiple_of": 16}, "a multiple of 16, at least 16"),
        ({"choices": ("a", "b")}, "one of a, b"),
    ],
)
def test_bounds_are_said_in_words(bounds: dict[str, Any], text: str) -> None:
    assert range_text(option(0, "", **bounds).metadata["bounds"]) == text


def test_a_training_needs_minutes_or_steps() -> None:
    with pytest.raises(UsageError, match="--minutes must be above 0"):
        TrainingOptions(minutes=0.0)
    assert TrainingOptions(minutes=0.0, steps=1).budget.steps == 1


def test_sizes_that_no_network_has_are_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="no network has these sizes") as error:
        WaveNetOptions(residual=1024, largest_dilation=1 << 20).config(("any",))
    assert "\n" not in str(error.value)
