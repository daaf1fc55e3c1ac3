"""Captures of other programs sound as in the reference program."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.steps.player import Player
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import describe

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


def test_a_rendering_is_the_expected_sound_in_the_middle() -> None:
    path = FOLDER / "wavenet_a1_standard.nam"
    out = render(RenderRequest([describe(path)], 1.0, input_file=FOLDER / "input.wav"))
    expected, _ = soundfile.read(path.with_suffix(".expected.wav"), dtype="float32")
    begun = 6000  # frames after which the host's fade-in is over
    for side in out.T:  # a mono sound in the middle is 3 dB lower on each side
        np.testing.assert_allclose(side[begun:], expected[begun:] / 2**0.5, rtol=0, atol=CLOSE)
