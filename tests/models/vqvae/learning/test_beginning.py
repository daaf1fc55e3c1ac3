"""A training that begins with another model's weights."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rtaudiogen.errors import UsageError
from rtaudiogen.models.vqvae.config import CodesConfig
from rtaudiogen.models.vqvae.layers import folded
from rtaudiogen.models.vqvae.learning.beginning import begun
from rtaudiogen.models.vqvae.learning.training import network_of

from ..untrained import SHAPED, SMALL, untrained_tensors, write_untrained

BOTH = pytest.mark.parametrize("config", [SMALL, SHAPED], ids=["waveform", "shaped"])


def begin(config: CodesConfig, model: Path) -> torch.nn.Module:
    torch.manual_seed(9)  # not that of the model
    return begun(network_of(config), config, str(model))


@BOTH
def test_a_training_begins_with_the_models_weights(config: CodesConfig, tmp_path: Path) -> None:
    network = begin(config, write_untrained(tmp_path / "first.safetensors", config))
    ours = folded(network)
    for name, value in untrained_tensors(config).items():
        if not name.endswith((".uses", ".sums", ".steps")):
            torch.testing.assert_close(ours[name], torch.from_numpy(value), msg=name)
    books = [module for module in network.modules() if hasattr(module, "take_over")]
    assert books
    assert all(book.started for book in books)


def test_labels_of_the_same_name_keep_their_points(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "first.safetensors", SHAPED)
    network = begin(replace(SHAPED, labels=("any", "new", "low")), model)
    theirs = torch.from_numpy(untrained_tensors(SHAPED)["labels.weight"])
    points = network.get_parameter("labels.weight")
    torch.testing.assert_close(points[[0, 2]], theirs[[0, 1]])
    assert not torch.equal(points[1], theirs[2])


def test_new_residual_units_begin_as_nothing(tmp_path: Path) -> None:
    shallow = replace(SHAPED, filter_dilations=(1,))
    model = write_untrained(tmp_path / "first.safetensors", shallow)
    latent = torch.randn(1, SHAPED.latent, 6)
    pitches, label = torch.full((1, 7), 120.0), torch.zeros(1, SHAPED.embedding)
    with torch.inference_mode():
        deep, plain = (
            begin(config, model).decoder(latent, pitches, label) for config in (SHAPED, shallow)
        )
    torch.testing.assert_close(deep, plain)


@pytest.mark.parametrize(
    ("config", "complaint"),
    [(replace(SHAPED, latent=32), "other sizes"), (SMALL, "another kind|other sizes")],
)
def test_a_model_of_other_sizes_is_refused(
    config: CodesConfig, complaint: str, tmp_path: Path
) -> None:
    model = write_untrained(tmp_path / "first.safetensors", SHAPED)
    with pytest.raises(UsageError, match=complaint):
        begin(config, model)


def test_a_file_other_than_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--begin-with"):
        begin(SHAPED, tmp_path / "none.safetensors")
