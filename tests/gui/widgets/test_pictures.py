"""Every widget shows something, in both themes and on screens of every density."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.gui.widgets import gallery


@pytest.mark.parametrize("scale", [1, 1.25, 2])
def test_no_widget_is_blank_or_smaller_than_the_scale(tmp_path, scale):
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=str(scale))
    command = [sys.executable, "-W", "error", "-m", "tests.gui.widgets.gallery", str(tmp_path)]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) == 2 * gallery.COUNT
    for picture in pictures:
        image = QImage(str(picture))
        assert len(colours(image)) >= 4, picture.name
        assert image.height() >= 25 * scale, picture.name


def colours(image):
    step = max(image.height() // 60, 1)
    return {
        image.pixel(x, y)
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), step)
    }
