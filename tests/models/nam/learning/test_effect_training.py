"""A capture learns an effect, and its files play what the trained network computes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rtaudiogen.model_file import read_header
from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.document import CaptureConfig, write_nam
from rtaudiogen.models.nam.learning.evaluation import evaluate
from rtaudiogen.models.nam.learning.network import Capture, capture_network
from rtaudiogen.models.nam.learning.options import TrainingOptions
from rtaudiogen.models.nam.learning.shapes import SHAPES
from rtaudiogen.models.nam.learning.training import processed, train
from rtaudiogen.models.nam.steps.player import Player

from ..expected import FOLDER as EXAMPLES
from .pairs import RATE, tones, write_pair

EQUAL = 1e-5
MET_BY = {"standard": "wavenet_a1_standard.nam", "lite": "lite.nam", "lstm": "lstm_2x16.nam"}


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Let torch use one thread: several wait for one another on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def untrained(shape: str) -> Capture:
    torch.manual_seed(1)
    network = capture_network(SHAPES[shape])
    network.input_gain.fill_(5.0)
    network.output_gain.fill_(0.3)
    return network


def exported(path: Path, shape: str, network: Capture) -> Path:
    chosen = SHAPES[shape]
    config = CaptureConfig(RATE, chosen.architecture, chosen.config, {})
    write_nam(path, config.to_json(), network.flat(RATE).numpy())
    return path


def played(path: Path, heard: np.ndarray) -> np.ndarray:
    out = np.zeros_like(heard)
    Player(read_capture(path).program(-1)).play(heard, out)
    return out


@pytest.mark.parametrize("shape", SHAPES)
def test_an_exported_capture_plays_what_the_network_computes(shape: str, tmp_path: Path) -> None:
    network = untrained(shape)
    silence = np.zeros(RATE // 2, np.float32)  # a recurrent network settles in it
    heard = np.concatenate([silence, tones(0.3).astype(np.float32)])
    expected = processed(network, heard, len(heard))
    assert np.abs(expected).max() > 0.01
    found = played(exported(tmp_path / "x.nam", shape, network), heard)
    np.testing.assert_allclose(found[len(silence) :], expected[len(silence) :], atol=EQUAL)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the example files are not part of the project")
@pytest.mark.parametrize(("shape", "example"), MET_BY.items())
def test_an_exported_file_is_laid_out_as_the_examples_are(
    shape: str, example: str, tmp_path: Path
) -> None:
    theirs = json.loads((EXAMPLES / example).read_text())
    ours = json.loads(exported(tmp_path / "x.nam", shape, untrained(shape)).read_text())
    assert ours.keys() >= theirs.keys() - {"metadata"}
    assert ours["architecture"] == theirs["architecture"]
    for one, other in zip(
        ours["config"].get("layers", [ours["config"]]),
        theirs["config"].get("layers", [theirs["config"]]),
        strict=True,
    ):
        assert one.keys() >= {name for name, value in other.items() if value is not None} - {
            "head_dilation"
        }
    if shape != "lstm":
        assert len(ours["weights"]) == len(theirs["weights"])


def test_a_training_of_seconds_lowers_the_error(tmp_path: Path) -> None:
    pair, out = write_pair(tmp_path / "pair"), tmp_path / "x.safetensors"
    options = TrainingOptions(
        shape="nano", sample_rate=RATE, steps=100, report_steps=100, device="cpu",
        segment_frames=2048, segments=1, learning_rate=0.02,
    )  # fmt: skip
    train(pair, out, options)
    facts, told = evaluate(out, pair), read_header(out).training
    assert facts["error_to_signal"] < 0.5 * facts["error_to_signal_of_the_dry"]
    assert facts["error_to_signal"] == pytest.approx(told["error_to_signal"], rel=0.02)
    heard = tones(0.5, seed=3).astype(np.float32)
    exported_too = tmp_path / "x-training" / "x.nam"
    np.testing.assert_array_equal(played(out, heard), played(exported_too, heard))
