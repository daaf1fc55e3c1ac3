"""The reader of sound files: headers, values, channels, and one-line errors."""

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.sounds import WholeSound, read_whole, shown, without_offset

RATE = 16000
Signal = NDArray[np.float32]


def tone(frames: int = RATE, hertz: float = 441.0) -> Signal:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)).astype(np.float32)


PCM = (tone() * 32767).astype("<i2").tobytes()
SIZE = len(PCM)


def wav(
    riff: int, data: int, magic: bytes = b"RIFF", extra: bytes = b"", end: bytes = b""
) -> bytes:
    form = b"WAVE" + extra + b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return magic + struct.pack("<I", riff) + form + b"data" + struct.pack("<I", data) + PCM


DS64 = b"ds64" + struct.pack("<IQQQI", 28, SIZE + 72, SIZE, RATE, 0)


def read(path: Path, content: bytes) -> WholeSound:
    path.write_bytes(content)
    return read_whole(path)


def as_file(signal: Signal, rate: int = RATE, **options: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, signal, rate, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        wav(0, 0),
        wav(36, 0),
        wav(SIZE + 36, 0),
        wav(0xFFFFFFFF, 0),
        wav(0xFFFFFFFF, 0xFFFFFFFF),
        wav(0, 0x7FFFFFFF),
        wav(0xFFFFFFFF, 0xFFFFFFFF, b"BW64", DS64),
        wav(0xFFFFFFFF, 0xFFFFFFFF, b"RF64", DS64),
        wav(0xFFFFFFFF, 0xFFFFFFFF, b"BW64", DS64.replace(struct.pack("<Q", SIZE), bytes(8))),
        wav(SIZE + 36, SIZE, b"BW64", b"JUNK" + struct.pack("<I", 28) + bytes(28)),
        as_file(tone(), format="WAVEX"),
    ],
)
def test_every_wav_header_gives_the_whole_sound(tmp_path: Path, content: bytes) -> None:
    sound = read(tmp_path / "a.wav", content)
    np.testing.assert_allclose(sound.signal, tone(), atol=1e-4)
    assert (sound.notices, sound.complete) == ((), True)


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


FORMAT, DATA = wav(SIZE + 36, SIZE)[12:36], wav(SIZE + 36, SIZE)[36:]


@pytest.mark.parametrize(
    "chunks",
    [
        [FORMAT, chunk(b"LIST", b"INFOabc"), DATA],  # odd, and no byte is added
        [FORMAT, chunk(b"LIST", b"INFOabc") + b"\0", chunk(b"bext", bytes(603)) + b"\0", DATA],
        [chunk(b"bext", bytes(603)), FORMAT, chunk(b"fact", bytes(5)), DATA],
        [chunk(b"JUNK", b"data\0"), b"\0", FORMAT, DATA],
        [DATA, FORMAT],
    ],
)
def test_chunks_in_any_order_give_the_whole_sound(tmp_path: Path, chunks: list[bytes]) -> None:
    body = b"".join(chunks)
    content = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body
    sound = read(tmp_path / "a.wav", content)
    np.testing.assert_allclose(sound.signal, tone(), atol=1e-4)
    assert (sound.notices, sound.complete) == ((), True)
    if chunks[-1] == DATA:
        cut = read(tmp_path / "a.wav", content[: len(content) - SIZE // 2])
        assert "ends early" in cut.notices[0]


@pytest.mark.parametrize("seconds", [0.1, 1.0])
def test_an_mp3_without_a_tag_is_read(tmp_path: Path, seconds: float) -> None:
    signal = tone()[: round(seconds * RATE)]
    content = as_file(signal, format="MP3")
    assert content[0] == 0xFF, "a tag has been written"
    sound = read(tmp_path / "a.mp3", content)
    whole, _ = soundfile.read(tmp_path / "a.mp3", dtype="float32")  # in one piece, no block begins
    np.testing.assert_allclose(sound.signal, whole, atol=1e-6)
    assert np.abs(sound.signal - signal)[: len(signal) // 2].max() < 0.2


def test_chunks_behind_an_empty_sound_are_not_sound(tmp_path: Path) -> None:
    empty = wav(36, 0)[:44] + b"LIST" + struct.pack("<I", 4) + b"INFO"
    with pytest.raises(RtAudioGenError, match=r"a\.wav: an empty file"):
        read(tmp_path / "a.wav", empty)


@pytest.mark.parametrize("name", ["WAV", "AIFF", "FLAC", "CAF", "W64", "MP3"])
def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE).astype(np.float32)
    content = as_file(noise, format=name)
    sound = read(tmp_path / "cut.snd", content[: len(content) // 2])
    assert 0.3 * len(noise) < len(sound.signal) < 0.6 * len(noise)
    (line,) = sound.notices
    assert "cut.snd: " in line
    assert "could be read" in line


def test_bad_values_are_silence_and_counted(tmp_path: Path) -> None:
    signal = tone()
    signal[[5, 6, 7, 900]] = np.nan, np.inf, -np.inf, 1e29
    sound = read(tmp_path / "kick.wav", as_file(signal, format="WAV", subtype="FLOAT"))
    wanted = tone()
    wanted[[5, 6, 7, 900]] = 0
    np.testing.assert_array_equal(sound.signal, wanted)
    assert [line.split(": ")[1] for line in sound.notices] == [
        "3 samples were not numbers and became silence",
        "1 sample was more than 40 dB above full scale and became silence",
    ]


@pytest.mark.parametrize("gain", [1e-3, 2.0, 60.0])
def test_floats_of_any_level_are_kept(tmp_path: Path, gain: float) -> None:
    loud = np.float32(gain) * tone()
    for subtype in ("FLOAT", "DOUBLE"):
        sound = read(tmp_path / "a.wav", as_file(loud, format="WAV", subtype=subtype))
        np.testing.assert_array_equal(sound.signal, loud)
        assert not sound.notices


@pytest.mark.parametrize("scale", [2**15, 2**23])
def test_floats_in_the_range_of_integers_are_scaled(tmp_path: Path, scale: int) -> None:
    whole = np.rint(tone() * scale).astype(np.float32)
    sound = read(tmp_path / "a.wav", as_file(whole, format="WAV", subtype="FLOAT"))
    np.testing.assert_allclose(sound.signal, tone(), atol=1e-4)
    assert "values have the range of integers" in sound.notices[0]


half = np.where(np.arange(RATE) < RATE // 2, 1.0, -1.0).astype(np.float32)


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        ([-1.0], 1.0),  # opposite phase
        ([-0.8], 1.0),
        ([0.0], 1.0),  # a dead channel
        ([1e-4], 1.0),
        ([0.0, 0.0, 0.0], 1.0),
        ([-1.0, 0.5, -0.5], 1.0),
        ([-1.0, 1.0, -1.0], 1.0),
        ([0.0, -1.0], 1.0),
        ([half], 1.0),  # in opposite phase for a part of the time
        ([1.0], 1.0),
        ([0.5], 0.75),  # a plain mean
    ],
)
def test_no_mix_loses_the_sound(tmp_path: Path, others: list, wanted: float) -> None:
    for offset in (0.0, 0.2):  # DC is no sound that would hide the loss
        channels = np.stack([tone(), *(other * tone() for other in others)], axis=1) + offset
        sound = read(tmp_path / "a.wav", as_file(channels, format="WAV", subtype="FLOAT"))
        np.testing.assert_allclose(sound.signal - offset, wanted * tone(), atol=1e-3)
        assert bool(sound.notices) == (
            len(others) > 1 or others[0] is half or wanted == 1.0 != others[0]
        )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("take.raw", PCM, "cannot be read as sound"),
        ("a.wav", b"", "cannot be read as sound"),
        ("a.au", b"no sound at all, but letters", "cannot be read as sound"),
        ("a.mp3", b"ID3", "cannot be read as sound"),
        ("a.wav", wav(SIZE + 36, SIZE)[:44], "an empty file"),
        ("a.wav", wav(SIZE, SIZE).replace(struct.pack("<I", RATE), struct.pack("<I", 3)), "3 Hz"),
        ("a.wav", as_file(np.zeros((9, 65), np.float32), format="WAV"), "65 channels"),
        ("a\nb\x1b.wav", b"", r"a\\nb\\x1b.wav: cannot"),
    ],
)
def test_a_file_other_than_sound_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(RtAudioGenError, match=words) as refused:
        read(tmp_path / name, content)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "a.wav: MPEG-4 .*, which is not read; convert it"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media, which is not read"),
        (b"\r\n<!DOCTYPE html><html>", "a web page"),
        (b"<HTML><body>404", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
        (b"\0\x05\x16\x07\0\2\0\0Mac OS X", "metadata that macOS stores"),
        (b"MThd\0\0\0\6", "a MIDI file"),
        (bytes(5000), "only zeros at the start"),
    ],
)
def test_the_kind_of_a_foreign_file_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(RtAudioGenError, match=words):
        read(tmp_path / "a.wav", content)


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX systems only")
def test_a_name_that_is_not_utf_8_is_read_and_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    assert len(read(path, wav(SIZE + 36, SIZE)).signal) == RATE
    assert shown(path.name) == r"caf\xe9.wav"
    with pytest.raises(RtAudioGenError, match=r"caf\\xe9\.wav: cannot") as refused:
        read(path, b"nothing")
    assert str(refused.value).encode()


@pytest.mark.skipif(os.name != "posix", reason="there are named pipes on POSIX systems only")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(RtAudioGenError, match="a pipe"):
        read_whole(tmp_path / "pipe.wav")


def test_only_an_offset_that_matters_is_taken_away() -> None:
    assert without_offset(tone()[:1000])[1] == 0.0
    signal, offset = without_offset(tone() + np.float32(0.25))
    np.testing.assert_allclose(signal, tone(), atol=1e-5)
    assert offset == pytest.approx(0.25)
