"""A family's declaration: its configuration, and how its files are read."""

from dataclasses import dataclass
from importlib import import_module, util
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Family, Plays
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models import samplernn, vqvae, wavegan, wavenet
from rtaudiogen.models.family import ModelConfig, ModelFiles, Offer

FAMILIES = (samplernn.FAMILY, vqvae.FAMILY, wavegan.FAMILY, wavenet.FAMILY)


@dataclass(frozen=True)
class HumConfig(ModelConfig):
    """A network of one width, with names."""

    width: int = 16
    names: tuple[str, ...] = ("hum",)

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("width")


def shapes(config: HumConfig) -> dict[str, tuple[int, ...]]:
    return {"weight": (config.width,)}


def offer(path: Path, config: HumConfig, header: ModelHeader) -> Offer:
    return Offer(frozenset({Plays.STREAM}), voices=1, parameters=())


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles[HumConfig]:
    return ModelFiles("hum", HumConfig, shapes, offer, tmp_path)


def write(path: Path, family: str = "hum", width: int = 16, **config: object) -> Path:
    values = {"sample_rate": 8000, "width": width, **config}
    header = ModelHeader(family, path.stem, values, training={"steps": 3})
    write_model(path, header, {"weight": np.zeros(16, np.float32)})
    return path


def test_a_configuration_survives_json() -> None:
    config = HumConfig(width=32, names=("a", "b"))
    values = config.to_json() | {"names": ["a", "b"]}  # as JSON has it
    assert HumConfig.from_json(values) == config


def test_a_family_finds_and_describes_its_files(files: ModelFiles[HumConfig]) -> None:
    write(files.weights / "one.safetensors")
    (found,) = files.builtin()
    assert (found.id, found.family, found.sample_rate) == ("one", "hum", 8000)
    assert found.facts == {"steps": 3}
    config, tensors = files.opened(found)
    assert config.width == 16
    assert set(tensors) == {"weight"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"family": "other"}, "a model of family 'other', not 'hum'"),
        ({"width": 20}, r"the configuration is damaged \(width 20: expected a multiple of 16"),
        ({"depth": 1}, r"damaged \(unknown entry 'depth'"),
        ({"sample_rate": 3}, "damaged .*sample rate 3 Hz"),
        ({"names": "hum"}, "damaged .*'names' is not a list"),
        ({"width": 32}, r"'weight' should be \(32,\)"),
    ],
)
def test_a_file_of_another_family_is_refused_in_one_line(
    files: ModelFiles[HumConfig], change: dict[str, object], reason: str
) -> None:
    path = write(files.weights / "one.safetensors", **change)
    with pytest.raises(RtAudioGenError, match=reason) as refused:
        files.describe(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_model_without_a_file_is_refused(files: ModelFiles[HumConfig]) -> None:
    bare = Descriptor("bare", "hum", "bare", "", frozenset({Plays.STREAM}), 8000, 1, 1, ())
    with pytest.raises(RtAudioGenError, match="model 'bare' has no file"):
        files.opened(bare)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_command_that_a_family_names_is_there(family: Family) -> None:
    commands = (
        family.create, family.train, family.evaluate, family.parallel_check, family.benchmark,
        family.device_benchmark, family.codec, family.sample,
    )  # fmt: skip
    for command in filter(None, commands):
        module, _, name = command.partition(":")
        spec = util.find_spec(module)
        assert spec is not None, command
        assert hasattr(import_module(module), name), command
