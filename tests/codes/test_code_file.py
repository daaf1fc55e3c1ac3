"""Code files use the fewest bits, and any damage is detected."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.codes.code_file import (
    CodeHeader,
    Codes,
    CodeWriter,
    pack,
    packed_bytes,
    read_codes,
    read_header,
    unpack,
)
from rtaudiogen.errors import RtAudioGenError

HEADER = CodeHeader("vqvae-speech", bytes(range(32)), 16000, 320, 4, 1024, chunk=50)


def random_codes(header: CodeHeader, seed: int = 0) -> Codes:
    shape = (header.code_frames, header.stages)
    return np.random.default_rng(seed).integers(0, header.codes, shape).astype(np.uint16)


def write(path: Path, header: CodeHeader, codes: Codes, pieces: int = 1) -> None:
    with path.open("wb") as file:
        writer = CodeWriter(file, header)
        for piece in np.array_split(codes, pieces):
            writer.write(piece)
        assert writer.finish(header.frames) == header


def read(path: Path) -> tuple[CodeHeader, Codes]:
    header = read_header(path)
    return header, np.concatenate(list(read_codes(path)))


headers = st.builds(
    CodeHeader,
    model=st.text(st.characters(codec="utf-8"), max_size=20),
    digest=st.binary(min_size=32, max_size=32),
    sample_rate=st.integers(1, 192_000),
    hop=st.integers(1, 2000),
    stages=st.integers(1, 8),
    codes=st.integers(2, 1 << 16),
    chunk=st.integers(1, 20),
    frames=st.integers(1, 2000),
)
small = st.builds(
    CodeHeader, model=st.just("m"), digest=st.just(bytes(32)), sample_rate=st.just(16000),
    hop=st.just(4), stages=st.integers(1, 3), codes=st.integers(2, 3000), chunk=st.integers(1, 9),
    frames=st.integers(1, 200),
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a path for a file."""
    return tmp_path_factory.mktemp("codes") / "sound.rtac"


@given(headers, st.integers(0, 99), st.integers(1, 5))
def test_what_was_written_is_read(place: Path, header: CodeHeader, seed: int, pieces: int) -> None:
    codes = random_codes(header, seed)
    write(place, header, codes, pieces)
    found, read_back = read(place)
    assert found == header
    np.testing.assert_array_equal(read_back, codes)


@given(st.integers(1, 40), st.integers(1, 5), st.integers(2, 1 << 16), st.integers(0, 99))
def test_codes_are_packed_in_the_fewest_bits(
    frames: int, stages: int, size: int, seed: int
) -> None:
    codes = np.random.default_rng(seed).integers(0, size, (frames, stages)).astype(np.uint16)
    payload = pack(codes, size)
    assert len(payload) == packed_bytes(codes.size, size)
    assert (len(payload) - 1) * 8 < codes.size * np.ceil(np.log2(size)) <= len(payload) * 8
    unpacked = unpack(payload, frames, stages, size)
    assert unpacked is not None
    np.testing.assert_array_equal(unpacked, codes)


@given(small, st.data())
def test_any_byte_that_changed_is_noticed(
    place: Path, header: CodeHeader, data: st.DataObject
) -> None:
    write(place, header, random_codes(header))
    payload = bytearray(place.read_bytes())
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    place.write_bytes(payload)
    with pytest.raises(RtAudioGenError) as caught:
        read(place)
    assert len(str(caught.value).splitlines()) == 1


@given(small, st.data())
def test_any_truncation_is_noticed(place: Path, header: CodeHeader, data: st.DataObject) -> None:
    write(place, header, random_codes(header))
    payload = place.read_bytes()
    place.write_bytes(payload[: data.draw(st.integers(0, len(payload) - 1))])
    with pytest.raises(RtAudioGenError):
        read(place)


@given(st.binary(max_size=200))
def test_nothing_else_is_taken_for_a_code_file(place: Path, payload: bytes) -> None:
    place.write_bytes(payload)
    with pytest.raises(RtAudioGenError, match=r"not a code file|damaged in its header"):
        read(place)


@pytest.fixture
def minute(tmp_path: Path) -> Path:
    """Write a minute of codes."""
    header = CodeHeader(**{**vars(HEADER), "frames": 60 * 16000})
    path = tmp_path / "minute.rtac"
    write(path, header, random_codes(header))
    return path


def start_of(chunk: int) -> int:
    """Return the first byte of a chunk in the file of a minute, counted from its end."""
    return (chunk - 60) * HEADER.chunk_bytes(50)


def swap(payload: bytearray) -> None:
    first, second, third = start_of(30), start_of(31), start_of(32)
    payload[first:third] = payload[second:third] + payload[first:second]


def leave_out(payload: bytearray) -> None:
    del payload[start_of(30) : start_of(31)]


def flip(payload: bytearray) -> None:
    payload[start_of(30) + 7] ^= 1


def cut(payload: bytearray) -> None:
    del payload[start_of(30) + 7 :]


@pytest.mark.parametrize("damage", [swap, leave_out, flip, cut])
def test_damage_is_reported_with_its_time(
    minute: Path, damage: Callable[[bytearray], None]
) -> None:
    payload = bytearray(minute.read_bytes())
    damage(payload)
    minute.write_bytes(payload)
    chunks: Iterator[Codes] = read_codes(minute)
    for _ in range(30):
        next(chunks)
    with pytest.raises(RtAudioGenError, match=r"minute\.rtac: damaged at 30.0 s of 60.0 s"):
        next(chunks)


def test_a_file_that_goes_on_after_its_end_is_damaged(minute: Path) -> None:
    with minute.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RtAudioGenError, match="bytes after its end"):
        read(minute)


def test_a_newer_version_is_named(minute: Path) -> None:
    payload = bytearray(minute.read_bytes())
    payload[8] = 2
    minute.write_bytes(payload)
    with pytest.raises(RtAudioGenError, match="code file version 2; this one reads 1"):
        read_header(minute)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None])
def test_what_cannot_be_opened_is_named(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "none.rtac")
    with pytest.raises(RtAudioGenError, match=r"none\.rtac: cannot be read"):
        read_header(tmp_path / "none.rtac")


def test_a_size_that_would_take_all_memory_is_refused(place: Path) -> None:
    header = CodeHeader(**{**vars(HEADER), "frames": 1, "chunk": 1 << 31})
    write(place, header, random_codes(header))
    with pytest.raises(RtAudioGenError, match="damaged in its header"):
        read_header(place)


def test_a_length_that_the_codes_do_not_have_is_a_mistake(place: Path) -> None:
    with place.open("wb") as file:
        writer = CodeWriter(file, HEADER)
        writer.write(np.zeros((3, 4), np.uint16))
        with pytest.raises(ValueError, match="961 frames, but 3 code frames"):
            writer.finish(961)


def test_a_minute_takes_little_more_than_its_bits(minute: Path) -> None:
    bits = 60 * 50 * 4 * 10
    assert bits / 8 < read_header(minute).payload_bytes < minute.stat().st_size < 1.03 * bits / 8
