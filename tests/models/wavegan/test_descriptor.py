"""What a model file says of itself, and files that are no models of this family."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Plays
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.shapes import shapes

from .untrained import CLASSES, SMALL, write_untrained

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


def test_a_model_without_its_tensors_is_refused_from_its_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_model(path, ModelHeader("wavegan", "name", CONFIG), {})
    with pytest.raises(RtAudioGenError, match="no tensor"):
        describe(path)


@pytest.mark.parametrize(
    ("family", "config", "reason"),
    [
        ("wavenet", CONFIG, "family 'wavenet', not 'wavegan'"),
        ("wavegan", {**CONFIG, "frames": 100}, "100 frames: expected 8192"),
        ("wavegan", {**CONFIG, "colour": "red"}, "colour"),
        ("wavegan", {**CONFIG, "width": 17}, "multiple of 16"),
    ],
)
def test_what_is_no_wavegan_is_refused_in_one_line(
    tmp_path: Path, family: str, config: dict[str, object], reason: str
) -> None:
    path = written(tmp_path / "a.safetensors", family, config)
    with pytest.raises(RtAudioGenError, match=reason) as error:
        describe(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_the_family_is_listed_without_anything_heavy(tmp_path: Path) -> None:
    write_untrained(tmp_path / "a.safetensors")
    code = (
        "import sys; from pathlib import Path; from rtaudiogen.models.wavegan import FAMILY;"
        "list(FAMILY.builtin()); FAMILY.describe(Path(sys.argv[1]));"
        "print([name for name in ('torch', 'numba', 'soundfile') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.safetensors")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
