"""A dry and a wet recording are two files, or a folder with both."""

from pathlib import Path

import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.recording_pair import Pair, pair_of, sounds_of


@pytest.fixture
def crunch(tmp_path: Path) -> Path:
    folder = tmp_path / "crunch"
    folder.mkdir()
    for name in ("DI dry.wav", "amp.WAV", "wet.flac", ".wet.wav", "wet.txt"):
        (folder / name).write_bytes(b"")
    return folder


def test_a_folder_holds_one_of_each(crunch: Path) -> None:
    pair = pair_of([crunch])
    assert pair == Pair(crunch / "DI dry.wav", crunch / "wet.flac")
    assert pair.place == crunch


def test_two_files_are_dry_and_wet_in_this_order(crunch: Path) -> None:
    pair = sounds_of([crunch / "DI dry.wav", crunch / "amp.WAV"], pairs=True)
    assert isinstance(pair, Pair)
    assert pair.place == crunch / "amp"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "expected two sound files"),
        (["amp.WAV"], "expected two sound files"),
        (["amp.WAV", "none.wav"], "no such file"),
        (["amp.WAV", "amp.WAV"], "the same file"),
        (["amp.WAV", "wet.flac", "DI dry.wav"], "expected two sound files"),
    ],
)
def test_anything_else_is_refused(crunch: Path, names: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        pair_of([crunch / name for name in names])


def test_a_folder_with_two_wet_files_is_refused(crunch: Path) -> None:
    (crunch / "wet 2.wav").write_bytes(b"")
    with pytest.raises(UsageError, match="2 sounds with 'wet'"):
        pair_of([crunch])


def test_other_families_learn_from_one_folder(crunch: Path) -> None:
    assert sounds_of([crunch], pairs=False) == crunch
    with pytest.raises(UsageError, match="one folder"):
        sounds_of([crunch, crunch], pairs=False)
    with pytest.raises(UsageError, match="no such folder"):
        sounds_of([crunch / "none"], pairs=False)
