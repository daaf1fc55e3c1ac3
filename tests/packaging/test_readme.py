"""What the README shows works as it stands."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rtaudiogen.cli import run

CHECKOUT = Path(__file__).parents[2]
README = CHECKOUT / "README.md"

pytestmark = pytest.mark.skipif(not README.is_file(), reason="the README is in the checkout only")


def test_the_generator_in_the_readme_keeps_the_contract(tmp_path: Path) -> None:
    project = tomllib.loads(block("toml"))
    (tmp_path / "crackle.py").write_text(block("python"))
    info = tmp_path / "crackle-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crackle\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in points.items())
        for group, points in project["project"]["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    assert project["tool"]["setuptools"]["py-modules"] == ["crackle"]
    done = subprocess.run(
        [sys.executable, "-m", "rtaudiogen", "check", "crackle"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


def test_every_command_line_in_the_readme_is_understood(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = re.findall(r"^ {4}rtaudiogen (\w+)(.*)$", README.read_text(), re.MULTILINE)
    assert len(shown) > 8
    for command, rest in shown:
        flags = set(re.findall(r"--[a-z-]+", rest))
        family = rest.split()[:1] if command == "train" else []
        assert run([command, *family, "--help"]) == 0
        help_text = capsys.readouterr().out
        assert {flag for flag in flags if flag not in help_text} == set(), command


@pytest.mark.parametrize("target", ["run", "test", "bench", "picture"])
def test_every_make_target_in_the_readme_is_there(target: str) -> None:
    assert f"make {target}" in README.read_text()
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)


def block(language: str) -> str:
    """The README's code block in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    assert isinstance(found, str)
    return found
