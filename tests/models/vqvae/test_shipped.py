"""Properties of the shipped models that a player may rely on."""

from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.codes.codec import decode_file, encode_file
from rtaudiogen.generator import Descriptor
from rtaudiogen.midi import phrase, to_events
from rtaudiogen.models.measuring.audio_metrics import mel_distance, si_sdr_db
from rtaudiogen.models.vqvae.descriptor import builtin
from rtaudiogen.models.vqvae.measuring.usage import usage
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import create
from rtaudiogen.verification.verify import verify

pytestmark = pytest.mark.slow
MODELS = {model.id: model for model in builtin()}
RATE = 16000

ALL = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def level_db(signal: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-12))


def test_speech_and_music_ship() -> None:
    assert {"vqvae-speech", "vqvae-music"} <= set(MODELS)


@ALL
def test_a_shipped_model_keeps_the_contract(model: Descriptor) -> None:
    failed = [f for f in verify(lambda: create(model, RATE)) if not f.passed]
    assert failed == []


@ALL
def test_a_shipped_model_names_its_training(model: Descriptor) -> None:
    assert model.licence
    assert model.facts["sources"]
    assert model.facts["steps"] > 1000


@ALL
def test_the_prior_sounds_and_does_not_die_away(model: Descriptor) -> None:
    sound = render(RenderRequest([model], 20.0, RATE, seed=1))[:, 0]
    seconds = [level_db(second) for second in sound.reshape(20, RATE)]
    assert np.median(seconds) > -45
    assert max(seconds[10:]) > -40, "it does not die away"
    assert np.abs(sound).max() <= 1.0
    assert not np.array_equal(sound, render(RenderRequest([model], 20.0, RATE, seed=2))[:, 0])


@ALL
def test_the_keys_of_a_shipped_model_play(model: Descriptor) -> None:
    settings = {"source": 3.0}
    silence = render(RenderRequest([model], 1.0, RATE, settings=settings))
    assert np.abs(silence).max() == 0.0
    played = render(
        RenderRequest([model], 4.0, RATE, settings=settings, events=to_events(phrase(), RATE))
    )
    assert level_db(played) > -45


@ALL
def test_codebooks_are_used_and_sound_comes_back(model: Descriptor, tmp_path: Path) -> None:
    """Excerpts that are decoded and coded once more stay much the same."""
    generator = create(model, RATE)
    codes = generator.material.codes
    for stage in usage(codes, generator.config.books):
        assert stage.perplexity > 0.1 * stage.size
    import soundfile

    whole = render(RenderRequest([model], 3.0, RATE, settings={"source": 1.0}))[:, 0]
    soundfile.write(tmp_path / "in.wav", whole, RATE, subtype="FLOAT")
    encode_file(tmp_path / "in.wav", tmp_path / "out.rtac", model)
    decode_file(tmp_path / "out.rtac", tmp_path / "back.wav", model)
    back, _ = soundfile.read(tmp_path / "back.wav", dtype="float32")
    assert len(back) == len(whole)
    if generator.config.knows_pitch:
        assert mel_distance(back, whole, RATE) < 0.3, "its phases are its own"
    else:
        assert si_sdr_db(back, whole) > -1.0
    assert abs(level_db(back) - level_db(whole)) < 3.0
