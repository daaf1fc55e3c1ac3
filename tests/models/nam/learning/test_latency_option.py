"""The delay of a recording is given as a number, or found."""

import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.models.nam.learning.options import TrainingOptions


def test_a_delay_is_a_number_of_frames_or_found() -> None:
    assert TrainingOptions(latency="-12").delay == -12
    assert TrainingOptions().delay is None


def test_a_delay_that_is_no_number_is_refused() -> None:
    with pytest.raises(UsageError, match="--latency soon: expected a number of frames, or 'find'"):
        assert TrainingOptions(latency="soon").delay
