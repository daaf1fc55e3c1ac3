"""The examples of the README and its linked pages run as printed."""

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
EXAMPLE = CHECKOUT / "docs/adding-a-generator.md"
PAGES = [
    README,
    CHECKOUT / "ARCHITECTURE.md",
    *sorted(CHECKOUT.glob("docs/*.md")),
    *sorted(CHECKOUT.glob("models/*/README.md")),
]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")

pytestmark = pytest.mark.skipif(not README.is_file(), reason="the README is in the checkout only")


IN_ONE_FILE = ["listed without torch"]  # the check that a network in its family's file fails


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "number", "missed"), [("crackle", 0, []), ("hum", 1, IN_ONE_FILE)]
)
def test_example_generator_keeps_the_contract(
    tmp_path: Path, name: str, number: int, missed: list[str]
) -> None:
    project = tomllib.loads(block("toml").replace("crackle", name))
    (tmp_path / f"{name}.py").write_text(block("python", number))
    info = tmp_path / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in points.items())
        for group, points in project["project"]["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    assert project["tool"]["setuptools"]["py-modules"] == [name]
    done = subprocess.run(
        [sys.executable, "-m", "rtaudiogen", "check", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert [line.removeprefix("FAIL").partition(":")[0].strip() for line in failed] == missed
    assert done.returncode == (1 if missed else 0), done.stdout + done.stderr


def test_pages_show_commands_that_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    shown: dict[tuple[str, ...], set[str]] = {}
    for page in PAGES:
        for line in re.findall(r"^ {4}rtaudiogen (\w+.*)$", joined(page), re.MULTILINE):
            command, *rest = line.partition(" #")[0].split()
            named = (command, *(rest[:1] if command == "train" else []))
            shown.setdefault(named, set()).update(re.findall(r"--[a-z-]+", line))
    assert len(shown) > 8
    for named, flags in shown.items():
        assert run([*named, "--help"]) == 0
        help_text = capsys.readouterr().out
        assert {flag for flag in flags if flag not in help_text} == set(), named


def test_pages_link_to_what_is_there() -> None:
    broken = [
        f"{page.relative_to(CHECKOUT)}: {target}#{anchor}"
        for page in PAGES
        for target, anchor in LINK.findall(page.read_text())
        if not target.startswith("http") and not is_there(page, target, anchor)
    ]
    assert broken == []


@pytest.mark.parametrize("target", ["run", "test", "bench", "picture", "sounds"])
def test_make_target_in_the_readme_is_there(target: str) -> None:
    assert f"make {target}" in README.read_text()
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)


def block(language: str, number: int = 0) -> str:
    """Return an example's code block in a language."""
    found = re.findall(rf"```{language}\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)[number]
    assert isinstance(found, str)
    return found


def joined(page: Path) -> str:
    """Return a page's text, with lines that end in a backslash joined to the next."""
    return re.sub(r"\s*\\\n\s*", " ", page.read_text())


def is_there(page: Path, target: str, anchor: str) -> bool:
    """Return whether a link leads to a file, and to a heading if it names one."""
    path = page.parent / target if target else page
    return path.exists() and (not anchor or anchor in anchors(path))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
