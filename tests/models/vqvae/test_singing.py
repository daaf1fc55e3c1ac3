"""The shaped coder in play: pitch as a parameter, by keys, live, and bit-exact."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Events
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.vqvae.codec import VQVAECodec, create
from rtaudiogen.models.vqvae.descriptor import Sing, Source, describe
from rtaudiogen.models.vqvae.generator import VQVAEGenerator
from rtaudiogen.models.vqvae.generator import create as create_generator
from rtaudiogen.models.vqvae.shaped.bands import BAND_CENTRE, BAND_SPREAD
from rtaudiogen.models.vqvae.shaped.pitch import codes_of, tracked

from .untrained import SHAPED, untrained_tensors

RATE, SPOKEN = 16000, 150.0  # Hz, of the material


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model that returns its pulses as they are, with one vowel without end."""
    tensors = untrained_tensors(SHAPED)
    for name in ("decoder.bands.weight", *(n for n in tensors if n.startswith("decoder.label"))):
        tensors[name][...] = 0
    tensors["decoder.bands.bias"][: SHAPED.harmonic_bands] = (-1.5 - BAND_CENTRE) / BAND_SPREAD
    tensors["decoder.bands.bias"][SHAPED.harmonic_bands :] = (-9.0 - BAND_CENTRE) / BAND_SPREAD
    codes = np.full((50, SHAPED.stages), 3, np.uint16)
    codes[:, 0] = codes_of(np.array([SPOKEN]))[0]
    more = {
        "material.codes": codes, "material.regions": np.array([[0, 50, -1, 1]], np.int32)
    }  # fmt: skip
    where = tmp_path_factory.mktemp("shaped") / "vowel.safetensors"
    write_model(where, ModelHeader("vqvae", "vowel", SHAPED.to_json()), {**tensors, **more})
    return where


def prepared(path: Path) -> VQVAEGenerator:
    generator = create_generator(describe(path), RATE)
    assert isinstance(generator, VQVAEGenerator)
    generator.prepare(512)
    generator.reset(1)
    return generator


def played(
    generator: VQVAEGenerator, seconds: float, events: Events | None = None, block: int = 250,
    heard: NDArray[np.float32] | None = None, **settings: float,
) -> NDArray[np.float32]:  # fmt: skip
    """Return mono sound; `events` are in the first block."""
    values = generator.descriptor.defaults()
    for name, value in settings.items():
        values[generator.descriptor.parameter_index(name)] = value
    out = np.zeros((round(seconds * RATE), 1), np.float32)
    for first in range(0, len(out), block):
        here = out[first : first + block]
        if heard is not None:
            generator.hear(heard[first : first + len(here), None])
        told = events if events is not None and not first else no_events()
        generator.render(here, values, told)
    return out[:, 0]


def pitch_of(sound: NDArray[np.float32]) -> float:
    """Return the median pitch in Hz of the voiced part."""
    found = tracked(sound, RATE, 160)
    return float(np.median(found[found > 0]))


def semitones(pitch: float, other: float) -> float:
    return float(12 * np.log2(pitch / other))


def test_a_file_sounds_at_its_own_pitch(path: Path) -> None:
    sound = played(prepared(path), 0.6, source=Source.FILE)
    assert abs(semitones(pitch_of(sound[3200:]), SPOKEN)) < 0.3


@pytest.mark.parametrize("shift", [-7.0, 5.0, 12.0])
def test_the_pitch_knob_moves_the_pitch(path: Path, shift: float) -> None:
    sound = played(prepared(path), 0.6, source=Source.FILE, pitch=shift)
    assert abs(semitones(pitch_of(sound[3200:]), SPOKEN) - shift) < 0.3


def test_the_pitch_wheel_bends_the_pitch_not_the_rate(path: Path) -> None:
    bent = event(0, EventKind.PITCH_BEND, -1, 0.0, 2.0)
    sound = played(prepared(path), 0.6, bent, source=Source.FILE)
    assert abs(semitones(pitch_of(sound[3200:]), SPOKEN) - 2) < 0.3


@pytest.mark.parametrize("key", [43.0, 52.0, 64.0])
def test_a_key_sings_at_its_own_pitch(path: Path, key: float) -> None:
    note = event(0, EventKind.NOTE_ON, 0, key, 0.8)
    sound = played(prepared(path), 0.6, note, source=Source.KEYS, sing=Sing.NOTES)
    assert abs(semitones(pitch_of(sound[3200:]), 440 * 2 ** ((key - 69) / 12))) < 0.1


def test_a_key_without_singing_keeps_the_recorded_pitch(path: Path) -> None:
    note = event(0, EventKind.NOTE_ON, 0, 64.0, 0.8)
    sound = played(prepared(path), 0.6, note, source=Source.KEYS)
    assert abs(semitones(pitch_of(sound[3200:]), SPOKEN)) < 0.3


def test_keys_sing_the_stream_which_is_silent_itself(path: Path) -> None:
    asked = {"source": Source.FILE, "sing": Sing.STREAM}
    assert not played(prepared(path), 0.3, **asked).any()
    note = event(0, EventKind.NOTE_ON, 0, 57.0, 0.8)
    sound = played(prepared(path), 0.6, note, **asked)
    assert abs(semitones(pitch_of(sound[3200:]), 220.0)) < 0.1
    both = played(prepared(path), 0.6, note, source=Source.FILE, sing=Sing.CHOIR)
    assert np.mean(np.square(both[3200:])) > 1.5 * np.mean(np.square(sound[3200:]))


def test_a_live_voice_is_sung_by_a_chord(path: Path) -> None:
    periods = np.arange(RATE) * 130 / RATE
    voice = (0.3 * (periods % 1 - 0.5)).astype(np.float32)
    chord = np.concatenate(
        [event(0, EventKind.NOTE_ON, v, key, 0.8) for v, key in enumerate((48.0, 55.0, 64.0))]
    )
    sound = played(
        prepared(path), 1.0, chord, heard=voice, source=Source.LIVE, sing=Sing.STREAM
    )  # fmt: skip
    spectrum = np.abs(np.fft.rfft(sound[4000:] * np.hanning(len(sound) - 4000)))
    bin_hz = RATE / (len(sound) - 4000)
    for key in (48, 55, 64):
        place = round(440 * 2 ** ((key - 69) / 12) / bin_hz)
        near = spectrum[place - 2 : place + 3].max()
        assert near > 8 * np.median(spectrum[place - 30 : place + 30]), key


def test_a_frozen_vowel_holds_while_keys_move(path: Path) -> None:
    generator = prepared(path)
    played(generator, 0.2, source=Source.FILE)
    sound = played(generator, 0.6, source=Source.FILE, freeze=1.0, pitch=3.0)
    assert abs(semitones(pitch_of(sound[3200:]), SPOKEN) - 3) < 0.3


def test_dry_sound_is_as_late_as_the_decoder(path: Path) -> None:
    generator = prepared(path)
    assert generator.input_delay_frames == 480
    heard = 0.1 * np.random.default_rng(0).standard_normal(RATE // 4).astype(np.float32)
    sound = played(generator, 0.25, heard=heard, source=Source.LIVE, dry_wet=0.0)
    np.testing.assert_array_equal(sound[480:], heard[:-480])


@pytest.mark.parametrize("block", [64, 333, 512])
def test_block_sizes_change_no_bit(path: Path, block: int) -> None:
    note = event(0, EventKind.NOTE_ON, 1, 50.0, 0.7)
    asked = {"source": Source.FILE, "sing": Sing.CHOIR, "pitch": 1.5, "rate": 0.7}
    expected = played(prepared(path), 0.4, note, block=250, **asked)
    np.testing.assert_array_equal(played(prepared(path), 0.4, note, block=block, **asked), expected)


def test_a_restored_generator_goes_on_to_the_bit(path: Path) -> None:
    generator, asked = prepared(path), {"source": Source.FILE, "sing": Sing.CHOIR}
    played(generator, 0.33, event(7, EventKind.NOTE_ON, 0, 62.0, 0.7), **asked)
    saved = generator.save_state()
    expected = played(generator, 0.3, **asked)
    other = prepared(path)
    other.load_state(saved)
    np.testing.assert_array_equal(played(other, 0.3, **asked), expected)


def test_the_codec_delays_nothing_however_it_is_cut(path: Path) -> None:
    codec = create(describe(path))
    assert isinstance(codec, VQVAECodec)
    periods = np.arange(RATE // 2) * 140 / RATE
    sound = (0.3 * (periods % 1 - 0.5)).astype(np.float32)
    sound[: RATE // 4] = 0
    codec.reset()
    whole = codec.encode(np.pad(sound, (0, codec.look_ahead)))
    assert len(whole) == 25
    codec.reset()
    cut = [codec.encode(p) for p in np.split(np.pad(sound, (0, codec.look_ahead)), [7, 500, 4000])]
    np.testing.assert_array_equal(np.concatenate(cut), whole)
    voiced = np.flatnonzero(whole[:, 0])
    assert 12 <= voiced[0] <= 14, "the voice begins in code frame 12.5"


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 0.0), (0.5, -6.0), (1.0, -12.0)])
def test_a_range_moves_a_voice_to_its_label(path: Path, share: float, wanted: float) -> None:
    generator = prepared(path)
    pulses = np.zeros(RATE, np.float32)
    pulses[:: round(RATE / (2 * SPOKEN))] = 0.5
    values = {"source": Source.LIVE, "timbre": 1.0, "range": share}
    sound = played(generator, 1.0, heard=pulses, **values)
    assert abs(semitones(pitch_of(sound[8000:]), 2 * SPOKEN) - wanted) < 0.5
