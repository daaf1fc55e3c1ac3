"""WAV files are read back by libsndfile, an independent reader."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rtaudiogen.recorder import Mark, SampleFormat
from rtaudiogen.recorder.samples import Quantizer
from rtaudiogen.recorder.wav import RIFF_LIMIT_BYTES, WavWriter

_GET_CUE_COUNT, _GET_CUE = 0x10CD, 0x10CE  # commands of libsndfile
_CUE_POINT = np.dtype(
    [
        ("number", "<i4"),
        ("position", "<u4"),
        ("chunk", "<i4"),
        ("chunk_start", "<i4"),
        ("block_start", "<i4"),
        ("frame", "<u4"),
        ("label", "S256"),
    ]
)


def cue_points(path: Path) -> list[tuple[int, str]]:
    """Return (frame, label) of the cue points, which libsndfile reads in RIFF files only."""
    with soundfile.SoundFile(path) as file:
        ffi, library = soundfile._ffi, soundfile._snd
        count = ffi.new("unsigned int *")
        if not library.sf_command(file._file, _GET_CUE_COUNT, count, 4):
            return []
        cues = np.zeros(4 + count[0] * _CUE_POINT.itemsize, np.uint8)
        cues[:4] = np.frombuffer(ffi.buffer(count), np.uint8)
        assert library.sf_command(file._file, _GET_CUE, ffi.from_buffer(cues), len(cues))
        points = cues[4:].view(_CUE_POINT)
        return [(int(p["frame"]), p["label"].split(b"\0")[0].decode()) for p in points]


def mark(frame: int, frames: int = 1) -> Mark:
    return Mark("underrun", frame, frame / 48000, frames, frame)


def write(path: Path, blocks: list[np.ndarray], **options: object) -> None:
    marks = options.pop("marks", ())
    writer = WavWriter(path, 48000, blocks[0].shape[1], **options)
    for block in blocks:
        writer.write(block)
    writer.close(marks)


_FLOATS = st.floats(width=32, allow_nan=False)
_EVERY_EXAMPLE = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def blocks_of(channels: int) -> st.SearchStrategy[np.ndarray]:
    shapes = st.tuples(st.integers(0, 50), st.just(channels))
    return arrays.arrays(np.float32, shapes, elements=_FLOATS)


@_EVERY_EXAMPLE
@given(
    st.integers(1, 8).flatmap(lambda channels: st.lists(blocks_of(channels), min_size=1)),
    st.sampled_from([0, RIFF_LIMIT_BYTES]),
    st.lists(st.integers(0, 100).map(mark), max_size=5),
)
def test_float_files_give_back_every_bit(
    tmp_path: Path, blocks: list[np.ndarray], limit: int, marks: list[Mark]
) -> None:
    path = tmp_path / "take.wav"
    path.unlink(missing_ok=True)
    write(path, blocks, riff_limit_bytes=limit, marks=marks)
    back, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert sample_rate == 48000
    assert back.tobytes() == np.concatenate(blocks).tobytes()
    assert soundfile.info(path).format == ("RF64" if limit == 0 else "WAV")
    assert limit == 0 or cue_points(path) == [(m.frame, m.label) for m in marks]


@_EVERY_EXAMPLE
@given(
    arrays.arrays(
        np.int32,
        st.tuples(st.integers(1, 40), st.integers(1, 3)),
        elements=st.integers(-(2**23), 2**23 - 1),
    ),
    st.lists(st.integers(0, 100).map(mark), max_size=2),
)
def test_24_bit_files_give_back_every_bit(
    tmp_path: Path, values: np.ndarray, marks: list[Mark]
) -> None:
    path = tmp_path / "take.wav"
    path.unlink(missing_ok=True)
    block = (values / 2**23).astype(np.float32)
    write(path, [block], sample_format=SampleFormat.PCM24, marks=marks)
    back, _ = soundfile.read(path, dtype="int32", always_2d=True)
    assert soundfile.info(path).subtype == "PCM_24"
    assert (back >> 8 == values).all()
    assert cue_points(path) == [(m.frame, m.label) for m in marks]


def test_24_bits_clip_and_have_no_word_for_nan() -> None:
    block = np.array([[1.5, -7.0, np.nan, np.inf, -np.inf, 0.25]], np.float32)
    quantizer = Quantizer(24, dither=True)
    assert quantizer(block).tolist() == [[2**23 - 1, -(2**23), 0, 2**23 - 1, -(2**23), 2**21]]
    assert quantizer.clipped == 4


def test_a_file_past_4_gb_is_rf64_and_readable_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    writer = WavWriter(path, 96000, 8)
    start = np.full((1000, 8), 0.25, np.float32)
    end = np.arange(800, dtype=np.float32).reshape(100, 8)
    writer.write(start)
    silence = 4_300_000_000 // 32
    writer.frames += silence  # a hole in the file: sparse on disk, silence to a reader
    writer.write(end)
    writer.close([mark(500)])
    assert path.stat().st_size > 2**32
    with soundfile.SoundFile(path) as file:
        assert file.format == "RF64"
        assert file.frames == 1000 + silence + 100
        assert (file.read(1000, dtype="float32") == start).all()
        file.seek(-100, soundfile.SEEK_END)
        assert (file.read(dtype="float32") == end).all()
    with path.open("rb") as raw:
        raw.seek(-(12 + 24 + 12 + 12 + 24), 2)
        assert struct.unpack("<4sIIII4s", raw.read(24)) == (b"cue ", 28, 1, 1, 500, b"data")


def test_the_file_is_whole_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    writer = WavWriter(path, 48000, 2, riff_limit_bytes=1000)
    for blocks in range(1, 6):
        writer.write(np.full((37, 2), blocks, np.float32))
        back, _ = soundfile.read(path)
        assert len(back) == 37 * blocks
    assert soundfile.info(path).format == "RF64"
    writer.close()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        WavWriter(path, 48000, 2)
    assert path.read_bytes() == b"precious"
