"""A model file is described, and files of other families are refused."""

from pathlib import Path

import numpy as np

from rtaudiogen.generator import Plays
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.shapes import shapes

from .untrained import CLASSES, SMALL

CONFIG = SMALL.to_json()


def written(path: Path, family: str, config: dict[str, object]) -> Path:
    tensors = {name: np.zeros(shape, np.float16) for name, shape in shapes(SMALL).items()}
    write_model(path, ModelHeader(family, "name", config), tensors)
    return path


def test_a_model_plays_hits_in_stereo_from_its_header_alone(tmp_path: Path) -> None:
    descriptor = describe(written(tmp_path / "a.safetensors", "wavegan", CONFIG))
    assert descriptor.plays == {Plays.HITS}
    assert (descriptor.sample_rate, descriptor.channels) == (16000, 2)
    kind = descriptor.parameters[descriptor.parameter_index("pad1.class")]
    assert kind.labels == CLASSES
