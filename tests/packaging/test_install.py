"""Three folders of the checkout are one installed package."""

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import pytest

from rtaudiogen.registry import listing

CHECKOUT = Path(__file__).parents[2]
in_checkout = pytest.mark.skipif(
    not (CHECKOUT / "models").is_dir(), reason="looks at the checkout, which is not here"
)

# imports every module of the engine, then looks at what that brought along
IMPORT_ALL = """
import importlib, pkgutil, sys, rtaudiogen
OTHERS = {"rtaudiogen.models", "rtaudiogen.gui", "rtaudiogen.__main__"}
def walk(package):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if found.name not in OTHERS:
            module = importlib.import_module(found.name)
            yield module
            yield from walk(module) if found.ispkg else ()
print(len(list(walk(rtaudiogen))))
print(*[m for m in sys.modules if m.split(".")[0] in ("torch", "PySide6", "models", "gui")
        or m.startswith(("rtaudiogen.models", "rtaudiogen.gui"))])
"""


def test_models_and_gui_are_installed_below_the_package() -> None:
    for name in ("rtaudiogen.models.wavenet.config", "rtaudiogen.gui", "rtaudiogen.engine"):
        assert find_spec(name) is not None, name


def test_importing_the_engine_imports_no_torch_qt_or_family() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True
    )
    modules, intruders = done.stdout.splitlines()
    assert int(modules) > 20
    assert intruders == ""


def test_a_front_end_loads_neither_compiler_nor_drivers() -> None:
    code = (
        "import sys, rtaudiogen.client.remote, rtaudiogen.cli.playing.play;"
        "print([m for m in ('numba', 'sounddevice', 'rtmidi', 'soundfile') if m in sys.modules]);"
        "import rtaudiogen.cli.app, rtaudiogen.client.library, rtaudiogen.recorder;"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "False"]


def test_the_built_in_families_are_registered() -> None:
    assert {"sine", "wavenet"} <= {
        point.name for point in entry_points(group="rtaudiogen.generators")
    }


def test_the_shipped_models_are_installed_with_their_licence() -> None:
    models = listing().models
    for name in ("wavenet-keys-strings", "wavenet-textures"):
        assert models[name].licence, name


@in_checkout
def test_every_package_is_named_in_the_install_mapping() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {"rtaudiogen": "rtaudiogen", "models": "rtaudiogen.models", "gui": "rtaudiogen.gui"}
    found = {
        ".".join((installed, *path.parent.relative_to(CHECKOUT / folder).parts))
        for folder, installed in folders.items()
        for path in (CHECKOUT / folder).rglob("*.py")
    }
    assert set(settings["packages"]) == found


@in_checkout
def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    lines = (CHECKOUT / "constraints.txt").read_text().splitlines()
    pinned = {_normal(line.partition("==")[0]) for line in lines}
    assert {_normal(_name(requirement)) for requirement in wanted} <= pinned
    assert all("==" in line for line in lines)


def _name(requirement: str) -> str:
    return requirement.partition(">")[0].partition("=")[0].partition("<")[0]


def _normal(name: str) -> str:
    return name.strip().lower().replace("_", "-")
