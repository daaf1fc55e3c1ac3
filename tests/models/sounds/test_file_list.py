"""The files of a folder that count as sounds, and their classes."""

from pathlib import Path, PurePath

import pytest

from rtaudiogen.models.sounds.class_folders import class_names
from rtaudiogen.models.sounds.file_list import SUFFIXES, sound_files


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def listed(folder: Path) -> tuple[list[str], list[str]]:
    said: list[str] = []
    return [p.relative_to(folder).as_posix() for p in sound_files(folder, said.append)], said


def test_sounds_of_every_suffix_are_found(tmp_path: Path) -> None:
    names = [f"a{suffix}" for suffix in (*SUFFIXES, ".WAV", ".Flac")]
    assert {".wav", ".wave", ".bwf", ".aifc", ".snd", ".sph", ".rf64", ".mp3"} <= SUFFIXES
    touch(tmp_path, *names)
    assert set(listed(tmp_path)[0]) == set(names)


def test_files_of_operating_systems_are_not_sounds(tmp_path: Path) -> None:
    touch(
        tmp_path, "a.wav", "._a.wav", ".hidden/a.wav", ".AppleDouble/a.wav", ".Trash-1000/a.wav",
        "__MACOSX/a.wav", "@eaDir/a.wav", "$RECYCLE.BIN/a.wav", "Thumbs.db", ".DS_Store",
        "desktop.ini", "lost+found/a.wav", "System Volume Information/a.wav", "deep/__macosx/a.wav",
    )  # fmt: skip
    assert listed(tmp_path) == (["a.wav"], [])


def test_skipped_files_are_counted_by_suffix(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "a.mid", "b/b.MID", "c.txt", "README", "take.raw", "metadata.csv")
    assert listed(tmp_path) == (
        ["a.wav"], ["skipped: 2 .mid, 1 .raw, 1 .txt, 1 without a suffix"]
    )  # fmt: skip


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    touch(inside, "z/a.wav")
    touch(outside, "b.wav")
    (inside / "a").symlink_to(inside / "z")
    (inside / "loop").symlink_to(inside)
    (inside / "one").symlink_to(outside)
    (inside / "two").symlink_to(outside)
    (inside / "lost").symlink_to(tmp_path / "nowhere")
    assert listed(inside)[0] == ["one/b.wav", "z/a.wav"]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ("Acoustic/Kick/a Acoustic/Snare/b", "Kick Snare"),
        ("Kick/Acoustic/a Snare/Acoustic/b", "Kick Snare"),
        ("Kick/Acoustic/a Kick/Electronic/b Snare/Acoustic/c", "Kick Kick Snare"),
        ("Kit1/Kick/a Kit2/Kick/b Kit2/Snare/c", "Kick Kick Snare"),
        ("Flute/Vib/a Oboe/Vib/b", "Flute Oboe"),
        ("one/Ada/a two/Ada/b two/Bob/c", "Ada Ada Bob"),
        ("Acoustic/a Electronic/b", "Acoustic Electronic"),
        ("a Kick/b", "top Kick"),
        ("Kick/808/a Snare/808/b Snare/909/c", "Kick Snare 909"),
        ("Hats/Acoustic/a Hats/Electronic/b Toms/Acoustic/c", "Hats Hats Toms"),
        ("Pack/Claps/Wet/a Pack/Claps/Dry/b Pack/Rides/Wet/c", "Claps Claps Rides"),
        ("Kick/mono/a Kick/stereo/b Snare/mono/c", "Kick Kick Snare"),
    ],
)
def test_classes_are_what_sounds(paths: str, names: str) -> None:
    assert class_names([PurePath(path) for path in paths.split()], "top") == names.split()
