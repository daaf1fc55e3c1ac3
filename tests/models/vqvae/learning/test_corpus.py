"""A folder is split into training and held-out sounds."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.vqvae.learning.corpus import PEAK, Corpus, Sound, read

RATE = 8000
Signal = NDArray[np.float32]


def tone(seconds: float = 0.1, rate: int = RATE, hertz: float = 440.0) -> Signal:
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write(path: Path, signal: Signal, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal, rate, subtype=subtype)
    return path


def write_many(folder: Path, count: int, seconds: float = 0.1) -> Path:
    for number in range(count):
        write(folder / f"{number:03}.wav", tone(seconds, hertz=200 + 3 * number))
    return folder


def quietly(folder: Path, sample_rate: int = RATE) -> Corpus:
    return read(folder, sample_rate, lambda line: None)


def names(sounds: list[Sound] | tuple[Sound, ...], folder: Path) -> set[str]:
    return {sound.path.relative_to(folder).as_posix() for sound in sounds}


def test_sub_folders_are_labels_and_the_first_label_is_any(tmp_path: Path) -> None:
    write_many(tmp_path / "harp", 30, 0.5)
    write_many(tmp_path / "flute", 30, 0.5)
    corpus = quietly(tmp_path)
    assert corpus.labels == ("any", "flute", "harp")
    assert {sound.label for sound in corpus.training} == {"flute", "harp"}
    assert all(
        corpus.labels[corpus.label_index(sound)] == sound.path.parent.name
        for sound in (*corpus.training, *corpus.held_out)
    )


def test_a_label_with_little_sound_is_any(tmp_path: Path) -> None:
    write_many(tmp_path / "harp", 30, 0.5)
    write_many(tmp_path / "flute", 10, 0.5)
    corpus = quietly(tmp_path)
    assert corpus.labels == ("any", "harp")
    flutes = [sound for sound in corpus.training if sound.label == "flute"]
    assert flutes
    assert {corpus.label_index(sound) for sound in flutes} == {0}


@pytest.mark.parametrize("column", ["speaker", "instrument", "label", "class"])
def test_the_table_says_who_is_heard(tmp_path: Path, column: str) -> None:
    write_many(tmp_path, 4)
    rows = "".join(f"{n:03}.wav,{who}\n" for n, who in enumerate(("ada", "bob", "ada", "bob")))
    (tmp_path / "metadata.csv").write_text(f"file,{column}\n{rows}")
    corpus = quietly(tmp_path)
    heard = {s.path.stem: s.label for s in (*corpus.training, *corpus.held_out)}
    assert heard == {"000": "ada", "001": "bob", "002": "ada", "003": "bob"}


def test_a_speaker_goes_before_an_instrument(tmp_path: Path) -> None:
    write_many(tmp_path, 1)
    (tmp_path / "metadata.csv").write_text("file,instrument,speaker\n000.wav,voice,ada\n")
    assert [sound.label for sound in quietly(tmp_path).training] == ["ada"]


def test_sub_folders_may_have_a_table_each(tmp_path: Path) -> None:
    for name, column in (("speech", "speaker"), ("music", "instrument")):
        write_many(tmp_path / name, 3)
        rows = "".join(f"{n:03}.wav,{name}-{n},60,CC0,https://{name}.example\n" for n in range(3))
        (tmp_path / name / "metadata.csv").write_text(f"file,{column},pitch,licence,source\n{rows}")
    corpus = quietly(tmp_path)
    sounds = (*corpus.training, *corpus.held_out)
    assert {s.label for s in sounds} == {f"{n}-{k}" for n in ("speech", "music") for k in range(3)}
    assert {sound.pitch for sound in sounds} == {60.0}
    assert corpus.sources == ("CC0 (https://music.example)", "CC0 (https://speech.example)")


@pytest.mark.parametrize("table", [None, "file;Pitch\nA2.wav;A2\nE3.wav;E3\n"])
def test_octaves_of_note_names_are_those_heard(tmp_path: Path, table: str | None) -> None:
    for name, hertz in (("A2", 220.0), ("E3", 329.63)):
        write(tmp_path / f"{name}.wav", tone(0.5, hertz=hertz))
    if table:
        (tmp_path / "metadata.csv").write_text(table)
    said: list[str] = []
    corpus = read(tmp_path, RATE, said.append)
    assert {sound.pitch for sound in (*corpus.training, *corpus.held_out)} == {57, 64}
    assert [line for line in said if "C3 is middle C (60)" in line]


def test_a_file_that_a_table_names_twice_is_learnt_once(tmp_path: Path) -> None:
    write_many(tmp_path, 1)
    (tmp_path / "metadata.csv").write_text("file,label\n000.wav,a\n000.wav,b\n")
    assert len(quietly(tmp_path).training) == 1


def test_adding_a_file_moves_no_other_one_across(tmp_path: Path) -> None:
    write_many(tmp_path, 100)
    before = quietly(tmp_path)
    assert 1 <= len(before.held_out) <= 15, "about one in twenty"
    assert not names(before.held_out, tmp_path) & names(before.training, tmp_path)
    write(tmp_path / "000a.wav", tone())
    write(tmp_path / "zz.wav", tone())
    after = quietly(tmp_path)
    new = {"000a.wav", "zz.wav"}
    assert names(after.held_out, tmp_path) - new == names(before.held_out, tmp_path)
    assert names(after.training, tmp_path) - new == names(before.training, tmp_path)


def test_the_split_does_not_depend_on_where_the_folder_is(tmp_path: Path) -> None:
    held_out = [
        names(quietly(write_many(tmp_path / place / "x", 60)).held_out, tmp_path / place / "x")
        for place in ("here", "there")
    ]
    assert held_out[0] == held_out[1]


def test_some_small_labels_are_held_out_whole_and_no_large_one(tmp_path: Path) -> None:
    write_many(tmp_path / "large", 60)
    for number in range(40):
        for take in range(2):
            noise = np.random.default_rng([number, take]).uniform(-0.5, 0.5, 240)
            write(tmp_path / f"small-{number}" / f"{take}.wav", noise.astype(np.float32))
    corpus = quietly(tmp_path)
    learnt = {sound.label for sound in corpus.training}
    whole = {sound.label for sound in corpus.held_out} - learnt
    assert 1 <= len(whole) <= 10, "one in twelve"
    assert "large" in learnt
    for label in whole:
        assert sum(sound.label == label for sound in corpus.held_out) == 2


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_few_sounds_still_give_training_and_held_out_sounds(
    tmp_path: Path, count: int
) -> None:
    corpus = quietly(write_many(tmp_path, count))
    assert len(corpus.training) == max(count - 1, 1)
    assert len(corpus.held_out) == 1


def test_sounds_of_a_lower_rate_are_left_out_if_others_exist(tmp_path: Path) -> None:
    write(tmp_path / "low.wav", tone(rate=8000), 8000)
    write(tmp_path / "high.wav", tone(rate=16000), 16000)
    write(tmp_path / "higher.wav", tone(rate=44100), 44100)
    said: list[str] = []
    corpus = read(tmp_path, 16000, said.append)
    found = names((*corpus.training, *corpus.held_out), tmp_path)
    assert found == {"high.wav", "higher.wav"}
    assert "left out: 1 sounds below 16000 Hz" in said


def test_sounds_of_a_lower_rate_are_read_if_no_others_exist(tmp_path: Path) -> None:
    write(tmp_path / "low.wav", tone(0.5, 8000), 8000)
    said: list[str] = []
    (sound,) = read(tmp_path, 16000, said.append).training
    assert said[0].startswith("all sounds are below 16000 Hz")
    assert len(sound.signal) == 8000
    middle = sound.signal[1000:7000]
    np.testing.assert_allclose(middle, tone(0.5, 16000)[1000:7000], atol=1e-2)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "PCM_U8", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_stereo_and_every_width_of_sample_is_read(
    tmp_path: Path, subtype: str, channels: int
) -> None:
    write(tmp_path / "a.wav", np.stack([tone()] * channels, axis=1), subtype=subtype)
    (sound,) = quietly(tmp_path).training
    np.testing.assert_allclose(sound.signal, tone(), atol=0.02 if subtype == "PCM_U8" else 1e-3)


def test_too_loud_sounds_are_lowered_and_others_are_unchanged(tmp_path: Path) -> None:
    write(tmp_path / "loud.wav", 3 * tone(), subtype="FLOAT")
    write(tmp_path / "soft.wav", 0.1 * tone(), subtype="FLOAT")
    corpus = quietly(tmp_path)
    peaks = {s.path.stem: np.abs(s.signal).max() for s in (*corpus.training, *corpus.held_out)}
    assert peaks["loud"] == pytest.approx(PEAK)
    assert peaks["soft"] == pytest.approx(0.05, rel=1e-2)


def test_a_file_that_is_no_sound_is_left_out_and_named(tmp_path: Path) -> None:
    write_many(tmp_path, 3)
    (tmp_path / "letter.wav").write_text("no sound")
    write(tmp_path / "rest.wav", 0 * tone())
    said: list[str] = []
    corpus = read(tmp_path, RATE, said.append)
    assert len(corpus.training) + len(corpus.held_out) == 3
    assert "left out: letter.wav is no sound file inside" in said
    assert "left out: rest.wav is silent" in said
    assert not any("Hz" in line for line in said), "a letter has no rate"


def fill_with_letters(folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.wav").write_text("no sound")
    write(folder / "one.wav", tone())


def fill_with_silence(folder: Path) -> None:
    for number in range(3):
        write(folder / f"{number}.wav", 0 * tone())


def fill_with_clicks(folder: Path) -> None:
    for number in range(3):
        write(folder / f"{number}.wav", tone(0.01))


def fill_with_files_without_frames(folder: Path) -> None:
    for number in range(3):
        write(folder / f"{number}.wav", tone(0.0))


@pytest.mark.parametrize(
    ("fill", "reason"),
    [
        (lambda folder: None, "no sound files"),
        (fill_with_letters, "3 of 4 sounds cannot be used, most are no sound file inside"),
        (fill_with_silence, "3 of 3 sounds cannot be used, most are silent"),
        (fill_with_clicks, "3 of 3 sounds .* most are shorter than 0.02 s"),
        (fill_with_files_without_frames, "3 of 3 sounds .* most are shorter than 0.02 s"),
    ],
)  # fmt: skip
def test_a_folder_of_no_use_is_refused_in_one_line(tmp_path, fill, reason) -> None:
    fill(tmp_path)
    said: list[str] = []
    with pytest.raises(RtAudioGenError, match=reason) as refused:
        read(tmp_path, RATE, said.append)
    assert "\n" not in str(refused.value)
    assert not any("Hz" in line for line in said)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        quietly(tmp_path / "nowhere")


@pytest.mark.parametrize("what", ["exact", "quiet", "late", "trimmed", "stereo", "coded"])
def test_copies_stay_on_one_side(tmp_path: Path, what: str) -> None:
    for number in range(40):
        noise = np.random.default_rng(number).uniform(-0.5, 0.5, 4000).astype(np.float32)
        write(tmp_path / f"a{number:03}.wav", noise)
        copy = {
            "quiet": 0.1 * noise,
            "late": np.concatenate([np.zeros(333, np.float32), noise]),
            "trimmed": noise[:2500],
            "stereo": np.stack([noise, -noise], axis=1),
        }.get(what, noise)
        if what == "coded":
            soundfile.write(tmp_path / f"b{number:03}.ogg", copy, RATE)
        else:
            write(tmp_path / f"b{number:03}.wav", copy)
    corpus = quietly(tmp_path)
    learnt = {sound.path.stem[1:] for sound in corpus.training}
    spared = {sound.path.stem[1:] for sound in corpus.held_out}
    assert spared
    assert not learnt & spared
