"""Install or register families that only tests know."""

from pathlib import Path

import pytest

from rtaudiogen import registry
from rtaudiogen.generator import Family

ROOT = Path(__file__).parents[2]


def installed(name: str, folder: Path) -> dict[str, str]:
    """Install a module's FAMILY as a package in `folder`, and return the environment to find it."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    points = f"[rtaudiogen.generators]\n{name} = tests.realtime.{name}:FAMILY\n"
    (info / "entry_points.txt").write_text(points)
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


def register(family: Family, patch: pytest.MonkeyPatch) -> None:
    """Let this process's registry know a family."""
    known, problems = registry.families()
    patch.setattr(registry, "families", lambda: (known | {family.name: family}, problems))
