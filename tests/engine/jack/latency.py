"""Run one row of scripts/hit_latency.py, and state the tolerance of its result."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RATE = 48000
# Polling takes up to half a millisecond, the clock allows for as much jitter, and the rest is what
# the polling thread may wait for a core or for the interpreter.
ALLOWANCE_FRAMES = RATE * 5 // 1000
SCRIPT = Path(__file__).parents[3] / "scripts" / "hit_latency.py"


def measure(
    *arguments: str, block_frames: int, ring_ms: int, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the fields of its `Latency` for 60 notes."""
    command = [sys.executable, str(SCRIPT), *arguments, "--json", "--notes", "60"]
    command += ["--blocks", str(block_frames), "--rings", str(ring_ms)]
    there = {**os.environ, **(environment or {})}
    done = subprocess.run(command, env=there, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    facts: dict[str, Any] = row
    return facts
