"""From a note-on at a MIDI port to the hit in the device's buffer, through a real audio server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..realtime.drums import installed

pytestmark = [pytest.mark.jack, pytest.mark.usefixtures("jack_command")]

RATE = 48000
NOTES, RING_MS = 60, 80
ROUNDS = 3  # a pause of the machine may spoil a round, not all of them
# Polling takes up to a millisecond, the clock allows for another one of jitter, and the rest is
# what the polling thread may wait for a core or for the interpreter.
ALLOWANCE_FRAMES = RATE * 5 // 1000
SCRIPT = Path(__file__).parents[2] / "scripts" / "hit_latency.py"


def measure(block_frames: int, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, **installed(folder / "drums"), "DRUMS_MAKE_SECONDS": "0.008"}
    command = [sys.executable, str(SCRIPT), "drums", "--json", "--notes", str(NOTES)]
    command += ["--blocks", str(block_frames), "--rings", str(RING_MS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    facts: dict[str, Any] = row
    return facts


@pytest.mark.parametrize("block_frames", [128, 256])
def test_a_hit_is_heard_one_device_block_after_its_key_whatever_the_ring(
    block_frames: int, tmp_path: Path
) -> None:
    limit = block_frames + ALLOWANCE_FRAMES
    for number in range(ROUNDS):
        facts = measure(block_frames, tmp_path / str(number))
        if facts["lost"] == 0 and facts["maximum_frames"] <= limit:
            break
    assert facts["lost"] == facts["replays"] == 0, facts
    assert block_frames <= facts["median_frames"] <= facts["maximum_frames"] <= limit, facts
