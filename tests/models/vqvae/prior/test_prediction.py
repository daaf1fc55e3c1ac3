"""The prior in whole numbers: near the network, exact, and within its bounds."""

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.vqvae.prior.packing import random_tensors
from rtaudiogen.models.vqvae.prior.prediction import TOTAL, PriorPredictor
from rtaudiogen.models.vqvae.prior.sampler import PriorSampler

from ..untrained import SHAPED
from .test_sampler import ODD, PLAIN, USUAL, Material

CONFIGS = pytest.mark.parametrize("config", [USUAL, ODD, PLAIN], ids=["usual", "odd", "plain"])


def log_frequencies(predictor: PriorPredictor, codes: np.ndarray) -> list[list[np.ndarray]]:
    """Return the logarithms of the predicted probabilities of every frame and stage."""
    rows = []
    for frame in codes:
        stages = [predictor.frequencies(q, frame[:q]) for q in range(predictor.stages)]
        rows.append([np.log(stage / stage.sum()) for stage in stages])
        predictor.take(frame)
    return rows


@CONFIGS
def test_frequencies_are_the_priors(config: type) -> None:
    material = Material(config)
    sampler = PriorSampler(material.config, material.tensors, 1)
    label = np.eye(len(material.config.labels), dtype=np.float32)[0]
    logits = sampler.teacher_force(0, material.codes, label)
    predictor = PriorPredictor(material.config, material.tensors, material.config.stages)
    for frame, rows in enumerate(log_frequencies(predictor, material.codes)):
        for stage, found in enumerate(rows):
            wanted = logits[frame, stage] - np.logaddexp.reduce(logits[frame, stage])
            likely = wanted > np.log(1e-4)
            np.testing.assert_allclose(found[likely], wanted[likely], atol=0.12)


def test_frequencies_fit_a_coder_of_smaller_books_too() -> None:
    config = SHAPED.__class__(**{**vars(SHAPED), "prior_layers": 1, "prior_width": 16})
    predictor = PriorPredictor(config, random_tensors(config, np.random.default_rng(0)), 2)
    frame = np.array([5, 100], np.uint16)
    for stage, size in enumerate(config.books[:2]):
        frequencies = predictor.frequencies(stage, frame[:stage])
        assert frequencies.shape == (size,)
        assert frequencies.min() >= 1
        assert frequencies.sum() <= TOTAL
    predictor.take(frame)


def test_a_reset_begins_again() -> None:
    material = Material(USUAL)
    predictor = PriorPredictor(USUAL, material.tensors, USUAL.stages)
    first = log_frequencies(predictor, material.codes[:5])
    predictor.reset()
    again = log_frequencies(predictor, material.codes[:5])
    for one, other in zip(first, again, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_sums_are_exact_in_any_order() -> None:
    """Units of the recurrent layer, and with them the order of all sums, may change places."""
    material, order = Material(PLAIN), np.random.default_rng(1).permutation(PLAIN.prior_width)
    gates = np.concatenate([order + part * PLAIN.prior_width for part in range(3)])
    shuffled = dict(material.tensors)
    for name in ("core.weight_ih_l0", "core.bias_ih_l0", "core.bias_hh_l0"):
        shuffled[name] = shuffled[name][gates]
    shuffled["core.weight_hh_l0"] = shuffled["core.weight_hh_l0"][gates][:, order]
    shuffled["hidden.0.weight"] = shuffled["hidden.0.weight"][:, order]
    rows = [
        log_frequencies(PriorPredictor(PLAIN, tensors, 1), material.codes)
        for tensors in (material.tensors, shuffled)
    ]
    np.testing.assert_array_equal(rows[0], rows[1])


def test_weights_too_large_to_be_exact_are_refused() -> None:
    tensors = Material(PLAIN).tensors
    tensors["hidden.0.weight"] = tensors["hidden.0.weight"] * np.float32(1e6)
    with pytest.raises(RtAudioGenError, match="too large"):
        PriorPredictor(PLAIN, tensors, 1)
