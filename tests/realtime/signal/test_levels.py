"""Each timbre plays at the gain that its model gives."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor, Parameter
from rtaudiogen.models.sine import SINE
from rtaudiogen.realtime.signal.levels import Levels

LABELS = ("piano", "organ", "harp")
TIMBRES = (
    Parameter("timbre", "Timbre", 0.0, 2.0, 0.0, labels=LABELS),
    Parameter("morph_to", "Morph to", 0.0, 2.0, 2.0, stepped=True, labels=LABELS),
    Parameter("morph", "Morph", 0.0, 1.0, 0.0),
)


def model(gains: tuple[float, ...]) -> Descriptor:
    return replace(SINE, parameters=TIMBRES, gains_db=gains)


def values(timbre: float, morph_to: float = 2.0, morph: float = 0.0) -> NDArray[np.float32]:
    return np.array([timbre, morph_to, morph], np.float32)


def test_a_timbre_gets_its_own_gain() -> None:
    levels = Levels(model((0.0, 6.0, -20.0)))
    assert levels.factor(values(0.0)) == 1.0
    assert levels.factor(values(2.0)) == pytest.approx(0.1)
    assert levels.factor(values(0.5)) == pytest.approx(10 ** (3.0 / 20))
    assert levels.factor(values(1.0, 2.0, 0.5)) == pytest.approx(10 ** (-7.0 / 20))
    assert levels.factor(values(7.0)) == pytest.approx(0.1), "held within its range"


def test_a_model_of_one_timbre_has_one_gain_and_a_strangers_none() -> None:
    assert Levels(replace(SINE, gains_db=(-6.0,))).factor(SINE.defaults()) == pytest.approx(
        0.501187
    )
    assert Levels(SINE).factor(SINE.defaults()) == 1.0
