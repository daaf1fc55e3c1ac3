"""A capture in a model file of our own is read as a .nam file is, and refused as one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.descriptor import describe
from rtaudiogen.models.nam.document import WEIGHTS

from .made_up_captures import wavenet, written

MADE = wavenet()
CONFIG = {name: value for name, value in MADE.items() if name != WEIGHTS}
HEADER = ModelHeader("nam", "own", CONFIG, summary="ours", licence="MIT", training={"steps": 3})
NUMBERS = np.array(MADE[WEIGHTS], np.float32)


def own(folder: Path, header: ModelHeader = HEADER, **tensors: Any) -> Path:
    write_model(folder / "own.safetensors", header, tensors or {WEIGHTS: NUMBERS})
    return folder / "own.safetensors"


def test_both_kinds_of_files_hold_the_same_program(tmp_path: Path) -> None:
    ours = read_capture(own(tmp_path)).program(-1)
    theirs = read_capture(written(tmp_path / "their.nam", MADE)).program(-1)
    np.testing.assert_array_equal(ours.numbers, theirs.numbers)
    np.testing.assert_array_equal(ours.steps, theirs.steps)


def test_a_model_of_our_own_has_licence_and_facts(tmp_path: Path) -> None:
    described = describe(own(tmp_path))
    assert (described.id, described.licence, described.summary) == ("own", "MIT", "ours")
    assert described.facts["steps"] == 3
    assert described.facts["architecture"] == "WaveNet"


@pytest.mark.parametrize(
    ("header", "tensors", "words"),
    [
        (replace(HEADER, family="sine"), {}, "of family 'sine'"),
        (HEADER, {"other": NUMBERS}, "no tensor 'weights'"),
        (HEADER, {WEIGHTS: NUMBERS[:-1]}, "weights, but its configuration needs"),
        (HEADER, {WEIGHTS: NUMBERS[None]}, "not a list of numbers"),
        (HEADER, {WEIGHTS: np.full_like(NUMBERS, np.nan)}, "not a finite"),
        (replace(HEADER, config={**CONFIG, "architecture": "Wave"}), {}, "expected one of"),
    ],
)
def test_a_damaged_model_is_refused_in_a_line(
    tmp_path: Path, header: ModelHeader, tensors: dict[str, Any], words: str
) -> None:
    with pytest.raises(RtAudioGenError, match=words) as refused:
        describe(own(tmp_path, header, **tensors))
    assert "\n" not in str(refused.value)
