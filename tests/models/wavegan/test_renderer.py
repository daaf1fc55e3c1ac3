"""The compiled network equals the one in torch, and bad tensors are refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rtaudiogen.models.wavegan import parallel
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.packing import Packed, pack, random_tensors, rounded, shapes
from rtaudiogen.models.wavegan.renderer import Renderer

from .untrained import SMALL, SPECIAL

CONFIGS = {
    **SPECIAL,
    "16384 frames": replace(SMALL, frames=16384),
    "wider": replace(SMALL, width=32),
}


def tensors(config: WaveGANConfig) -> dict[str, np.ndarray]:
    made = random_tensors(config, np.random.default_rng(3))
    return {name: value.astype(np.float16) for name, value in made.items()}


@pytest.fixture(scope="module")
def packed() -> Packed:
    return pack(SMALL, tensors(SMALL))


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_hit_equals_the_networks(config: WaveGANConfig) -> None:
    values = tensors(config)
    network = parallel.network(config, rounded(config, values))
    finding = parallel.compare(Renderer(pack(config, values)), network)
    assert finding.passed, finding.detail


def test_a_network_of_other_weights_is_not_taken_for_equal(packed: Packed) -> None:
    values = rounded(SMALL, tensors(SMALL))
    values["levels.4.weight"][3, 0, 12] += 1e-3
    finding = parallel.compare(Renderer(packed), parallel.network(SMALL, values))
    assert not finding.passed


@torch.inference_mode()
def test_rounding_is_as_fine_as_bfloat16_and_done_once() -> None:
    values = {name: value.astype(np.float32) for name, value in tensors(SMALL).items()}
    once = rounded(SMALL, values)
    assert once.keys() == shapes(SMALL).keys()
    for name, value in once.items():
        np.testing.assert_allclose(value, values[name], rtol=2**-8, atol=1e-30)
        np.testing.assert_array_equal(rounded(SMALL, once)[name], value)
    exact = parallel.network(SMALL, values)(torch.zeros(1, SMALL.latent), torch.zeros(1).long())
    coarse = parallel.network(SMALL, once)(torch.zeros(1, SMALL.latent), torch.zeros(1).long())
    assert float((exact - coarse).abs().max()) < 0.02


def test_between_two_classes_their_biases_are_mixed(packed: Packed) -> None:
    values = tensors(SMALL)
    embedding = values["classes.weight"].astype(np.float32)
    embedding[0] = 0.25 * embedding[1] + 0.75 * embedding[2]
    mixed = Renderer(pack(SMALL, {**values, "classes.weight": embedding}))
    latent = np.full(SMALL.latent, 0.3, np.float32)
    expected = mixed.render(latent, np.array([1, 0, 0, 0, 0], np.float32))
    ours = Renderer(packed).render(latent, np.array([0, 0.25, 0.75, 0, 0], np.float32))
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_nothing_of_the_last_hit_is_left_in_the_next(packed: Packed) -> None:
    renderer, kick = Renderer(packed), np.eye(5, dtype=np.float32)[0]
    latent = np.full(SMALL.latent, -0.5, np.float32)
    fresh = renderer.render(latent, kick).copy()
    renderer.render(-latent, np.eye(5, dtype=np.float32)[3])
    np.testing.assert_array_equal(renderer.render(latent, kick), fresh)


def test_a_bad_latent_does_not_spread_to_later_hits(packed: Packed) -> None:
    renderer, kick = Renderer(packed), np.eye(5, dtype=np.float32)[0]
    latent = np.full(SMALL.latent, 0.5, np.float32)
    before = renderer.render(latent, kick).copy()
    assert np.isfinite(renderer.render(np.full(SMALL.latent, np.nan, np.float32), kick)).all()
    np.testing.assert_array_equal(renderer.render(latent, kick), before)
