"""A folder of sounds becomes a playable model, despite interruptions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.measuring.spectral_distance import SpectralDistance
from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.generator import create
from rtaudiogen.models.vqvae.layers import TRAINING_ONLY
from rtaudiogen.models.vqvae.learning import codec
from rtaudiogen.models.vqvae.learning.training import TrainingOptions, train
from rtaudiogen.models.vqvae.measuring.usage import StageUsage
from rtaudiogen.models.vqvae.waveform import quantizer
from rtaudiogen.models.vqvae.waveform.losses import reconstruction
from rtaudiogen.models.vqvae.waveform.network import VQVAE
from rtaudiogen.models.vqvae.waveform.training import Objective

pytestmark = pytest.mark.slow

RATE = 8000
SIZES: dict[str, Any] = {
    "sample_rate": RATE, "strides": "4,4,4", "encoder_channels": 16, "decoder_channels": 16,
    "widest": 16, "latent": 16, "stages": 2, "codes": 16, "code_dimensions": 4,
    "segment_ms": 100, "segments": 2, "prior_width": 16,
}  # fmt: skip
TINY: dict[str, Any] = {**SIZES, "steps": 8, "report_steps": 2, "adversarial": 0.5}
CODEC: dict[str, Any] = {**TINY, "prior_minutes": 0.0}
START_STEPS = 3  # for all of this file: books begin between two reports


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let codebooks start early, on one thread: at these sizes more are slower."""
    monkeypatch.setattr(quantizer, "START_STEPS", START_STEPS)
    monkeypatch.setattr(codec, "HELD_OUT_BATCHES", 2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write four tones of half a second, with pitches in their names."""
    time_ = np.arange(RATE // 2) / RATE
    for pitch in (57, 60, 64, 69):
        tone = 0.4 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time_)
        (tmp_path / "tones").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "tones" / f"m{pitch:03}.wav", tone, RATE)
    return tmp_path / "tones"


def sound_of(model: Path, source: Source, key: float | None = None) -> NDArray[np.float32]:
    """Return half a second as a player would hear it."""
    generator = create(describe(model), 0)
    generator.prepare(512)
    generator.reset(1)
    parameters = generator.descriptor.defaults()
    parameters[generator.descriptor.parameter_index("source")] = source
    out = np.zeros((RATE // 2, 1), np.float32)
    told = no_events() if key is None else event(0, EventKind.NOTE_ON, 0, key, 0.8)
    for first in range(0, len(out), 500):
        generator.render(out[first : first + 500], parameters, no_events() if first else told)
    return out[:, 0]


def test_training_makes_a_playable_model_with_prior_and_material(
    tmp_path: Path, folder: Path
) -> None:
    out = tmp_path / "tones.safetensors"
    options = TrainingOptions(**TINY, prior_steps=2, licence="CC0-1.0", card="Four tones.")
    train(folder, out, options)
    header = read_header(out)
    assert (header.family, header.name) == ("vqvae", "tones")
    assert (header.licence, header.card) == ("CC0-1.0", "Four tones.")
    assert header.config["prior_layers"] == 1
    facts = header.training
    assert facts["steps"] == 8
    assert facts["frames_seen"] == 8 * 2 * 768, "of segments of twelve whole codes"
    assert facts["sounds"] + facts["sounds_held_out"] == 4
    assert 0 < facts["held_out_loss"] < 100
    assert len(facts["prior_bits_per_code"]) == 2
    assert all(0 < bits < 8 for bits in facts["prior_bits_per_code"])

    tensors = read_tensors(out)
    assert tensors["material.codes"].shape[1] == 2
    assert set(tensors["material.regions"][:, 2]) <= {57, 60, 64, 69}
    for source, key in ((Source.PRIOR, None), (Source.FILE, None), (Source.KEYS, 60.0)):
        sound = sound_of(out, source, key)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() > 0, source.name

    run = tmp_path / "tones-training"
    for place in (run, run / "prior-of-step-8"):
        assert (place / "checkpoint.safetensors").is_file()
        assert (place / "loss.png").stat().st_size > 0
        assert list((place / "tensorboard").iterdir())
    clips = sorted(path.name for path in (run / "clips").iterdir())
    assert clips == [f"step-000000{step}.wav" for step in (2, 4, 6, 8)]
    clip, rate = soundfile.read(run / "clips" / clips[-1])
    assert rate == RATE
    assert np.abs(clip).max() > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "tones", "tones-training", "tones.safetensors",
    ], "and nothing half-written"  # fmt: skip


def test_a_model_without_a_prior_plays_from_its_excerpts(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "tones.safetensors"
    train(folder, out, TrainingOptions(**CODEC))
    assert read_header(out).config["prior_layers"] == 0
    assert not any(name.startswith("prior.") for name in read_tensors(out))
    assert not list((tmp_path / "tones-training").glob("prior*"))
    assert np.abs(sound_of(out, Source.FILE)).max() > 0


def test_a_model_file_holds_the_players_tensors_and_no_pickle(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "tones.safetensors"
    train(folder, out, TrainingOptions(**TINY, prior_steps=1))
    with safe_open(out, framework="numpy") as file:
        names = list(file.keys())
    codec = [name for name in names if not name.startswith(("prior.", "material."))]
    assert {name.rsplit(".", 1)[-1] for name in codec} == {"weight", "bias", "vectors"}
    assert {name.split(".")[0] for name in codec} == {"encoder", "quantizer", "decoder", "labels"}
    assert not any(name.endswith(TRAINING_ONLY) or "running" in name for name in names)
    assert "rival" not in " ".join(names)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not path.read_bytes().startswith((b"\x80", b"PK")), f"{path} is pickled"


def test_a_prior_begins_anew_when_the_codec_has_gone_on(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "tones.safetensors"
    train(folder, out, TrainingOptions(**{**TINY, "steps": 4}, prior_steps=1))
    train(folder, out, TrainingOptions(**{**TINY, "steps": 8}, prior_steps=1))
    run = tmp_path / "tones-training"
    assert sorted(path.name for path in run.glob("prior*")) == [
        "prior-of-step-4", "prior-of-step-8",
    ]  # fmt: skip
    assert read_header(out).training["steps"] == 8
    assert read_header(out).config["prior_layers"] == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 1}, "started with seed 0, not 1"),
        ({"codes": 32}, "started with codes 16, not 32"),
        ({"adversarial": 0.0}, "started with adversarial 0.5, not 0.0"),
        ({"segment_ms": 200}, "started with segment_ms 100, not 200"),
    ],
)
def test_a_training_with_other_options_is_not_resumed(
    tmp_path: Path, folder: Path, change: dict[str, Any], reason: str
) -> None:
    out = tmp_path / "x.safetensors"
    train(folder, out, TrainingOptions(**{**CODEC, "steps": 1}))
    before = out.read_bytes()
    with pytest.raises(UsageError, match=reason) as refused:
        train(folder, out, TrainingOptions(**{**CODEC, **change}))
    assert "\n" not in str(refused.value)
    assert out.read_bytes() == before


def test_only_what_is_free_may_change_when_a_training_goes_on(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "x.safetensors"
    train(folder, out, TrainingOptions(**{**CODEC, "steps": 1}))
    free = {"minutes": 3.0, "licence": "CC0-1.0", "card": "x", "speech": True, "device": "cpu"}
    later = TrainingOptions(**CODEC, **free)
    train(folder, out, later)
    header = read_header(out)
    assert (header.training["steps"], header.training["speech"]) == (8, True)
    assert header.licence == "CC0-1.0"
    assert header.training["processor"] == "cpu"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"strides": "4,x"}, "--strides must be up to 8 whole numbers from 1 to 16"),
        ({"strides": "4,0"}, "--strides"),
        ({"strides": "4,17"}, "--strides"),
        ({"strides": "1,1,1,1,1,1,1,1,1"}, "--strides"),
        ({"segment_ms": 99}, "--segment-ms must be at least 100"),
        ({"strides": "8,8,8,8", "sample_rate": 48000}, "--segment-ms must be at least 342"),
    ],
)
def test_impossible_options_are_refused_in_one_line(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as refused:
        TrainingOptions(**{**SIZES, **options})
    assert "\n" not in str(refused.value)


def test_the_shortest_segment_that_is_allowed_can_be_learnt(tmp_path: Path, folder: Path) -> None:
    for strides in ("2", "8,8,4"):
        sizes = {**CODEC, "strides": strides, "segment_ms": 100, "steps": 1}
        if strides == "8,8,4":
            with pytest.raises(UsageError, match="at least 128"):
                TrainingOptions(**sizes)
            sizes["segment_ms"] = 128
        train(folder, tmp_path / f"{strides}.safetensors", TrainingOptions(**sizes))


def test_sounds_shorter_than_a_code_are_learnt_too(tmp_path: Path) -> None:
    (tmp_path / "clicks").mkdir()
    for number in range(3):
        click = np.random.default_rng(number).normal(0, 0.1, 200)
        soundfile.write(tmp_path / "clicks" / f"{number}.wav", click, RATE)
    out = tmp_path / "clicks.safetensors"
    sizes = {**TINY, "strides": "8,8,8", "segment_ms": 300, "steps": 1}
    train(tmp_path / "clicks", out, TrainingOptions(**sizes, prior_steps=1))
    assert read_header(out).config["prior_layers"] == 1


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (np.zeros(RATE), "silent"),
        (0.1 * np.sin(np.arange(20)), "shorter than 0.02 s"),
        (None, "no sound"),
    ],
)
def test_a_folder_that_cannot_work_is_refused_and_leaves_nothing(
    tmp_path: Path, sound: np.ndarray | None, reason: str
) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    if sound is not None:
        soundfile.write(folder / "one.wav", sound, RATE)
    with pytest.raises(RtAudioGenError, match=reason) as refused:
        train(folder, tmp_path / "x.safetensors", TrainingOptions(**CODEC))
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [folder]


def test_every_report_says_how_much_of_the_codebooks_is_used(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(folder, tmp_path / "x.safetensors", TrainingOptions(**CODEC))
    said = capsys.readouterr().out
    lines = [line for line in said.splitlines() if line.startswith("codebooks: ")]
    assert len(lines) == 4
    assert all(line.count(" of 16 used, perplexity ") == 2 for line in lines)


def test_a_collapsed_codebook_raises_the_alarm(
    tmp_path: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nearest(self: quantizer.Codebook, points: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(points), dtype=torch.long)

    train(folder, tmp_path / "sound.safetensors", TrainingOptions(**CODEC))
    assert "WARNING" not in capsys.readouterr().out
    monkeypatch.setattr(quantizer.Codebook, "nearest", nearest)
    train(folder, tmp_path / "x.safetensors", TrainingOptions(**CODEC))
    said = capsys.readouterr().out
    assert "codebooks: 1 of 16 used, perplexity 1, 1 of 16 used, perplexity 1" in said
    assert "WARNING: the codebook is hardly used (stage 1: 1 of 16; stage 2: 1 of 16)" in said


def test_held_out_loss_is_the_audible_loss_alone() -> None:
    network = VQVAE(TrainingOptions(**SIZES).config(("any",)))
    objective = Objective(network).eval()
    signal = 0.1 * torch.randn(2, 768)
    labels, kept = torch.zeros(2, dtype=torch.long), torch.full((2,), 2)
    waveform = torch.tensor(1.0)
    made, _ = network(signal, labels, kept)
    expected = reconstruction(made, signal, SpectralDistance(RATE), waveform)
    torch.testing.assert_close(objective(signal, labels, kept, waveform), expected)


def test_usage_is_counted_between_reports_only_while_learning() -> None:
    network = VQVAE(TrainingOptions(**SIZES).config(("any",)))
    objective = Objective(network)
    batch = {
        "signal": 0.1 * torch.randn(2, 768),
        "labels": torch.zeros(2, dtype=torch.long),
        "kept": torch.full((2,), 2),
        "waveform": torch.tensor(1.0),
    }
    objective(**batch)
    objective.eval()(**batch)
    usages, frames = objective.counts.taken()
    assert frames == 2 * 12
    assert all(1 <= usage.used <= 16 for usage in usages)
    assert objective.counts.taken() == ([StageUsage(0, 16, 0.0)] * 2, 0)
