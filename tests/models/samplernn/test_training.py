"""A folder of sounds becomes a playable SampleRNN; an interrupted training resumes unchanged."""

from itertools import pairwise

import numpy as np

from rtaudiogen.models.samplernn.config import FRAME, SampleRNNConfig
from rtaudiogen.models.sounds.notes.coded import IGNORED
from rtaudiogen.models.sounds.notes.corpus import Texture
from rtaudiogen.models.sounds.notes.streams import CHAPTER, Streams


def noise(seconds: float = 1.5) -> np.ndarray:
    signal = np.random.default_rng(0).normal(0, 0.1, int(seconds * 16000))
    return signal.astype(np.float32)


def test_rows_go_on_where_they_stopped() -> None:
    config = SampleRNNConfig(width=16)
    streams = Streams(config, [Texture(0, noise(5.0))], 1, 64, FRAME)
    batches = [streams.draw(0, 0, step) for step in range(1, CHAPTER)]
    for before, after in pairwise(batches):
        assert not after.fresh.any()
        assert np.abs(after.codes[0, :FRAME] - before.targets[0, -FRAME:]).max() < 64  # noise
    assert streams.draw(0, 0, CHAPTER).fresh.all()


def test_a_held_out_sound_counts_once() -> None:
    config = SampleRNNConfig(width=16)
    sound = Texture(0, noise(0.01))
    batch = Streams(config, [sound], 1, 320, FRAME).whole(sound)
    assert (batch.targets[0] != IGNORED).sum() == 160
