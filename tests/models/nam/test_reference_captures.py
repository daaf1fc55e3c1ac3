"""Captures of other programs sound as in the reference program."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.player import Player

from .expected import CLOSE, FOLDER, difference

FILES = sorted(FOLDER.glob("*.nam"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"there are no captures in {FOLDER}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_capture_sounds_as_in_the_reference_program(path: Path) -> None:
    assert difference(path) <= CLOSE


@pytest.mark.parametrize("block", [1, 16, 100, 512])
def test_a_block_of_any_size_changes_no_bit(block: int) -> None:
    path = FOLDER / "wavenet_a1_standard.nam"
    heard, _ = soundfile.read(FOLDER / "input.wav", dtype="float32", frames=3000)
    player = Player(read_capture(path).program(-1))
    whole, parts = np.zeros_like(heard), np.zeros_like(heard)
    player.play(heard, whole)
    player.reset()
    for first in range(0, len(heard), block):
        player.play(heard[first : first + block], parts[first : first + block])
    np.testing.assert_array_equal(parts, whole)
