"""Folders of sounds: labels from tables and names, refusals in one line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.sounds.audio_folder import complaint, find_clips, load


def sine(seconds: float = 0.5, rate: int = 16000, hertz: float = 440.0) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write(path: Path, signal: np.ndarray, rate: int = 16000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal, rate)
    return path


def test_names_and_sub_folders_are_labels(tmp_path: Path) -> None:
    write(tmp_path / "flute" / "C#4_v110.wav", sine())
    write(tmp_path / "harp" / "m060.flac", sine())
    flute, harp = find_clips(tmp_path)
    assert (flute.instrument, flute.pitch, flute.velocity) == ("flute", 61, 110 / 127)
    assert (harp.instrument, harp.pitch, harp.velocity) == ("harp", 60, None)


def test_a_flat_folder_is_an_instrument_of_its_own_name(tmp_path: Path) -> None:
    write(tmp_path / "kazoo" / "60.wav", sine())
    assert [clip.instrument for clip in find_clips(tmp_path / "kazoo")] == ["kazoo"]


def test_the_table_wins_over_names(tmp_path: Path) -> None:
    write(tmp_path / "harp" / "m060.wav", sine())
    (tmp_path / "metadata.csv").write_text(
        "file,instrument,pitch,velocity,f0_cents\nharp/m060.wav,lyre,61,127,-20\n"
    )
    (clip,) = find_clips(tmp_path)
    assert (clip.instrument, clip.pitch, clip.velocity) == ("lyre", pytest.approx(60.8), 1.0)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("name\nx.wav\n", "no column 'file'"),
        ("file\nmissing.wav\n", "1 of 1 files that it names are missing in .*: missing.wav"),
        ("file,pitch\n60.wav,high\n", "line 2.*high"),
        ("file,pitch\n60.wav,200\n", "not a MIDI note number"),
        ("file,velocity\n60.wav,300\n", "not a number from 0 to 127"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(tmp_path: Path, table: str, reason: str) -> None:
    write(tmp_path / "60.wav", sine())
    (tmp_path / "metadata.csv").write_text(table)
    with pytest.raises(RtAudioGenError, match=reason) as refused:
        find_clips(tmp_path)
    assert "\n" not in str(refused.value)


def test_an_empty_folder_and_no_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match="no sound files"):
        find_clips(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        find_clips(tmp_path / "nowhere")


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
def test_any_rate_becomes_the_models(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "a.wav", sine(rate=rate), rate)
    signal = load(path, 16000)
    assert abs(len(signal) - 8000) <= 1
    np.testing.assert_allclose(signal[1000:7000], sine()[1000:7000], atol=2e-3)


def test_channels_in_opposite_phase_are_not_silenced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.stack([sine(), -sine()], axis=1))
    assert np.abs(load(path, 16000)).max() > 0.4


def test_a_text_file_with_a_sounds_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(RtAudioGenError, match="cannot be read as sound"):
        load(tmp_path / "a.wav", 16000)


def test_the_reason_of_an_unusable_sound_is_named() -> None:
    assert complaint(sine(0.1), 16000, 0.2) == "shorter than 0.2 s"
    assert complaint(1e-4 * sine(), 16000, 0.2) == "silent"
    assert complaint(np.clip(4 * sine(), -1, 1), 16000, 0.2) == "clipped"
    assert complaint(sine(), 16000, 0.2) is None
    assert complaint(2 * sine(), 16000, 0.2) is None  # touches full scale, but only just


def test_tables_under_another_one_are_told_in_a_line(tmp_path: Path) -> None:
    for place in ("", "a/", "a/b/", "c/"):
        write(tmp_path / f"{place}60.wav", sine())
        (tmp_path / place / "metadata.csv").write_text("file,instrument\n60.wav,nested\n")
    rows = "".join(f"{place}60.wav,top\n" for place in ("", "a/", "a/b/", "c/"))
    (tmp_path / "metadata.csv").write_text(f"file,instrument\n{rows}")
    said: list[str] = []
    assert {clip.instrument for clip in find_clips(tmp_path, say=said.append)} == {"top"}
    assert said == [
        "not read: 3 tables lie under another one: a/metadata.csv, a/b/metadata.csv, c/metadata.csv"
    ]
