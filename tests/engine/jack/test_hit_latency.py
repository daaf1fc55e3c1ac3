"""Latency from note-on at a MIDI port to a hit in the device's buffer, on a real server."""

from pathlib import Path

import pytest

from ...realtime.drums import installed
from .latency import ALLOWANCE_FRAMES, measure

pytestmark = [pytest.mark.jack, pytest.mark.usefixtures("jack_command")]

RING_MS = 80
ROUNDS = 3  # a pause of the machine may spoil a round, not all of them


@pytest.mark.parametrize("block_frames", [128, 256])
def test_a_hit_sounds_one_device_block_after_its_key(block_frames: int, tmp_path: Path) -> None:
    limit = block_frames + ALLOWANCE_FRAMES
    for number in range(ROUNDS):
        drums = {**installed(tmp_path / str(number)), "DRUMS_MAKE_SECONDS": "0.008"}
        facts = measure("drums", block_frames=block_frames, ring_ms=RING_MS, environment=drums)
        if facts["lost"] == 0 and facts["maximum_frames"] <= limit:
            break
    assert facts["lost"] == facts["replays"] == 0, facts
    assert block_frames <= facts["median_frames"] <= facts["maximum_frames"] <= limit, facts
