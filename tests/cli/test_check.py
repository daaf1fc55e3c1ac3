"""`check` passes a generator that keeps the contract and fails one that does not."""

from pathlib import Path

import pytest

from .conftest import Run

FORGETFUL = """
import numpy as np
from rtaudiogen.generator import Descriptor, Family, Plays
HISS = Descriptor("hiss", "hiss", "Hiss", "", frozenset([Plays.STREAM]), 0, 1, 1, ())
FAMILY = Family("hiss", "", lambda: [HISS], lambda path: HISS, "hiss:Hiss")
class Hiss:
    delay_frames = 0
    def __init__(self, descriptor, sample_rate):
        self.descriptor, self.sample_rate = descriptor, sample_rate
    def prepare(self, max_frames, device="cpu"): pass
    def reset(self, seed): self.random = np.random.default_rng(seed)
    def render(self, out, parameters, events): out[:] = self.random.random(out.shape)
    def voice_levels(self): return np.ones(1, np.float32)
    def save_state(self): return {}
    def load_state(self, state): pass
"""


def test_the_sine_keeps_the_contract(run: Run) -> None:
    done = run("check", "sine")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) > 15
    assert all(line.startswith("ok") for line in lines)


def test_a_generator_that_forgets_its_state_fails(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hiss.py").write_text(FORGETFUL)
    info = tmp_path / "hiss-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hiss\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rtaudiogen.generators]\nhiss = hiss:FAMILY\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run("check", "hiss")
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert failed
    assert all("saved state" in line or "foreign state" in line for line in failed), failed
    (complaint,) = done.stderr.splitlines()
    assert f"hiss: {len(failed)} of" in complaint
