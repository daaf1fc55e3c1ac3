"""The library finds and describes the files in its folders, and lists damaged ones."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st

from rtaudiogen import registry
from rtaudiogen.client import library_files, recent
from rtaudiogen.client.library import (
    Item,
    Kind,
    library,
    look,
    presets_of,
    taker_of,
    values_to_play_sound,
)
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.saving.presets import Preset, load_preset, save_preset
from rtaudiogen.saving.sessions import Session, SlotState, save_session
from rtaudiogen.storage import folders

RATE = 16000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(home))
    return home


def record(name: str, seconds: float = 0.5) -> Path:
    path = folders.recordings() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.arange(round(RATE * seconds))
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 220 * frames / RATE), RATE)
    return path


def keep(name: str = "warm", family: str = "sine", model: str = "sine") -> Path:
    path = folders.presets(family) / f"{name}.json"
    save_preset(path, Preset({"release": 300.0}, 7, model, name))
    return path


def of_kind(kind: Kind) -> list[Item]:
    return [item for item in library() if item.kind == kind]


def test_a_fresh_home_has_what_ships_and_nothing_else(home: Path) -> None:
    items = library()
    assert {item.kind for item in items} == {Kind.MODEL, Kind.PRESET}
    models = {item.name for item in items if item.kind == Kind.MODEL}
    assert models == set(registry.listing().models)
    assert not any(item.own or item.problem for item in items)
    assert not home.exists()  # looking makes no folders


def test_everything_is_described_and_recordings_are_newest_first() -> None:
    old, new = record("old.wav"), record("new.wav", 2.0)
    os.utime(old, (1e9, 1e9))
    new.with_suffix(".marks.jsonl").write_text("{}\n{}\n")
    keep()
    slots = (SlotState("sine"), SlotState("wavegan-drums"), SlotState("sine"))
    save_session(folders.sessions() / "gig.json", Session(slots))
    recordings = of_kind(Kind.RECORDING)
    assert [item.name for item in recordings] == ["new.wav", "old.wav"]
    assert (recordings[0].seconds, recordings[0].sample_rate, recordings[0].marks) == (2.0, RATE, 2)
    assert recordings[0].size_bytes == new.stat().st_size
    (preset,) = (item for item in of_kind(Kind.PRESET) if item.own)
    assert (preset.name, preset.family, preset.uses) == ("warm", "sine", ("sine",))
    (session,) = of_kind(Kind.SESSION)
    assert session.uses == ("sine", "wavegan-drums")


def test_a_recording_that_grows_is_looked_at_again() -> None:
    path = record("take.wav")
    assert look(path).seconds == 0.5
    record("take.wav", 1.5)
    assert look(path).seconds == 1.5


def test_damage_is_one_line_in_its_own_place() -> None:
    keep()
    record("good.wav")
    for path in (
        folders.presets("sine") / "bad.json",
        folders.sessions() / "bad.json",
        folders.recordings() / "bad.wav",
        folders.recordings() / "bad.rtac",
        folders.models() / "bad.safetensors",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{ this is no such file")
    broken = [item for item in library() if item.problem]
    assert sorted(item.kind for item in broken) == sorted([*Kind, Kind.RECORDING])
    assert all("\n" not in item.problem and str(item.path) in item.problem for item in broken)
    assert [item.name for item in library() if item.own and not item.problem] == [
        "warm", "good.wav",
    ]  # fmt: skip


def test_the_session_for_the_next_start_is_not_listed() -> None:
    save_session(folders.sessions() / "recent.json", Session())
    assert of_kind(Kind.SESSION) == []


def test_any_file_is_known_by_what_it_is(tmp_path: Path) -> None:
    assert look(record("take.wav")).kind == Kind.RECORDING
    assert look(keep()).kind == Kind.PRESET
    save_session(tmp_path / "gig.json", Session())
    assert look(tmp_path / "gig.json").kind == Kind.SESSION
    shipped = registry.listing().models["wavenet-textures"].path
    assert shipped is not None
    assert look(shipped).reference == "wavenet-textures"
    elsewhere = tmp_path / "elsewhere.safetensors"
    elsewhere.write_bytes(shipped.read_bytes())
    assert look(elsewhere).reference == str(elsewhere)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("a.txt", "cannot be used"), ("a.wav", "cannot be read"), ("a.json", "damaged"),
     ("a.rtac", "not a code file"), ("a.safetensors", "not a .safetensors")],
)  # fmt: skip
def test_a_file_of_no_use_is_refused_in_one_line(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / name).write_bytes(b"\x00 nothing")
    with pytest.raises(RtAudioGenError, match=complaint) as refusal:
        look(tmp_path / name)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match="cannot be read"):
        look(tmp_path / "gone.wav")


def test_a_presets_family_is_its_models_or_its_folders(tmp_path: Path) -> None:
    save_preset(tmp_path / "choir.json", Preset({}, None, "wavenet-keys-strings", "choir"))
    assert look(tmp_path / "choir.json").family == "wavenet"
    assert look(keep("lost", "sine", "a-model-that-has-gone")).family == "sine"
    save_preset(tmp_path / "lost.json", Preset({}, None, "a-model-that-has-gone", "lost"))
    assert look(tmp_path / "lost.json").family == ""


def test_a_sound_selects_the_model_of_the_nearest_rate() -> None:
    models = registry.listing().models.values()
    taker = taker_of(models, 44100)
    assert taker is not None
    assert taker.takes_sound
    (choice,) = values_to_play_sound(taker)
    parameter = taker.parameters[taker.parameter_index(choice)]
    position = values_to_play_sound(taker)[choice] - parameter.minimum
    assert parameter.labels[round(position)] == "file"
    assert taker_of([model for model in models if not model.takes_sound], 44100) is None
    assert values_to_play_sound(registry.listing().models["sine"]) == {}


def test_a_slot_of_a_session_becomes_a_preset_of_its_family() -> None:
    session = Session((SlotState("sine"), SlotState("sine", {"release": 250.0}, seed=9)))
    path = library_files.keep_preset(session.to_json(), 1, " slow decay ")
    assert path == folders.presets("sine") / "slow decay.json"
    assert load_preset(path) == Preset({"release": 250.0}, 9, "sine", "slow decay")
    models = registry.listing().models
    kept = presets_of(library(), models["sine"])
    assert [item.name for item in kept if item.own] == ["slow decay"]
    assert not any(item.own for item in presets_of(library(), models["wavenet-textures"]))
    with pytest.raises(RtAudioGenError, match="already"):
        library_files.keep_preset(session.to_json(), 0, "slow decay")
    assert load_preset(path).seed == 9
    library_files.keep_preset(session.to_json(), 0, "slow decay", overwrite=True)
    assert load_preset(path).seed == 0


def test_a_model_has_its_own_factory_presets_but_not_its_sisters() -> None:
    models = registry.listing().models
    names = {item.name for item in presets_of(library(), models["wavenet-textures"])}
    assert "Night Ocean" in names
    assert "Cello Choir" not in names


def test_a_slot_that_has_gone_keeps_nothing() -> None:
    with pytest.raises(UsageError, match="the slot does not exist any more"):
        library_files.keep_preset(Session().to_json(), -1, "gone")
    assert not any(item.own for item in of_kind(Kind.PRESET))


@given(st.text(max_size=12))
@example("x" * 300)
@example("ä" * 150)
@example("\ud800" * 150)
def test_a_name_is_a_file_in_its_folder_or_refused(name: str) -> None:
    folder = Path("/somewhere")
    try:
        file = library_files.file_name(name, ".json")
    except UsageError:
        return
    assert (folder / file).parent == folder
    assert (folder / file).name == file
    assert not (folder / f"{file}.1234567.part").exists()  # OSError if it were too long


def test_renaming_a_recording_keeps_marks_and_overwrites_nothing() -> None:
    path, other = record("take.wav"), record("other.wav")
    path.with_suffix(".marks.jsonl").write_text("{}\n")
    renamed = library_files.rename(look(path), "best take")
    assert renamed == path.with_name("best take.wav")
    assert look(renamed).marks == 1
    assert not path.exists()
    before = other.read_bytes()
    with pytest.raises(RtAudioGenError, match="already"):
        library_files.rename(look(renamed), "other.wav")
    assert other.read_bytes() == before
    assert renamed.exists()


def test_a_renamed_preset_is_called_so_inside_too() -> None:
    renamed = library_files.rename(look(keep()), "warmer")
    assert load_preset(renamed) == Preset({"release": 300.0}, 7, "sine", "warmer")


def test_a_shipped_model_cannot_be_renamed() -> None:
    shipped = next(item for item in of_kind(Kind.MODEL) if item.path is not None)
    with pytest.raises(UsageError, match="cannot be changed"):
        library_files.rename(shipped, "mine")
    assert shipped.path is not None
    assert shipped.path.exists()


@pytest.mark.slow
def test_a_sound_is_encoded_found_exported_and_played_from(tmp_path: Path) -> None:
    from rtaudiogen.sound_files import read_sound

    source = tmp_path / "hum.wav"
    record("hum.wav", 1.0).rename(source)
    done = library_files.encode(source)
    assert done.path == folders.recordings() / "hum.rtac"
    assert done.bits_per_second > 100
    assert library_files.encode(source).path.name == "hum 2.rtac"  # nothing is written over
    item = look(done.path)
    assert (item.kind, item.seconds) == (Kind.RECORDING, 1.0)
    library_files.export(done.path, tmp_path / "back.wav")
    library_files.export(done.path, tmp_path / "copy.rtac")
    assert (tmp_path / "copy.rtac").read_bytes() == done.path.read_bytes()
    decoded, _ = soundfile.read(tmp_path / "back.wav", dtype="float32")
    sound, notice = read_sound(done.path, RATE)
    assert notice == ""
    assert np.array_equal(sound, decoded)
    assert np.abs(sound).max() > 0.05


def test_codes_and_sound_files_have_the_same_longest_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rtaudiogen import sound_files

    done = library_files.encode(record("long.wav", 3.0))
    monkeypatch.setattr(sound_files, "MOST_SECONDS", 1.5)
    sound, notice = sound_files.read_sound(done.path, RATE)
    assert len(sound) == 1.5 * RATE
    assert "only the first" in notice


def test_a_failed_encoding_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"nothing")
    with pytest.raises(RtAudioGenError, match="cannot be read as sound") as refusal:
        library_files.encode(tmp_path / "no.wav")
    assert "\n" not in str(refusal.value)
    assert list(folders.recordings().iterdir()) == []


def test_an_export_onto_itself_is_refused() -> None:
    path = record("take.wav")
    with pytest.raises(UsageError, match="onto itself"):
        library_files.export(path, path)
    assert look(path).seconds == 0.5


def test_recent_sessions_are_existing_ones_newest_first(
    tmp_path: Path,
) -> None:
    assert recent.recent_sessions() == []
    paths = [tmp_path / f"{name}.json" for name in "abc"]
    for path in paths:
        save_session(path, Session())
        recent.remember_session(path)
    recent.remember_session(paths[0])
    assert recent.recent_sessions() == [paths[0], paths[2], paths[1]]
    paths[2].unlink()
    assert recent.recent_sessions() == [paths[0], paths[1]]


@pytest.mark.parametrize("paths", [None, 3, [3], {"a": 1}, ["a" * 5000], ["\0"], [["a"]]])
def test_a_damaged_list_of_recent_sessions_is_an_empty_one(paths: object) -> None:
    recent.remember_session(Path("it"))
    (list_file,) = folders.cache().glob("recent*")
    list_file.write_text(json.dumps({"rtaudiogen": recent.KIND, "version": 1, "paths": paths}))
    assert recent.recent_sessions() == []
    (folders.cache() / "recent-sessions.json").write_text("{")
    assert recent.recent_sessions() == []
