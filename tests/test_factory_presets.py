"""Every factory preset can be read, fits its model, sounds, and has a preview."""

import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from rtaudiogen import registry
from rtaudiogen.client.library import Kind, find_preset, library, preview_path
from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Plays
from rtaudiogen.loudness.integrated import RATE, integrated_lufs
from rtaudiogen.saving.presets import load_preset

SCRIPT = Path(__file__).parents[1] / "scripts" / "previews.py"
MOST_BYTES = 2_500_000  # of all previews
PRESETS = [path for folder in registry.preset_folders() for path in sorted(folder.glob("*.json"))]
every_preset = pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
OF_EACH_MODEL = list({load_preset(path).model: path for path in PRESETS}.values())


@pytest.fixture(scope="module")
def previews() -> ModuleType:
    """Return the script that renders the previews."""
    if not SCRIPT.is_file():
        pytest.skip("the scripts are in the checkout alone")
    spec = importlib.util.spec_from_file_location("previews", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_shipped_network_but_effects_has_factory_presets() -> None:
    assert 40 <= len(PRESETS) <= 60
    families = registry.families()[0].values()
    shipped = [model for family in families for model in family.builtin()]
    networks = {model.id for model in shipped if model.path and model.plays != {Plays.EFFECT}}
    assert networks <= {load_preset(path).model for path in PRESETS}


def test_no_two_factory_presets_have_the_same_name() -> None:
    names = Counter(load_preset(path).name.lower() for path in PRESETS)
    assert [name for name, count in names.items() if count > 1] == []


@every_preset
def test_a_factory_preset_says_what_it_is_and_fits_its_model(path: Path) -> None:
    preset = load_preset(path)
    assert preset.name
    assert preset.description.endswith(".")
    assert preset.tags
    assert preset.whole
    assert list(preset.remarks()) == []
    model = registry.find(preset.model)
    values, notices = preset.fit(model)
    assert notices == ()
    assert values.keys() == {parameter.id for parameter in model.parameters}


@every_preset
def test_a_preview_is_short_and_neither_soft_nor_loud(path: Path) -> None:
    sound, rate = soundfile.read(preview_path(path), dtype="float32", always_2d=True)
    assert rate == RATE
    assert 2.0 <= len(sound) / rate <= 3.0
    assert -30.0 <= integrated_lufs(np.repeat(sound, 2, axis=1)) <= -10.0
    assert 0.02 < np.abs(sound).max() <= 1.0


def test_the_previews_are_small() -> None:
    assert sum(preview_path(path).stat().st_size for path in PRESETS) <= MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("path", OF_EACH_MODEL, ids=lambda path: path.stem)
def test_a_preset_sounds_as_its_preview_does(path: Path, previews: ModuleType) -> None:
    """Render one of each model; the command that renders the previews refuses the others."""
    sound = previews.preview_of(load_preset(path))
    assert -30.0 <= integrated_lufs(np.repeat(sound, 2, axis=1)) <= -10.0
    assert np.abs(sound).max() < 1.0


def test_the_library_lists_factory_presets_with_what_is_known_of_them() -> None:
    items = {item.name: item for item in library() if item.kind == Kind.PRESET}
    bells = items["Glass Bells"]
    assert (bells.own, bells.problem, bells.family) == (False, "", "wavenet")
    assert bells.description
    assert bells.tags[0] == "bell"
    assert bells.preview is not None
    assert bells.preview.is_file()


def test_a_preset_is_found_by_its_name_in_any_case() -> None:
    assert find_preset(" glass BELLS ").stem == "glass-bells"
    with pytest.raises(UsageError, match="no preset 'glass bell'; did you mean Glass Bells"):
        find_preset("glass bell")
