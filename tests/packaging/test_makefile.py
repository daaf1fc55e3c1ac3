"""`make play`, and `make run` without a display, in a folder without what earlier runs made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

CHECKOUT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
BRIEFLY = "--output null --midi none --seconds 0.2"
OF_A_WINDOW = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")  # of `make test`, if it runs us

pytestmark = [
    pytest.mark.skipif(not (CHECKOUT / "Makefile").is_file(), reason="it is in the checkout only"),
    pytest.mark.skipif(shutil.which("make") is None, reason="there is no make"),
]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Return a folder in which make finds everything set up."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt", "scripts/setup.sh", ".venv/ready"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (0, 0))  # equally old: nothing is to be set up
    return tmp_path


@pytest.mark.parametrize(
    "asked",
    [["play", "MODEL=sine", f"ARGS={BRIEFLY}"], ["run", f"MODEL=sine {BRIEFLY}"]],
    ids=["play", "run"],
)
def test_make_records_what_it_plays_in_a_fresh_folder(fresh: Path, asked: list[str]) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in (*OF_A_WINDOW, *OF_MAKE)}
    done = subprocess.run(
        ["make", *asked, f"BIN={BIN}"], cwd=fresh, env=kept, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (take,) = (fresh / "recordings").iterdir()
    assert soundfile.info(take).duration > 0
