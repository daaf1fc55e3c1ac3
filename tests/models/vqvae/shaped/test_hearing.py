"""The compiled encoder's features equal those of training."""

import numpy as np
import torch

from rtaudiogen.models.vqvae.shaped.features import Features
from rtaudiogen.models.vqvae.shaped.hearing import Hearing
from rtaudiogen.models.vqvae.shaped.pitch import tracked

from ..untrained import SHAPED

FRAMES = 8


def test_features_step_by_step_equal_those_of_a_whole_sound() -> None:
    periods = np.cumsum(np.linspace(100, 200, FRAMES * SHAPED.hop)) / SHAPED.sample_rate
    sound = (0.3 * (periods % 1 - 0.5)).astype(np.float32)
    late = np.concatenate([np.zeros(SHAPED.look_ahead, np.float32), sound])
    pitches = tracked(late, SHAPED.sample_rate, SHAPED.look_ahead)[2 : 4 * FRAMES + 1 : 2]
    whole = Features(SHAPED)(torch.from_numpy(late)[None], torch.from_numpy(pitches)[None])
    hearing, heard = Hearing(SHAPED), np.zeros((FRAMES, 2 * SHAPED.features), np.float32)
    for hop, row in zip(sound.reshape(FRAMES, -1), heard, strict=True):
        hearing.hear(hop, row)
    expected = whole[0].T.numpy()
    np.testing.assert_allclose(heard.reshape(expected.shape), expected, atol=1e-4)
    assert expected[:, -2].any(), "some of it is voiced"
