"""A folder of voices becomes a model that sings, and an interrupted training resumes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.vqvae.descriptor import describe
from rtaudiogen.models.vqvae.learning import codec
from rtaudiogen.models.vqvae.learning.options import TrainingOptions
from rtaudiogen.models.vqvae.learning.training import train
from rtaudiogen.models.vqvae.shaped import quantizer
from rtaudiogen.models.vqvae.shaped.config import ShapedConfig

from ...untrained import SHAPED

RATE = 16000
TINY: dict[str, Any] = {
    "coder": "shaped", "stages": 2, "codes": 128, "segment_ms": 160, "segments": 2, "steps": 4,
    "report_steps": 2, "prior_steps": 1, "prior_width": 16, "device": "cpu",
}  # fmt: skip


def narrow(options: TrainingOptions, labels: tuple[str, ...]) -> ShapedConfig:
    return replace(SHAPED, labels=labels, stages=options.stages, codes=options.codes)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let codebooks start early, and networks be narrow."""
    monkeypatch.setattr(quantizer, "START_STEPS", 2)
    monkeypatch.setattr(codec, "HELD_OUT_BATCHES", 1)
    monkeypatch.setattr(TrainingOptions, "config", narrow)
    torch.set_num_threads(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write two voices with three sounds each."""
    for voice, pitch in (("ada", 200), ("bob", 110)):
        (tmp_path / "voices" / voice).mkdir(parents=True)
        for take in range(3):
            periods = np.arange(RATE // 2) * (pitch + 7 * take) / RATE
            path = tmp_path / "voices" / voice / f"{take}.wav"
            soundfile.write(path, 0.4 * (periods % 1 - 0.5), RATE)
    return tmp_path / "voices"


def test_a_folder_of_voices_becomes_a_model_and_goes_on(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "voices.safetensors"
    assert train(folder, out, TrainingOptions(**TINY))
    header = read_header(out)
    assert header.config["coder"] == "shaped"
    assert header.training["steps"] == 4
    assert len(header.training["prior_bits_per_code"]) == 2
    assert describe(out).parameter_index("sing") > 0
    tensors = read_tensors(out)
    assert tensors["material.codes"].shape[1] == 2
    assert (tensors["prior.bias"][0, :128] > -10).all()
    clips = [p.name for p in (tmp_path / "voices-training" / "clips").iterdir()]
    assert "step-0000004.wav" in clips
    assert not train(folder, out, TrainingOptions(**TINY)), "all of it is done"
    assert train(folder, out, TrainingOptions(**{**TINY, "steps": 6}))
    assert read_header(out).training["steps"] == 6


def test_options_say_what_a_shaped_model_has() -> None:
    options = TrainingOptions(coder="shaped")
    assert options.hop == ShapedConfig().hop == 320
    assert options.segment_frames == 64 * 320
