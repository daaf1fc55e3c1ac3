"""Notes whose partials a bank of oscillators plays."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.model_file import read_header, read_tensors, write_model
from rtaudiogen.models.measuring.note_metrics import level_db, noise_ratio_db
from rtaudiogen.models.measuring.played import measured_pitch
from rtaudiogen.models.playing.codes.rendered import play_note, prepared
from rtaudiogen.models.sounds.harmonic.measuring import analysed, tables_of
from rtaudiogen.models.sounds.harmonic.partials import frequencies_of
from rtaudiogen.models.sounds.harmonic.room import floor_of
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.descriptor import describe
from rtaudiogen.models.wavenet.generator import WaveNetGenerator, create

from ..sounds.harmonic.made_notes import HOLD, NOISE_DB, RATE, blown, hertz, plucked, recording
from .untrained import write_untrained

CONFIG = WaveNetConfig(
    residual=16, skip=32, output=32, dilations=(1, 2, 4, 8), harmonics=4,
    instruments=("string", "reed"), embedding=4, preemphasis=0.85, harmonic=True, draws_rest=True,
)  # fmt: skip
NETWORK, NOISE = 0, 1
STRING, REED = 0, 1


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    path = write_untrained(tmp_path_factory.mktemp("models") / "both.safetensors", CONFIG)
    notes = [recording(plucked(p, v), p, v) for p in (48.0, 60.0) for v in (0.4, 0.8)]
    notes += [recording(blown(p), p, 0.8, REED) for p in (60.0, 72.0)]
    floors = [floor_of([n for n in notes if n.instrument == i], RATE) for i in (STRING, REED)]
    tables = tables_of([analysed(note, RATE, HOLD) for note in notes], floors, RATE)
    network = {n: t for n, t in read_tensors(path).items() if not n.startswith("envelope.")}
    write_model(path, read_header(path), network | tables.to_tensors())
    return path


@pytest.fixture(scope="module")
def instrument(path) -> WaveNetGenerator:
    return prepared(create, describe(path))


def rendered(generator, frames: int, *events: np.ndarray, cuts=(), **values: float) -> np.ndarray:
    """Return (frames,), after a reset if there are events."""
    parameters = generator.descriptor.defaults()
    for name, value in values.items():
        parameters[generator.descriptor.parameter_index(name)] = value
    told = np.concatenate(events) if events else no_events()
    if events:
        generator.reset(1)
    parts = []
    for start, end in pairwise([0, *sorted({*range(0, frames, 500), *cuts} - {0}), frames]):
        block = told[(told["frame"] >= start) & (told["frame"] < end)].copy()
        block["frame"] -= start
        out = np.full((end - start, 1), np.nan, np.float32)
        generator.render(out, parameters, block)
        parts.append(out[:, 0])
    return np.concatenate(parts)


EVENTS = (
    event(3, EventKind.NOTE_ON, 0, 60.0, 0.8),
    event(211, EventKind.NOTE_ON, 2, 67.5, 0.4),
    event(500, EventKind.PITCH_BEND, value=1.5),
    event(600, EventKind.MOD_WHEEL, value=0.7),
    event(900, EventKind.NOTE_OFF, 0),
    event(1000, EventKind.CHOKE, 2),
    event(1064, EventKind.NOTE_ON, 2, 40.0, 1.0),
)


@pytest.mark.parametrize("source", [NETWORK, NOISE])
def test_however_a_note_is_cut_into_blocks_it_has_the_same_bits(instrument, source) -> None:
    whole = rendered(instrument, 2000, *EVENTS, source=source, morph=0.3)
    for cuts in ([1, 2, 3, 79, 80, 81, 127, 128, 129], range(0, 2000, 7), [1063, 1065]):
        cut = rendered(instrument, 2000, *EVENTS, cuts=cuts, source=source, morph=0.3)
        assert np.array_equal(cut, whole)


@pytest.mark.parametrize("source", [NETWORK, NOISE])
def test_a_bank_saved_in_the_middle_resumes_bit_for_bit(instrument, source) -> None:
    rendered(instrument, 777, EVENTS[0], source=source)
    saved = instrument.save_state()
    first = rendered(instrument, 500, source=source)
    instrument.load_state(saved)
    assert np.array_equal(rendered(instrument, 500, source=source), first)


@pytest.mark.parametrize(("key", "bend"), [(48, 0.0), (60, 0.0), (60, 1.0), (72, -2.0), (79, 0.5)])
def test_a_bank_is_in_tune_bent_or_not(instrument, key: int, bend: float) -> None:
    events = (
        event(0, EventKind.PITCH_BEND, value=bend), event(0, EventKind.NOTE_ON, 0, key, 0.8)
    )  # fmt: skip
    sound = rendered(instrument, RATE, *events, timbre=REED, source=NOISE)
    assert abs(100 * (measured_pitch(sound[3000:], RATE) - key - bend)) < 2


def test_the_partials_are_the_recordings(instrument) -> None:
    made = play_note(instrument, STRING, 60, 0.8, 2.5)
    real = plucked(60.0)
    assert noise_ratio_db(made, 60, RATE) > 20  # random weights draw too loud a rest
    for k, hz in enumerate(frequencies_of(made, 60, RATE)[:6], 1):
        assert abs(1200 * np.log2(hz / hertz(60, k))) < 3
    for time in (0.5, 1.0, 2.0):
        fall = level_db(made, time, RATE) - level_db(made, 0.1, RATE)
        assert fall == pytest.approx(level_db(real, time, RATE) - level_db(real, 0.1, RATE), abs=1)


def test_a_softer_touch_is_as_much_softer_as_recorded(instrument) -> None:
    levels = [
        level_db(play_note(instrument, STRING, 60, v, 0.6), 0.3, RATE) for v in (0.2, 0.4, 0.6, 0.8)
    ]
    for softer, louder, ratio in ((0, 1, 2), (1, 3, 2), (2, 3, 4 / 3)):
        assert levels[louder] - levels[softer] == pytest.approx(40 * np.log10(ratio), abs=0.7)


def test_a_held_key_goes_on_and_a_released_one_ends(instrument) -> None:
    held = rendered(instrument, 5 * RATE, event(0, EventKind.NOTE_ON, 0, 66, 0.8), timbre=REED)
    assert abs(level_db(held, 4.8, RATE) - level_db(held, 0.5, RATE)) < 0.5
    rendered(instrument, 2 * RATE, EVENTS[0], event(100, EventKind.NOTE_OFF, 0), timbre=REED)
    assert instrument.voice_levels()[0] == 0.0


def test_instruments_are_as_loud_as_each_other(instrument) -> None:
    loud = [level_db(play_note(instrument, i, 60, 0.63, 0.5), 0.2, RATE, 0.2) for i in (0, 1)]
    assert abs(loud[0] - loud[1]) < 4  # by loudness, not by power


def test_breath_is_the_level_of_what_no_partial_is(instrument) -> None:
    dry, full = (rendered(instrument, RATE, EVENTS[0], breath=b, source=NOISE) for b in (0.0, 4.0))
    expected = NOISE_DB + 20 * np.log10(4.0) + instrument.tables.gain[STRING]
    assert level_db(full - dry, 0.6, RATE, 0.3) == pytest.approx(expected, abs=2)


def test_the_networks_rest_has_the_recorded_level(instrument) -> None:
    """Random weights draw even codes, 8 dB louder than learnt ones; de-emphasis adds 5.6."""
    rests = []
    for source in (NETWORK, NOISE):
        with_it = rendered(instrument, RATE, EVENTS[0], source=source)
        without = rendered(instrument, RATE, EVENTS[0], source=source, breath=0.0)
        rests.append(level_db(with_it - without, 0.5, RATE, 0.4))
    assert rests[0] - 13.6 == pytest.approx(rests[1], abs=3)


def test_tables_that_are_damaged_are_refused_in_one_line(path, tmp_path) -> None:
    tensors = read_tensors(path)
    tensors["harmonic.first"] = tensors["harmonic.first"] * 2
    write_model(tmp_path / "odd.safetensors", read_header(path), tensors)
    with pytest.raises(RtAudioGenError, match="do not fit the configuration"):
        create(describe(tmp_path / "odd.safetensors"), RATE)
