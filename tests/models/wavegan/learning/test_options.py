"""The options of a training, and the values that are refused in one line."""

from typing import Any

import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.models.wavegan.learning.options import TrainingOptions


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        ({"loss": "hinge"}, "wgan-gp, minimax, non-saturating, began"),
        ({"frames": 16000}, "8192, 16384, 32768"),
        ({"hits": 1}, "--guide 0"),
        ({"gradient_penalty": -2.0}, "--gradient-penalty"),
        ({"loss": "began"}, "--spectral-width 0"),
        ({"report_minutes": 0.0}, "--report-minutes"),
    ],
)
def test_impossible_options_are_refused(choice: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word) as error:
        TrainingOptions(**choice)
    assert "\n" not in str(error.value)


def test_the_defaults_are_wgan_gp_with_a_penalty_of_10() -> None:
    options = TrainingOptions()
    assert options.loss == "wgan-gp"
    assert options.penalty == 10.0
    assert TrainingOptions(loss="minimax").penalty == 0.0
    assert TrainingOptions(loss="minimax", gradient_penalty=2.0).penalty == 2.0


def test_the_paper_is_one_choice_of_options() -> None:
    options = TrainingOptions(
        guide=0.0, spectral_width=0, width=64, critic_width=64, critic_steps=5, hits=64,
        learning_rate=1e-4, post_filter=512,
    )  # fmt: skip
    assert options.critics_begin == 0.0, "nobody teaches before the critics"
    assert options.config(("kick",)).filter_taps == 512
    assert options.budget.betas == (0.5, 0.9)


def test_only_time_and_texts_may_change_when_a_training_resumes() -> None:
    before = TrainingOptions().identity
    assert TrainingOptions(minutes=5.0, card="mine", report_minutes=1.0).identity == before
    assert TrainingOptions(latent=50).identity != before
