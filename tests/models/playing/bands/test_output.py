"""Sound from codes of bands: streaming equals parallel, and levels are as requested."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.compiled import mulaw
from rtaudiogen.models.playing.bands import output
from rtaudiogen.models.playing.bands.output import BandState, Joining
from rtaudiogen.models.playing.placing import rest
from rtaudiogen.models.playing.voice import VOICE
from rtaudiogen.models.sounds.bands import pqmf
from rtaudiogen.models.sounds.bands.edges import edges_of

RATE, COUNTS = 48000, (256, 127, 63)
EDGES = edges_of(RATE, 3)
HALF = pqmf.TAPS // 2
SILENCE = np.zeros((2, 200000), np.float32)  # nothing beside the bands


def tables(preemphasis: float = 0.85) -> Joining:
    return output.joining(COUNTS, (preemphasis, -0.7, 0.4), EDGES, RATE)


def drawn(frames: int, deviation_db: float = -26.0, seed: int = 0) -> np.ndarray:
    """Return codes (2, frames · 3) of white noise."""
    random = np.random.default_rng(seed)
    signal = 10 ** (deviation_db / 20) * random.standard_normal((2, frames, 3))
    parts = [mulaw.encode(signal[..., band], count) for band, count in enumerate(COUNTS)]
    return np.stack(parts, axis=-1).reshape(2, -1)


def asked(frames: int, wide_db: float = -20.0) -> np.ndarray:
    """Return rows of levels: each wide band's power is spread over its fine bands by width."""
    row = []
    for low, high in pairwise(EDGES):
        row.append(wide_db + 10 * np.log10((high - low) / 8000))
    return np.tile(np.array([*row, *[wide_db] * 3], np.float32), (frames, 1))


def fresh(joining: Joining) -> tuple[BandState, np.ndarray]:
    state, voices = output.new_state(joining), np.zeros(1, VOICE)
    output.begin(state)
    rest(voices)
    return state, voices


def played(
    joining: Joining, codes: np.ndarray, levels_db: np.ndarray, blocks: list[int], treble: float = 0
) -> np.ndarray:
    state, voices = fresh(joining)
    parts, frame = [], 0
    for block in blocks:
        out = np.zeros((block, 2), np.float32)
        needed = output.frames_needed(state, block)
        output.sound(
            voices, joining, state, np.ascontiguousarray(codes[:, 3 * frame :]),
            levels_db[frame:], SILENCE, 1.0, treble, float(RATE), out,
        )  # fmt: skip
        frame += needed
        parts.append(out)
    return np.concatenate(parts)


def db(signal: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(signal**2) + 1e-20))


@settings(deadline=None, max_examples=20)
@given(blocks=st.lists(st.integers(1, 300), min_size=1, max_size=20))
def test_blocks_of_any_size_make_the_same_bits(blocks: list[int]) -> None:
    frames, joining = sum(blocks), tables()
    codes, levels_db = drawn(frames), asked(frames)
    whole = played(joining, codes, levels_db, [frames])
    assert np.array_equal(played(joining, codes, levels_db, blocks), whole)


def test_bands_are_joined_as_the_filter_bank_joins_them() -> None:
    joining = tables()
    state, _ = fresh(joining)
    rows = np.random.default_rng(0).standard_normal((400, 3)).astype(np.float32)
    heard = []
    for row in rows:
        state.row[0] = (state.row[0] + 1) % state.history.shape[1]
        state.history[0, state.row[0]] = row
        heard += [output._joined(joining, state, 0, phase) for phase in range(3)]
    expected = pqmf.synthesised(rows)
    assert np.allclose(heard[HALF:], expected[: len(heard) - HALF], atol=1e-5)


@pytest.mark.parametrize("drawn_db", [-31.0, -26.0, -16.0])
def test_a_band_has_the_requested_level_whatever_is_drawn(drawn_db: float) -> None:
    frames = 32000
    sound = played(tables(0.0), drawn(frames, drawn_db), asked(frames), [frames * 3])
    rows = pqmf.analysed(sound[RATE:, 0], 3)
    assert [db(row) for row in rows.T] == pytest.approx([-20.0] * 3, abs=1.0)


def test_rumble_that_was_not_asked_for_is_taken_away() -> None:
    frames = 64000
    levels_db = asked(frames)
    levels_db[:, :2] = -60.0  # nothing below 400 Hz
    sound = played(tables(), drawn(frames), levels_db, [frames * 3])
    spectrum = np.abs(np.fft.rfft(sound[-RATE:, 0] * np.hanning(RATE))) ** 2
    low, rest_ = spectrum[30:200].sum(), spectrum[400:8000].sum()
    assert 10 * np.log10(low / rest_) < -28  # white noise behind the de-emphasis: -2 dB


def test_brightness_is_how_loud_the_treble_is() -> None:
    frames = 16000
    codes, levels_db = drawn(frames), asked(frames)
    plain, bright = (
        played(tables(), codes, levels_db, [frames * 3], treble)[RATE // 2 :, 0]
        for treble in (0.0, 12.0)
    )
    gains = [db(b) - db(a) for a, b in zip(pqmf.analysed(plain, 3).T, pqmf.analysed(bright, 3).T,
                                          strict=True)]  # fmt: skip
    assert gains[1] == pytest.approx(gains[2], abs=0.1)
    assert 9 < gains[1] < 12


def test_a_damaged_state_is_read_in_range() -> None:
    joining = tables()
    for value in (-5, 1 << 40):
        state, voices = fresh(joining)
        state.row[0], state.heard[0] = value, value
        needed = output.frames_needed(state, 90)
        out = np.zeros((90, 2), np.float32)
        codes, levels_db = drawn(needed), asked(needed)
        output.sound(voices, joining, state, codes, levels_db, SILENCE, 1.0, 0.0, float(RATE), out)
        assert np.isfinite(out).all()
