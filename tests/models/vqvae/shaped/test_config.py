"""A configuration describes a network that can be built, or is refused."""

from dataclasses import replace
from typing import Any

import pytest

from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.descriptor import Kinds
from rtaudiogen.models.vqvae.shaped.config import ShapedConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"coder": "other"}, {"stages": 1}, {"codes": 64}, {"sample_rate": 22050},
        {"decoder_widths": (32, 16)}, {"encoder_width": 20}, {"transform": 500},
        {"encoder_dilations": (0,)}, {"noise_bands": 1}, {"labels": ()},
    ],
)  # fmt: skip
def test_sizes_that_no_network_has_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|must"):
        replace(ShapedConfig(), **wrong)


def test_the_default_says_what_it_costs() -> None:
    config = ShapedConfig()
    assert config.bits_per_second == 50 * (7 + 3 * 10)
    assert 1000 * (config.hop + config.look_ahead) / config.sample_rate == 30.0


def test_a_header_names_its_coder() -> None:
    for config in (ShapedConfig(stages=3), VQVAEConfig(stages=3)):
        assert Kinds.from_json(config.to_json()) == config
