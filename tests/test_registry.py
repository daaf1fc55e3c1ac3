"""Families are found by entry point, models by name or path, and missing ones are reported."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen import registry
from rtaudiogen.client import library
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.shapes import shapes
from rtaudiogen.storage import folders

FAMILY = """
from rtaudiogen.generator import Descriptor, Family, Plays
def builtin():
    yield Descriptor("theremin", "theremin", "Theremin", "", frozenset([Plays.NOTES]), 0, 1, 1, ())
FAMILY = Family("theremin", "waves hands", builtin, describe=None, create="stranger:create")
def create(descriptor, sample_rate):
    return (descriptor.id, sample_rate)
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs a foreign package of one module, as pip lays it out."""
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.syspath_prepend(tmp_path)
    registry.families.cache_clear()

    def lay_out(source: str, name: str = "theremin") -> None:
        (tmp_path / "stranger.py").write_text(source)
        info = tmp_path / "stranger-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{name} = stranger:FAMILY\n")

    yield lay_out
    sys.modules.pop("stranger", None)
    registry.families.cache_clear()


@pytest.fixture
def user_models(install: Install) -> Path:
    """Return the user's models folder, empty."""
    folders.models().mkdir(parents=True)
    return folders.models()


def test_a_strangers_family_is_found_and_creates_a_generator(install: Install) -> None:
    install(FAMILY)
    model = registry.find("theremin")
    assert model.family == "theremin"
    assert registry.create(model, 44100) == ("theremin", 44100)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "no_such_module"),
        ("raise RuntimeError('first line\\nsecond line')", "first line second line"),
        ("FAMILY = 3", "is not an rtaudiogen.generator.Family"),
        ("x = 1", "has no attribute 'FAMILY'"),
        (FAMILY.replace('Family("theremin"', 'Family("wavenet"'), "exists already"),
    ],
)
def test_a_family_that_fails_is_listed_and_hurts_nobody(
    install: Install, source: str, reason: str
) -> None:
    install(source, name="zither")
    listing = registry.listing()
    (problem,) = listing.problems
    assert problem.startswith("family 'zither'")
    assert reason in problem
    assert "\n" not in problem
    assert "wavenet" in registry.families()[0]


AMP = """
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Family, Plays
def describe(path):
    if path.read_text() != "tubes":
        raise RtAudioGenError(f"{path}: no amplifier")
    return Descriptor(path.stem, "amp", path.stem, "", frozenset([Plays.EFFECT]), 48000, 1, 1, ())
FAMILY = Family("amp", "amplifies", tuple, describe, "stranger:create", suffixes=(".tube", ".amp"))
"""


def test_a_family_may_have_files_of_its_own_kind(install: Install, user_models: Path) -> None:
    install(AMP, name="amp")
    for name in ("crunch.tube", "clean.AMP"):
        (user_models / name).write_text("tubes")
    (user_models / "broken.tube").write_text("dust")
    (user_models / "notes.txt").write_text("tubes")
    assert {".safetensors", ".tube", ".amp"} <= set(registry.suffixes())
    listing = registry.listing()
    assert {"crunch", "clean"} <= set(listing.models)
    assert listing.problems == (f"{user_models / 'broken.tube'}: no amplifier",)
    assert registry.find("crunch").path == user_models / "crunch.tube"
    assert registry.find(user_models / "clean.AMP").family == "amp"
    assert library.look(user_models / "crunch.tube").reference == "crunch"
    assert [item.name for item in library.library() if item.problem] == ["broken.tube"]


def test_a_family_that_fails_to_list_models_hurts_no_other(install: Install) -> None:
    install(FAMILY.replace("yield", "raise KeyError('weights');"))
    assert "theremin" not in registry.listing().models
    assert registry.listing().problems == ("family 'theremin': 'weights'",)


def test_asking_for_a_failed_family_says_why(install: Install) -> None:
    install("import no_such_module")
    with pytest.raises(UsageError, match="no_such_module"):
        registry.family("theremin")


def test_an_unknown_model_is_answered_with_near_misses(install: Install) -> None:
    install(FAMILY)
    with pytest.raises(UsageError, match="did you mean theremin"):
        registry.find("theramin")
    with pytest.raises(UsageError, match=r"there are: .*theremin"):
        registry.find("qqqq")


def test_a_users_model_is_found_by_name_and_by_path(user_models: Path) -> None:
    path = user_models / "my-voice.safetensors"
    write_wavenet(path, "my-voice")
    assert registry.find("my-voice").path == path
    assert registry.find(path) == registry.find("my-voice")


def test_a_second_model_of_a_name_is_a_problem_playable_by_path(
    user_models: Path,
) -> None:
    write_wavenet(user_models / "a.safetensors", "twin")
    write_wavenet(user_models / "b.safetensors", "twin")
    listing = registry.listing()
    assert listing.models["twin"].path == user_models / "a.safetensors"
    assert "b.safetensors" in listing.problems[0]
    assert registry.find(user_models / "b.safetensors").path == user_models / "b.safetensors"


def test_damaged_model_files_are_listed_and_hurt_no_other(user_models: Path) -> None:
    write_wavenet(user_models / "whole.safetensors", "whole")
    payload = (user_models / "whole.safetensors").read_bytes()
    (user_models / "short.safetensors").write_bytes(payload[:-1])
    (user_models / "text.safetensors").write_text("hello")
    (user_models / "empty.safetensors").touch()
    listing = registry.listing()
    assert "whole" in listing.models
    assert len(listing.problems) == 3
    assert all("\n" not in problem for problem in listing.problems)


def test_a_model_of_a_family_that_is_not_installed_is_refused(user_models: Path) -> None:
    path = user_models / "alien.safetensors"
    write_model(path, ModelHeader("theremin", "alien", {}), {"w": np.zeros(2, np.float32)})
    with pytest.raises(RtAudioGenError, match="theremin"):
        registry.find(path)


def test_a_model_whose_configuration_does_not_fit_is_refused(user_models: Path) -> None:
    path = user_models / "odd.safetensors"
    write_model(path, ModelHeader("wavenet", "odd", {"legs": 4}), {"w": np.zeros(2, np.float32)})
    with pytest.raises(RtAudioGenError, match="legs"):
        registry.find(path)


def test_listing_models_imports_neither_torch_nor_a_compiler() -> None:
    code = (
        "import sys; from rtaudiogen.registry import listing; listing();"
        "print([m for m in ('torch', 'numba', 'sounddevice', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def write_wavenet(path: Path, name: str) -> None:
    config = WaveNetConfig(residual=16, skip=16, output=16, dilations=(1, 2))
    tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes(config).items()}
    write_model(path, ModelHeader("wavenet", name, config.to_json()), tensors)
