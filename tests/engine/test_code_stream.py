"""A front end sees a stream of codes, from a real engine in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.client.library_files import preset_of
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.codes import MOST_FRAMES, MOST_NEWEST, code_stream, codes_now
from rtaudiogen.errors import UsageError
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.models.vqvae.codec import create
from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.learning.excerpts import encode
from rtaudiogen.registry import create as create_generator
from rtaudiogen.registry import find
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import SlotSnapshot, Snapshot

from ..waiting import eventually

MODEL = "vqvae-music"
RATE = 48000
SECONDS = 3.0


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a melody at the model's rate, so that no resampler comes before the codes."""
    rate = find(MODEL).sample_rate
    t = np.arange(round(SECONDS * rate)) / rate
    pitch = 220.0 * 2 ** (np.floor(4 * t) * 2 / 12)
    signal = 0.4 * np.sin(2 * np.pi * np.cumsum(pitch) / rate) * np.exp(-4 * (4 * t % 1))
    path = tmp_path_factory.mktemp("sounds") / "melody.wav"
    soundfile.write(path, signal.astype(np.float32), rate, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    settings = EngineSettings(output="null", sample_rate=RATE, latency_ms=80.0, midi="none")
    process = EngineProcess(settings)
    process.start()
    yield process
    process.close()


@pytest.fixture
def slot(engine: EngineProcess, sound: Path) -> Iterator[int]:
    """Return the number of a slot that plays the melody."""
    number = engine.add_slot(MODEL, {"source": float(Source.FILE)}, seed=1, sound=str(sound))
    yield number
    engine.remove_slot(number)


def facts(engine: EngineProcess, slot: int) -> SlotSnapshot | None:
    """Return the facts of a slot, or None before it exists."""
    slots = Snapshot.from_json(engine.snapshot()).slots
    return next((found for found in slots if found.slot == slot), None)


def seen(engine: EngineProcess, slot: int, count: int) -> list[SlotSnapshot]:
    """Return facts at moments that differ in what has sounded, once something has."""
    found: list[SlotSnapshot] = []

    def look() -> bool:
        now = facts(engine, slot)
        before = found[-1].codes_played if found else 0
        if now is not None and now.codes_played != before:
            found.append(now)
        return len(found) == count

    eventually(look)
    return found


def test_the_codes_are_those_of_encoding_the_file(
    engine: EngineProcess, slot: int, sound: Path
) -> None:
    stream = engine.code_stream(slot)
    signal, _ = soundfile.read(sound, dtype="float32")
    expected = encode(create(describe(find(MODEL).path)), signal)
    assert np.array_equal(stream["codes"], expected)
    assert stream["frames"] == len(expected)
    assert stream["every"] == 1
    assert stream["frames_per_second"] == len(expected) / SECONDS
    levels = np.array(stream["levels"])
    assert levels.shape == (len(expected),)
    assert levels[2:10].mean() > 5 * levels[-10:-2].mean(), "notes die away"


def test_the_newest_codes_are_those_at_the_files_play_position(
    engine: EngineProcess, slot: int, sound: Path
) -> None:
    codes = engine.code_stream(slot)["codes"]
    first, *_, last = seen(engine, slot, 8)
    played = last.codes_played - first.codes_played
    assert first.position is not None
    assert last.position is not None
    assert (last.position - first.position - played) % len(codes) == 0
    place = int(last.position)
    newest = [list(frame) for frame in last.newest_codes]
    assert len(newest) <= MOST_NEWEST
    assert newest[-5:] == [codes[(place - 4 + n) % len(codes)] for n in range(5)]
    assert last.sound == str(sound)


def test_positions_stay_within_a_loop_window_and_codes_repeat(
    engine: EngineProcess, slot: int
) -> None:
    frames = engine.code_stream(slot)["frames"]
    engine.set_parameter(slot, "loop_start", 60 / frames)
    engine.set_parameter(slot, "loop_end", 70 / frames)

    def looping() -> SlotSnapshot | None:
        now = facts(engine, slot)
        inside = now is not None and now.position is not None and 60 <= now.position < 70
        return now if inside else None

    begun = eventually(looping).codes_played
    moments = [m for m in seen(engine, slot, 12) if m.codes_played > begun]
    assert all(m.position is not None and 60 <= m.position < 70 for m in moments)
    assert len({m.position for m in moments}) > 1
    newest = moments[-1].newest_codes
    assert newest[-10:] == newest[-20:-10]


def test_the_priors_stream_has_codes_but_no_position(engine: EngineProcess) -> None:
    number = engine.add_slot(MODEL, {"source": float(Source.PRIOR)}, seed=1)
    first, *_, last = seen(engine, number, 3)
    assert last.codes_played > first.codes_played
    assert last.position is None
    assert last.newest_codes
    assert last.sound == ""
    engine.remove_slot(number)


def test_code_stream_is_empty_without_codes_and_refuses_no_slot(
    engine: EngineProcess,
) -> None:
    number = engine.add_slot("sine")
    stream = engine.code_stream(number)
    assert (stream["codes"], stream["levels"], stream["frames"]) == ([], [], 0)
    now = eventually(lambda: facts(engine, number))
    assert (now.position, now.codes_played, list(now.newest_codes)) == (None, 0, [])
    engine.remove_slot(number)
    with pytest.raises(UsageError, match="no slot 999"):
        engine.code_stream(999)


def test_another_sound_is_another_stream_at_once(
    engine: EngineProcess, slot: int, sound: Path, tmp_path: Path
) -> None:
    before = engine.code_stream(slot)["codes"]
    other = tmp_path / "other.wav"
    rate = find(MODEL).sample_rate
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, rate)
    soundfile.write(other, noise.astype(np.float32), rate, subtype="FLOAT")
    engine.swap_slot(slot, MODEL, {"source": float(Source.FILE)}, str(other))
    after = engine.code_stream(slot)
    assert after["frames"] < len(before)
    assert after["codes"] != before[: after["frames"]]


def test_a_long_stream_is_thinned_out() -> None:
    stream = code_stream(create_generator(find(MODEL), RATE))  # eight minutes of its own sounds
    assert stream["frames"] > MOST_FRAMES
    assert stream["every"] > 1
    assert len(stream["codes"]) == len(stream["levels"]) <= MOST_FRAMES
    assert len(stream["codes"]) == -(-stream["frames"] // stream["every"])


def test_a_stranger_whose_codes_cannot_be_had_is_passed_over() -> None:
    class Broken(Sine):
        def code_stream(self) -> None:
            raise ArithmeticError

        def newest_codes(self) -> None:
            raise ArithmeticError

    assert codes_now(Broken(SINE, RATE)) == codes_now(Sine(SINE, RATE))


def test_a_preset_brings_its_sound_along(engine: EngineProcess, slot: int, sound: Path) -> None:
    preset, _ = preset_of(engine.session(), 0, "melody")
    other = engine.add_slot(MODEL)
    engine.apply_preset(other, preset.to_json())
    assert engine.session()["slots"][1]["sound"] == str(sound)
    eventually(lambda: played_from(engine, other) == float(Source.FILE))
    engine.apply_preset(other, {**preset.to_json(), "sound": "/nowhere/gone.wav"})
    eventually(lambda: any("The preset's sound is left out" in m for m in messages(engine)))
    assert engine.session()["slots"][1]["sound"] == str(sound)
    engine.remove_slot(other)


def played_from(engine: EngineProcess, slot: int) -> float | None:
    """Return the source that a slot plays from, once it is there."""
    now = facts(engine, slot)
    return now.values.get("source") if now else None


def messages(engine: EngineProcess) -> list[str]:
    return list(engine.snapshot()["messages"])
