"""From a folder of sounds to a playable SampleRNN; an interrupted training goes on unchanged."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Plays
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.playing.codes.rendered import play_note
from rtaudiogen.models.samplernn.batches import CHAPTER, IGNORED, Streams
from rtaudiogen.models.samplernn.config import FRAME, SampleRNNConfig
from rtaudiogen.models.samplernn.descriptor import describe
from rtaudiogen.models.samplernn.generator import create
from rtaudiogen.models.samplernn.training import TrainingOptions, train, trainer_of
from rtaudiogen.models.sounds.notes.corpus import Corpus, Texture

TINY = {"width": 16, "rows": 2, "segment_frames": 64, "report_steps": 2, "device": "cpu"}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """More threads cost more than they bring at these sizes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def noise(seconds: float = 1.5) -> np.ndarray:
    signal = np.random.default_rng(0).normal(0, 0.1, int(seconds * 16000))
    return signal.astype(np.float32)


def test_a_folder_becomes_a_playable_model(tmp_path: Path) -> None:
    (tmp_path / "rain").mkdir()
    soundfile.write(tmp_path / "rain" / "rain.wav", noise(), 16000)
    out = tmp_path / "rain.safetensors"
    train(tmp_path / "rain", out, TrainingOptions(**TINY, steps=4))
    header = read_header(out)
    assert header.training["steps"] == 4
    assert 0 < header.training["held_out_bits_per_sample"] < 10
    generator = create(describe(out), 0)
    generator.prepare(64)
    sound = np.zeros((64, 1), np.float32)
    generator.render(sound, generator.descriptor.defaults(), np.empty(0, [("frame", "i8")]))
    assert np.isfinite(sound).all()
    assert not {"slow", "middle"} & set(read_tensors(out))


def test_a_resumed_training_gives_the_same_numbers(tmp_path: Path) -> None:
    corpus = Corpus(("rain",), [Texture(0, noise())], [])
    options = TrainingOptions(**TINY, steps=6)
    whole = trainer_of(corpus, options, tmp_path / "whole")
    whole.run(lambda loss: None, lambda report: None)
    parts = tmp_path / "parts"
    first = trainer_of(corpus, options, parts)

    def stop(report: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.run(lambda loss: None, stop)
    rest = trainer_of(corpus, options, parts)
    rest.run(lambda loss: None, lambda report: None)
    for name, value in whole.plain.state_dict().items():
        assert np.array_equal(value, rest.plain.state_dict()[name]), name


def test_rows_go_on_where_they_stopped() -> None:
    config = SampleRNNConfig(width=16)
    streams = Streams(config, [Texture(0, noise(5.0))], 1, 64)
    batches = [streams.draw(0, 0, step) for step in range(1, CHAPTER)]
    for before, after in pairwise(batches):
        assert not after.fresh.any()
        assert np.abs(after.codes[0, :FRAME] - before.targets[0, -FRAME:]).max() < 64  # noise
    assert streams.draw(0, 0, CHAPTER).fresh.all()


def test_a_held_out_sound_counts_once() -> None:
    config = SampleRNNConfig(width=16)
    streams = Streams(config, [Texture(0, noise(0.01))], 1, 320)
    batch = streams.whole(streams.sounds[0])
    assert (batch.targets[0] != IGNORED).sum() == 160


@pytest.mark.parametrize(
    ("option", "value"),
    [("width", 20), ("segment_frames", 100), ("rows", 0), ("minutes", 0.0), ("learning_rate", 1.0)],
)
def test_an_option_out_of_range_is_refused(option: str, value: float) -> None:
    with pytest.raises(UsageError, match=option.replace("_", "-")):
        TrainingOptions(**{option: value})


def test_a_folder_of_notes_becomes_an_instrument(tmp_path: Path) -> None:
    (tmp_path / "pluck").mkdir()
    time = np.arange(12800) / 16000
    for pitch in (57, 60, 64):
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        tone = 0.4 * np.exp(-3 * time) * np.sin(2 * np.pi * frequency * time)
        soundfile.write(tmp_path / "pluck" / f"m{pitch:03}_v100.wav", tone, 16000)
    out = tmp_path / "pluck.safetensors"
    options = TrainingOptions(**TINY, steps=4, notes=True, lowest=57, highest=64, harmonics=3)
    train(tmp_path / "pluck", out, options)
    descriptor = describe(out)
    assert descriptor.plays == {Plays.NOTES}
    generator = create(descriptor, 0)
    generator.prepare(512)
    sound = play_note(generator, 0, 60.0, 0.8, 0.1, 0.1)
    assert np.isfinite(sound).all()
    assert np.ptp(sound) > 0
