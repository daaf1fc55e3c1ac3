"""A front end reads the outlines of hits, and saves hits as files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.engine.core import Engine
from rtaudiogen.engine.hits import OUTLINE_POINTS
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.wire.settings import EngineSettings

from ..realtime import drums
from ..realtime.drums import LOWEST_KEY, PADS, Drums
from .housekeeping import eventually

RATE = 48000


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    drums.register(monkeypatch)
    engine = Engine(EngineSettings(output="null", sample_rate=RATE, midi="none"))
    yield engine
    engine.close()


def hit(pad: int, number: int = 0, seed: int = 5) -> np.ndarray:
    """Return the hit that a pad plays."""
    maker = Drums()
    maker.reset(seed)
    return maker.make(maker.recipe(pad, number, 0, maker.descriptor.defaults()))


def test_a_new_slot_has_an_outline_of_every_pad_at_once(engine: Engine) -> None:
    outlines = engine.hit_outlines(engine.add_slot("drums", seed=5))
    assert [len(outline) for outline in outlines] == [OUTLINE_POINTS] * PADS
    for pad in (0, 15):
        levels = np.abs(hit(pad)).max(axis=1)
        expected = [part.max() for part in np.array_split(levels, OUTLINE_POINTS)]
        assert outlines[pad] == pytest.approx(expected, abs=0.02)
    assert max(map(max, outlines)) <= 1.0


def test_an_outline_is_that_of_the_hit_that_was_played_last(engine: Engine) -> None:
    slot = engine.add_slot("drums", seed=5)
    engine.start()
    before = engine.hit_outlines(slot)

    def is_another() -> bool:
        engine.play_now(0x90, LOWEST_KEY + 3, 100)  # the first strike plays what was shown
        return engine.hit_outlines(slot)[3] != before[3]

    eventually(engine, is_another)
    assert engine.hit_outlines(slot)[4] == before[4]


def test_outlines_exist_for_tiny_hits_and_are_empty_without_hits(engine: Engine) -> None:
    short = engine.add_slot("drums", {"length": 5.0})
    kit = engine.pads.kit(short)
    assert kit is not None
    last = kit.pool._last[2]
    assert last is not None
    kit.pool._last[2] = last._replace(audio=np.full((3, 2), -2.0, np.float32))
    kit.pool._last[1] = None
    outlines = engine.hit_outlines(short)
    assert outlines[2] == [1.0] * OUTLINE_POINTS
    assert outlines[1] == [0.0] * OUTLINE_POINTS
    assert engine.hit_outlines(engine.add_slot("sine")) == []
    with pytest.raises(UsageError, match="no slot 9"):
        engine.hit_outlines(9)


def test_a_saved_hit_is_the_one_that_is_played_to_the_bit(engine: Engine, tmp_path: Path) -> None:
    slot = engine.add_slot("drums", seed=5)
    path = engine.save_hit(slot, 3, str(tmp_path / "new" / "hit.wav"))
    audio, rate = soundfile.read(path, dtype="float32")
    assert (rate, soundfile.info(path).subtype) == (RATE, "FLOAT")
    np.testing.assert_array_equal(audio, hit(3))
    engine.save_hit(slot, 4, path)
    np.testing.assert_array_equal(soundfile.read(path, dtype="float32")[0], hit(4))
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["hit.wav"]


@pytest.mark.parametrize(
    ("name", "bits", "subtype"), [("a.flac", 0, "PCM_24"), ("a.wav", 16, "PCM_16")]
)
def test_a_hit_is_saved_in_the_format_that_is_asked_for(
    engine: Engine, tmp_path: Path, name: str, bits: int, subtype: str
) -> None:
    slot = engine.add_slot("drums", seed=5)
    path = engine.save_hit(slot, 3, str(tmp_path / name), bits)
    assert soundfile.info(path).subtype == subtype
    np.testing.assert_allclose(soundfile.read(path)[0], hit(3), atol=1e-4)


def test_a_relative_name_is_told_in_full(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert engine.save_hit(engine.add_slot("drums"), 0, "a.WAV") == str(tmp_path / "a.WAV")


def test_an_impossible_save_is_refused_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    slot, keys = engine.add_slot("drums"), engine.add_slot("sine")
    path = str(tmp_path / "hit.wav")
    with pytest.raises(UsageError, match="slot 2 plays no hits"):
        engine.save_hit(keys, 0, path)
    for pad in (-1, PADS, 1.5, "kick"):
        with pytest.raises(UsageError, match=f"no pad {pad} in slot 1; there are: 0 … 15"):
            # what a program in another language may send
            engine.save_hit(slot, pad, path)
    with pytest.raises(UsageError, match="no slot 7"):
        engine.save_hit(7, 0, path)
    with pytest.raises(UsageError, match=r"hit\.mp3: expected a name that ends in \.wav or"):
        engine.save_hit(slot, 0, str(tmp_path / "hit.mp3"))
    kit = engine.pads.kit(slot)
    assert kit is not None
    kit.pool._last[6] = None
    with pytest.raises(RtAudioGenError, match="pad 6 of slot 1 has made no hit yet"):
        engine.save_hit(slot, 6, path)
    (tmp_path / "file").touch()
    with pytest.raises(RtAudioGenError, match="cannot be written"):
        engine.save_hit(slot, 0, str(tmp_path / "file" / "hit.wav"))
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
