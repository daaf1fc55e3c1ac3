"""The reader picks code frames by place, loop window and disorder."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.models.vqvae.playing.material import NO_KEY, Material
from rtaudiogen.models.vqvae.playing.reader import Reader, Reading
from rtaudiogen.models.vqvae.waveform.packing import Packed, pack, random_tensors

from ..untrained import SMALL, random_codes

FRAMES = 40
SEED = np.uint64(11)
Latents = NDArray[np.float32]


@pytest.fixture(scope="module")
def packed() -> Packed:
    return pack(SMALL, random_tensors(SMALL, np.random.default_rng(0)))


@pytest.fixture(scope="module")
def table(packed: Packed) -> Latents:
    """Return (FRAMES, latent): the latent of every code frame of the material."""
    latents = np.zeros((FRAMES, SMALL.latent), np.float32)
    for codes, out in zip(random_codes(SMALL, FRAMES), latents, strict=True):
        packed.latent_of(codes, SMALL.stages, out)
    return latents


Read = Callable[..., Latents]


@pytest.fixture(scope="module")
def read(packed: Packed) -> Read:
    codes = random_codes(SMALL, FRAMES)
    reader = Reader(packed, Material(codes, np.array([[0, FRAMES, NO_KEY, 0]], np.int32)))

    def several(
        count: int, place: float = 0.0, first: int = 0, end: int = FRAMES,
        stream: np.uint64 = SEED, **wishes: float,
    ) -> Latents:  # fmt: skip
        """Return `count` latents, read one after another."""
        out = np.zeros((count, SMALL.latent), np.float32)
        reading = Reading(**{"stages": SMALL.stages} | wishes)
        for number in range(count):
            place = reader.read(place, first, end, reading, stream, number, out[number])
        return out

    return several


def places(latents: Latents, table: Latents) -> list[int]:
    """Return the code frames of these latents, or -1 where there is none."""
    same = (latents[:, None] == table).all(axis=-1)
    return [int(row.argmax()) if row.any() else -1 for row in same]


def test_rate_1_reads_every_frame_once_and_starts_again(read: Read, table: Latents) -> None:
    assert places(read(2 * FRAMES), table) == [*range(FRAMES)] * 2


def test_at_rate_2_every_other_frame_is_read(read: Read, table: Latents) -> None:
    assert places(read(FRAMES // 2, rate=2.0), table) == [*range(0, FRAMES, 2)]


def test_at_half_the_rate_it_lasts_twice_as_long_and_glides(read: Read, table: Latents) -> None:
    latents = read(2 * FRAMES, rate=0.5)
    assert places(latents[::2], table) == [*range(FRAMES)]
    following = np.roll(table, -1, axis=0)
    np.testing.assert_allclose(latents[1::2], (table + following) / 2, atol=1e-6)


def test_backwards_every_frame_is_read_from_the_end(read: Read, table: Latents) -> None:
    backwards = [0, *range(FRAMES - 1, 0, -1)]
    assert places(read(2 * FRAMES, rate=-1.0), table) == backwards * 2


def test_at_rate_0_one_frame_is_held(read: Read, table: Latents) -> None:
    assert places(read(9, place=5.0, rate=0.0), table) == [5] * 9


@pytest.mark.parametrize("rate", [1.0, -1.0, 3.0, 0.3])
@pytest.mark.parametrize("disorder", [0.0, 1.0])
def test_nothing_is_read_outside_the_window(
    read: Read, table: Latents, rate: float, disorder: float
) -> None:
    latents = read(200, 3.0, 10, 17, rate=rate, scatter=disorder, jitter=disorder)
    inside = table[10:17]
    if rate == round(rate):
        found = places(latents, table)
        assert set(found) <= set(range(10, 17))
        assert len(set(found)) > 1
    least, most = inside.min(axis=0) - 1e-5, inside.max(axis=0) + 1e-5
    assert ((latents >= least) & (latents <= most)).all()


def test_a_window_of_one_frame_is_that_frame(read: Read, table: Latents) -> None:
    assert places(read(20, 0.0, 7, 8, rate=1.0, jitter=1.0, scatter=1.0), table) == [7] * 20


@pytest.mark.parametrize("place", [np.nan, np.inf, -np.inf, 1e300, -7.0])
def test_any_place_is_brought_into_the_window(read: Read, place: float) -> None:
    assert np.isfinite(read(3, place, 10, 20)).all()


@pytest.mark.parametrize("wish", ["scatter", "jitter", "swap"])
def test_disorder_grows_from_none_at_0_to_most_frames_at_1(
    read: Read, table: Latents, wish: str
) -> None:
    plain = read(1000)

    def changed(amount: float) -> float:
        return float((read(1000, **{wish: amount}) != plain).any(axis=1).mean())

    assert changed(0.0) == 0.0
    assert changed(1.0) > 0.9
    if wish == "jitter":
        assert 0.05 < changed(0.1) < 0.15
    if wish == "swap":  # one of three codes is exchanged
        assert 0.2 < changed(0.1) < 0.35


def test_jitter_reads_a_neighbour(read: Read, table: Latents) -> None:
    found = np.array(places(read(FRAMES, jitter=1.0), table))
    distance = (found - np.arange(FRAMES) + 1) % FRAMES - 1
    assert set(distance) == {-1, 1}


def test_scatter_jumps_no_further_than_its_share_of_the_window(read: Read, table: Latents) -> None:
    found = np.array(places(read(2000, scatter=0.4), table))
    jumps = np.diff(found) - 1
    jumps = (jumps + FRAMES // 2) % FRAMES - FRAMES // 2
    assert 0.1 < (jumps != 0).mean() < 0.2, "0.4² of the frames"
    assert np.abs(jumps).max() <= 0.2 * FRAMES
    assert jumps.min() < 0 < jumps.max()


def test_swap_replaces_single_codes_by_others_of_their_stage(
    read: Read, packed: Packed, table: Latents
) -> None:
    codes = random_codes(SMALL, FRAMES)
    swapped = read(300, rate=0.0, swap=1.0)
    parts = [np.unique(packed.books.table[q, codes[:, q]], axis=0) for q in range(SMALL.stages)]
    sums = (parts[0][:, None, None] + parts[1][:, None] + parts[2]).reshape(-1, SMALL.latent)
    for latent in swapped[:20]:
        assert np.abs(sums - latent).max(axis=1).min() < 1e-5
    assert len(np.unique(swapped, axis=0)) > 200


def test_fewer_stages_are_the_first_ones(read: Read, packed: Packed) -> None:
    codes = random_codes(SMALL, FRAMES)
    first = packed.books.table[0, codes[:, 0]]
    assert np.array_equal(read(FRAMES, stages=1), first)


def test_disorder_has_a_name_and_not_a_history(read: Read) -> None:
    disorder = {"scatter": 0.5, "jitter": 0.5, "swap": 0.5}
    assert np.array_equal(read(100, **disorder), read(100, **disorder))
    assert not np.array_equal(read(100, **disorder), read(100, stream=np.uint64(12), **disorder))
