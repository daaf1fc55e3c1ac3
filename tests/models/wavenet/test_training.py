"""A folder of sounds becomes a playable model, despite interruptions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.training.checkpoint import Checkpoint
from rtaudiogen.models.wavenet.training import TrainingOptions, train

RATE = 16000
TINY = {
    "residual": 16, "skip": 16, "output": 16, "largest_dilation": 8, "stacks": 1,
    "segment_frames": 1024, "compile": False,
}  # fmt: skip


def write_notes(folder: Path, pitches: tuple[int, ...] = (57, 60, 64)) -> Path:
    time_ = np.arange(int(0.8 * RATE)) / RATE
    for pitch in pitches:
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        tone = 0.4 * np.exp(-3 * time_) * np.sin(2 * np.pi * frequency * time_)
        folder.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / f"m{pitch:03}_v100.wav", tone, RATE)
    return folder


def write_rain(folder: Path) -> Path:
    folder.mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * RATE)
    soundfile.write(folder / "rain.wav", noise, RATE)
    return folder


PROGRAM = """
import json, sys
from pathlib import Path
from rtaudiogen.models.wavenet.training import TrainingOptions, train
train(Path(sys.argv[1]), Path(sys.argv[2]), TrainingOptions(**json.loads(sys.argv[3])))
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_without_a_compiler_training_goes_on_and_says_so(tmp_path: Path) -> None:
    folder, out = write_rain(tmp_path / "rain"), tmp_path / "rain.safetensors"
    options = {**TINY, "compile": True, "texture": True, "steps": 1}
    nothing = {"CXX": "/bin/false", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "inductor")}
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(out), json.dumps(options)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **nothing},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "torch.compile does not work here" in finished.stdout
    assert out.exists()


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(RtAudioGenError, match="not a checkpoint"):
        Checkpoint.read(path)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"largest_dilation": 48}, "power of two"),
        ({"lowest": 90, "highest": 80}, "--lowest and --highest"),
        ({"instruments": "kazoo"}, "no instrument 'kazoo'; there are pluck"),
    ],
)
def test_impossible_options_are_refused(
    tmp_path: Path, options: dict[str, float], reason: str
) -> None:
    folder, out = write_notes(tmp_path / "pluck"), tmp_path / "x.safetensors"
    with pytest.raises(UsageError, match=reason):
        train(folder, out, TrainingOptions(**options))
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.slow
def test_a_file_that_is_no_sound_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = write_notes(tmp_path / "pluck"), tmp_path / "pluck.safetensors"
    (folder / "m062.wav").write_text("no sound")
    (folder / "._m063.wav").write_text("what other systems leave behind")
    train(folder, out, TrainingOptions(**TINY, steps=1, lowest=57, highest=64))
    assert "left out: m062.wav is no sound file inside" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (np.zeros(RATE), "silent"),
        (0.1 * np.sin(np.arange(RATE // 10)), "shorter than 0.2 s"),
        (np.sign(np.sin(np.arange(RATE) / 10)), "clipped"),
        (np.random.default_rng(0).normal(0, 0.1, RATE), "no clear pitch"),
    ],
)
def test_a_folder_that_cannot_work_is_refused_and_leaves_nothing(
    tmp_path: Path, sound: np.ndarray, reason: str
) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    soundfile.write(folder / "one.wav", sound, RATE)
    with pytest.raises(RtAudioGenError, match=reason) as refused:
        train(folder, tmp_path / "x.safetensors", TrainingOptions(**TINY, steps=1))
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [folder]
