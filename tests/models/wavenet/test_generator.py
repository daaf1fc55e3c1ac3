"""The WaveNet in play: notes and textures, from model files with random weights."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EventKind, event, no_events
from rtaudiogen.generator import Plays
from rtaudiogen.models.wavenet.descriptor import describe
from rtaudiogen.models.wavenet.generator import WaveNetGenerator, create
from rtaudiogen.models.wavenet.parallel import check

from .untrained import SMALL_TEXTURE, write_untrained

RATE = 16000
A4 = event(0, EventKind.NOTE_ON, 0, 69.0, 0.8)


@pytest.fixture(scope="module")
def model_path(tmp_path_factory):
    return write_untrained(tmp_path_factory.mktemp("models") / "small.safetensors")


@pytest.fixture(scope="module")
def instrument(model_path) -> WaveNetGenerator:
    return prepared(model_path)


@pytest.fixture(scope="module")
def texture(tmp_path_factory) -> WaveNetGenerator:
    path = tmp_path_factory.mktemp("models") / "weather.safetensors"
    return prepared(write_untrained(path, SMALL_TEXTURE))


def prepared(path) -> WaveNetGenerator:
    generator = create(describe(path), RATE)
    generator.prepare(RATE)
    return generator


def rendered(
    generator, frames: int, *blocks_of_events: NDArray[np.void], **values: float
) -> NDArray[np.float32]:
    """Return (frames,) from one call, after a reset if events are given."""
    descriptor = generator.descriptor
    parameters = descriptor.defaults()
    for id, value in values.items():
        parameters[descriptor.parameter_index(id)] = value
    if blocks_of_events:
        generator.reset(1)
    out = np.full((frames, 1), np.nan, np.float32)
    events = np.concatenate(blocks_of_events) if blocks_of_events else no_events()
    generator.render(out, parameters, events)
    return out[:, 0]


def test_a_model_file_says_what_it_plays_without_its_weights(instrument, texture):
    assert instrument.descriptor.plays == {Plays.NOTES}
    assert instrument.descriptor.voices == 4
    assert texture.descriptor.plays == {Plays.STREAM}
    labels = instrument.descriptor.parameters[1].labels
    assert labels == ("reed", "string", "bell")


def test_a_voice_sounds_the_same_alone_and_in_a_chord(instrument):
    others = [event(0, EventKind.NOTE_ON, v, 50.0 + v, 0.5) for v in (1, 2, 3)]
    rendered(instrument, 400, A4)
    alone = instrument.codes[0, :400].copy()
    rendered(instrument, 400, A4, *others)
    assert np.array_equal(instrument.codes[0, :400], alone)


def test_a_choked_voice_is_exactly_silent_after_the_choke_time(instrument):
    sound = rendered(instrument, 1000, A4, event(500, EventKind.CHOKE, 0))
    assert np.abs(sound[:500]).max() > 0.001
    assert np.all(sound[500 + int(CHOKE_SECONDS * RATE) :] == 0.0)
    assert instrument.voice_levels()[0] == 0.0


def test_a_released_note_ends_and_frees_its_voice(instrument):
    sound = rendered(instrument, 8000, A4, event(2000, EventKind.NOTE_OFF, 0))
    assert instrument.voice_levels()[0] == 0.0
    assert np.all(sound[-1000:] == 0.0)


def test_a_longer_release_keeps_the_voice_longer(instrument):
    off = event(100, EventKind.NOTE_OFF, 0)
    rendered(instrument, 4200, A4, off, release=1.0)
    assert instrument.voice_levels()[0] == 0.0
    rendered(instrument, 4200, A4, off, release=4.0)
    assert instrument.voice_levels()[0] > 0.0


def test_a_held_note_that_decays_frees_its_voice_by_itself(tmp_path):
    path = write_untrained(tmp_path / "pluck.safetensors", hold_slope=-300.0)
    plucked = prepared(path)
    rendered(plucked, RATE, A4)
    rendered(plucked, RATE // 5)
    assert plucked.voice_levels()[0] > 0.0  # 60 dB below its peak it is heard
    rendered(plucked, RATE // 5)
    assert plucked.voice_levels()[0] == 0.0


@pytest.mark.parametrize("level", [-24.0, 0.0, 12.0])
def test_a_voice_is_as_loud_as_it_is_asked_to_be(instrument, level):
    sound = rendered(instrument, RATE, A4, level=level)  # noise of random weights
    asked_db = -20.0 + 20.0 * 0.1 + level
    level_db = 10 * np.log10(np.mean(sound[RATE // 2 :] ** 2))
    assert level_db == pytest.approx(asked_db, abs=1.0)


def test_the_oscillator_follows_bend_tune_and_glide(instrument):
    rendered(instrument, 400, A4, event(0, EventKind.PITCH_BEND, value=2.0), tune=50.0)
    voice = instrument.voices[0]
    assert voice["pitch"] + voice["bend"] == pytest.approx(71.0, abs=0.01)
    low = event(200, EventKind.NOTE_ON, 1, 57.0, 0.8)
    rendered(instrument, 400, A4, low, glide=1000.0)
    assert 57.5 < instrument.voices[1]["pitch"] < 69.0


def test_purity_damps_what_lies_between_the_partials(instrument):
    def harmonic_share(purity: float) -> float:
        sound = rendered(instrument, RATE, A4, purity=purity)[RATE // 2 :]  # noise, unpitched
        power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
        distance = np.abs(np.fft.rfftfreq(len(sound), 1 / RATE) / 440.0 % 1.0 - 0.5)
        return float(power[distance > 0.4].sum() / power.sum())

    bare = harmonic_share(0.0)  # a fifth of the band, were the noise white
    assert bare < 0.4
    assert harmonic_share(0.7) > 1.5 * bare


def test_timbre_and_morph_mix_the_instruments(instrument):
    rendered(instrument, 10, A4, timbre=0.25, morph=0.5, morph_to=2.0)
    np.testing.assert_allclose(instrument.weights, [0.375, 0.125, 0.5], atol=1e-6)


def test_a_texture_sounds_without_notes_and_begins_softly(texture):
    sound = rendered(texture, RATE, no_events())
    assert abs(sound[0]) == 0.0
    assert np.sqrt(np.mean(sound[RATE // 2 :] ** 2)) > 0.001


def test_the_comparison_with_the_network_can_fail(model_path):
    generator = prepared(model_path)
    generator.packed.lanes[100:200] = 0
    assert not all(finding.passed for finding in check(generator))
