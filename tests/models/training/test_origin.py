"""A training resumes only with the sounds and options that it began with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.training.checkpoint import Checkpoint
from rtaudiogen.models.training.origin import identity, look, sounds_in
from rtaudiogen.models.training.placing import place, set_aside
from rtaudiogen.training_journal import Journal, run_folder

OPTIONS = {"seed": 0, "rate": 16000}


def write_sounds(folder: Path, level: float = 0.1, count: int = 3) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        noise = np.random.default_rng(number).normal(0, level, 800)
        soundfile.write(folder / f"{number}.wav", noise, 16000)
    return folder


def begin(model: Path, folder: Path, known: Mapping[str, Any] | None = None) -> None:
    """Write a checkpoint and a model, as a training does."""
    known = identity("wavenet", folder, OPTIONS) if known is None else known
    facts = {"identity": dict(known), "step": 7, "seconds": 90.0, "history": [{"loss": np.nan}]}
    Checkpoint({"weights": {"w": torch.zeros(2)}}, facts).write(
        run_folder(model) / "checkpoint.safetensors"
    )
    model.write_bytes(b"model")


def ours(folder: Path, **options: Any) -> dict[str, Any]:
    return identity("wavenet", folder, OPTIONS | options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sounds(tmp_path / "songA" / "samples")


@pytest.fixture
def model(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "models" / "wavenet-samples.safetensors"
    begin(path, folder)
    return path


def test_the_same_sounds_go_on_without_a_word(model: Path, folder: Path) -> None:
    assert look(model, ours(folder)) == ""


def test_the_same_sounds_elsewhere_go_on_and_it_is_said(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    folder.rename(tmp_path / "moved")
    said = look(model, ours(tmp_path / "moved"))
    assert said.startswith(f"the same 3 sounds were in {folder} before")


def other_folder(folder: Path) -> Path:
    return write_sounds(folder.with_name("others"), level=0.2, count=2)


def one_more(folder: Path) -> Path:
    soundfile.write(folder / "new.wav", np.ones(100) / 9, 16000)
    return folder


def one_changed(folder: Path) -> Path:
    soundfile.write(folder / "0.wav", np.ones(801) / 9, 16000)
    return folder


def one_renamed(folder: Path) -> Path:
    (folder / "0.wav").rename(folder / "kick.wav")
    return folder


def with_a_table(folder: Path) -> Path:
    (folder / "metadata.csv").write_text("file,pitch\n0.wav,60\n1.wav,61\n2.wav,62\n")
    return folder


@pytest.mark.parametrize("change", [other_folder, one_more, one_changed, one_renamed, with_a_table])
def test_other_sounds_are_refused_with_what_was_found(
    model: Path, folder: Path, change: Any
) -> None:
    with pytest.raises(UsageError) as refusal:
        look(model, ours(change(folder)))
    line = str(refusal.value)
    assert "\n" not in line
    for part in (f"was started with 3 sounds of {folder}", "7 steps, 1.5 min", "--fresh", "--out"):
        assert part in line


def test_other_options_are_named(model: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="rate 16000, not 8000"):
        look(model, ours(folder, rate=8000))
    with pytest.raises(UsageError, match="family 'wavenet', not 'vqvae'"):
        look(model, ours(folder) | {"family": "vqvae"})


def test_labels_follow_a_folder_that_has_another_name(tmp_path: Path, folder: Path) -> None:
    model = tmp_path / "m.safetensors"
    begin(model, folder, identity("wavenet", folder, OPTIONS, labels=["bell", "samples"]))
    moved = folder.rename(folder.with_name("zeal"))
    assert look(model, identity("wavenet", moved, OPTIONS, labels=["bell", "zeal"]))
    with pytest.raises(UsageError, match="labels"):
        look(model, identity("wavenet", moved, OPTIONS, labels=["zeal", "bell"]))


@pytest.mark.parametrize("begun_on", ["samples", "elsewhere", None])
def test_an_older_checkpoint_goes_on_where_its_journal_says(
    tmp_path: Path, folder: Path, begun_on: str | None
) -> None:
    model = tmp_path / "old.safetensors"
    begin(model, folder, OPTIONS)
    if begun_on:
        where = str((folder.parent / begun_on).resolve())
        Journal(run_folder(model)).write("begun", pid=1, folder=where)
        Journal(run_folder(model)).write("begun", pid=os.getpid(), folder="this very process")
    if begun_on == "samples":
        assert "continues with" in look(model, ours(folder))
    else:
        with pytest.raises(UsageError, match=r"was started with (unknown )?sounds"):
            look(model, ours(folder))


@pytest.mark.parametrize("payload", [b"", b"junk" * 9, b"\x02\0\0\0\0\0\0\0{}"])
def test_a_damaged_checkpoint_is_one_line(model: Path, folder: Path, payload: bytes) -> None:
    (run_folder(model) / "checkpoint.safetensors").write_bytes(payload)
    with pytest.raises(RtAudioGenError, match="not a checkpoint that can be resumed; --fresh"):
        look(model, ours(folder))


def test_a_model_without_its_training_is_not_written_over(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "mine.safetensors").write_text("precious")
    with pytest.raises(UsageError, match="already exists: "):
        look(tmp_path / "mine.safetensors", ours(folder))


def test_to_begin_anew_keeps_what_was_there(model: Path, folder: Path, tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        kept = set_aside(model)
        assert kept is not None
        assert (kept / model.name).read_bytes() == b"model"
        assert (kept / "checkpoint.safetensors").is_file()
        names.append(kept.name)
        begin(model, folder)
    assert names == [f"wavenet-samples-before-{n}-training" for n in (1, 2)]
    assert set_aside(tmp_path / "none.safetensors") is None


def placed(models: Path, folder: Path, fresh: bool = False, **taken: Path) -> str:
    return place("wavenet", folder, models, None, OPTIONS, fresh, taken)[0].name


def test_folders_of_one_name_make_models_of_two(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    other = write_sounds(tmp_path / "songB" / "samples", level=0.2)
    monkeypatch.chdir(folder)
    assert placed(models, Path()) == "wavenet-samples.safetensors"
    begin(models / "wavenet-samples.safetensors", folder)
    monkeypatch.chdir(other)
    assert placed(models, Path()) == "wavenet-songB-samples.safetensors"
    begin(models / "wavenet-songB-samples.safetensors", other)
    (models / "wavenet-samples.safetensors").unlink()
    assert set_aside(models / "wavenet-samples.safetensors")
    assert placed(models, other) == "wavenet-songB-samples.safetensors", "it goes on"
    assert placed(models, folder) == "wavenet-samples.safetensors"
    assert placed(models, folder, **{"wavenet-samples": Path("x")}) == (
        "wavenet-songA-samples.safetensors"
    )


def test_sounds_that_are_added_to_a_folder_are_no_new_model(model: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match=r"started with 3 sounds .*, not the 4 sounds"):
        placed(model.parent, one_more(folder))


def test_sounds_are_identified_by_names_and_contents(tmp_path: Path, folder: Path) -> None:
    before = sounds_in(folder)
    (folder / "readme.txt").write_text("no sound")
    assert sounds_in(folder) == before
    assert (before.count, before.folder) == (3, str(folder))
    assert before.size_bytes == sum(path.stat().st_size for path in folder.glob("*.wav"))
