"""Everything that a checker is told to ignore has a reason that a reader finds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("rtaudiogen", "models", "gui", "scripts", "tests")
IGNORED = re.compile(r"# (type: ignore|noqa|pragma)(\[[^]]*\]|: [A-Z]+\d+)?(?P<reason>.*)")


def unexplained(source: str) -> list[str]:
    """Return the lines with an ignore that neither they nor a comment just above them explain."""
    lines = source.splitlines()
    return [
        line.strip()
        for above, line in zip(["", *lines], lines, strict=False)
        if (found := IGNORED.search(line))
        and not re.search(r"\w", found["reason"])
        and not above.lstrip().startswith("# ")
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_every_ignore_names_its_reason(room: str) -> None:
    files = (ROOT / room).rglob("*.py")
    assert not [line for file in files for line in unexplained(file.read_text("utf-8"))]


def test_an_ignore_without_a_reason_is_found() -> None:
    mark = "# " + "noqa"
    bare, explained = f"import a  {mark}: F401", f"import b  {mark}: F401  # pytest calls it"
    assert unexplained(f"{bare}\n{explained}\n# why\n{bare}") == [bare]
