"""Code files use the fewest bits, and any damage is detected."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.codes.code_file import (
    PREDICTED,
    CodeHeader,
    CodeWriter,
    read_codes,
    read_header,
)
from rtaudiogen.codes.packing import Codes, Packing, PlainPacking, PredictedPacking
from rtaudiogen.errors import RtAudioGenError

from .habit import Habit

HEADER = CodeHeader("vqvae-speech", bytes(range(32)), 16000, 320, (128, *[1024] * 3), chunk=50)
OLD = Path(__file__).parent / "version_1.rtac"


def random_codes(header: CodeHeader, seed: int = 0) -> Codes:
    shape = (header.code_frames, header.stages)
    return np.random.default_rng(seed).integers(0, header.books, shape).astype(np.uint16)


def packing_of(header: CodeHeader) -> Packing:
    if header.packing == PREDICTED:
        return PredictedPacking(Habit(header.books))
    return PlainPacking(header.books)


def write(path: Path, header: CodeHeader, codes: Codes, pieces: int = 1) -> None:
    with path.open("wb") as file:
        writer = CodeWriter(file, header, packing_of(header))
        for piece in np.array_split(codes, pieces):
            writer.write(piece)
        assert writer.finish(header.frames) == header


def read(path: Path) -> tuple[CodeHeader, Codes]:
    header = read_header(path)
    return header, np.concatenate(list(read_codes(path, packing_of(header))))


headers = st.builds(
    CodeHeader,
    model=st.text(st.characters(codec="utf-8"), max_size=20),
    digest=st.binary(min_size=32, max_size=32),
    sample_rate=st.integers(1, 192_000),
    hop=st.integers(1, 2000),
    books=st.lists(st.integers(2, 1 << 16), min_size=1, max_size=8).map(tuple),
    chunk=st.integers(1, 20),
    frames=st.integers(1, 2000),
)
small = st.builds(
    CodeHeader, model=st.just("m"), digest=st.just(bytes(32)), sample_rate=st.just(16000),
    hop=st.just(4), books=st.lists(st.integers(2, 3000), min_size=1, max_size=3).map(tuple),
    chunk=st.integers(1, 9), frames=st.integers(1, 100), packing=st.sampled_from([0, PREDICTED]),
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a path for a file."""
    return tmp_path_factory.mktemp("codes") / "sound.rtac"


@given(headers, st.integers(0, 99), st.integers(1, 5))
def test_a_code_file_is_read_as_written(
    place: Path, header: CodeHeader, seed: int, pieces: int
) -> None:
    codes = random_codes(header, seed)
    write(place, header, codes, pieces)
    found, read_back = read(place)
    assert found == header
    np.testing.assert_array_equal(read_back, codes)


@given(small, st.integers(0, 99))
def test_predicted_codes_are_read_as_they_were(place: Path, header: CodeHeader, seed: int) -> None:
    codes = random_codes(header, seed)
    write(place, header, codes)
    np.testing.assert_array_equal(read(place)[1], codes)


@given(st.integers(1, 40), st.lists(st.integers(2, 1 << 16), min_size=1, max_size=5))
def test_codes_are_packed_in_the_fewest_bits(frames: int, books: list[int]) -> None:
    codes = np.random.default_rng(0).integers(0, books, (frames, len(books))).astype(np.uint16)
    packing = PlainPacking(books)
    payload = packing.pack(codes)
    bits = frames * sum(int(np.ceil(np.log2(size))) for size in books)
    assert len(payload) == packing.bytes_of(frames) == -(-bits // 8)
    unpacked = packing.unpack(payload, frames)
    assert unpacked is not None
    np.testing.assert_array_equal(unpacked, codes)


def test_expected_codes_take_few_bits() -> None:
    books = (1024,) * 4
    habits = np.tile(np.arange(4, dtype=np.uint16), (500, 1))  # what `Habit` soon expects
    assert len(PredictedPacking(Habit(books)).pack(habits)) < 0.1 * len(
        PlainPacking(books).pack(habits)
    )


def test_a_file_of_version_1_is_still_read() -> None:
    header, codes = read(OLD)
    assert (header.model, header.books, header.packing) == ("old", (1024,) * 3, 0)
    np.testing.assert_array_equal(codes, np.arange(30).reshape(10, 3) * 34)


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
    return (chunk - 60) * (PlainPacking(HEADER.books).bytes_of(50) + 4)


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
    chunks: Iterator[Codes] = read_codes(minute, packing_of(HEADER))
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
    payload[8] = 3
    minute.write_bytes(payload)
    with pytest.raises(RtAudioGenError, match="code file version 3; this one reads up to 2"):
        read_header(minute)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None])
def test_a_file_that_cannot_be_opened_is_named(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
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
        writer = CodeWriter(file, HEADER, packing_of(HEADER))
        writer.write(np.zeros((3, 4), np.uint16))
        with pytest.raises(ValueError, match="961 frames, but 3 code frames"):
            writer.finish(961)


def test_a_minute_takes_little_more_than_its_bits(minute: Path) -> None:
    bits = 60 * 50 * (7 + 3 * 10)
    assert bits / 8 < minute.stat().st_size < 1.03 * bits / 8
