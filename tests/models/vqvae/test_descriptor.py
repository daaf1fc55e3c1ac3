"""A model file is described before its weights are opened."""

from dataclasses import replace
from pathlib import Path

from rtaudiogen.generator import Parameter, Plays
from rtaudiogen.models.vqvae.descriptor import Source, describe, parameters

from .untrained import INVENTIVE, SMALL, write_untrained


def named(id: str, config=SMALL) -> Parameter:
    (found,) = [p for p in parameters(config) if p.id == id]
    return found


def test_a_model_plays_as_stream_notes_and_effect_with_a_sound(
    tmp_path: Path,
) -> None:
    descriptor = describe(write_untrained(tmp_path / "small.safetensors"))
    assert descriptor.plays == {Plays.STREAM, Plays.NOTES, Plays.EFFECT}
    assert descriptor.takes_sound
    assert (descriptor.id, descriptor.family, descriptor.voices) == ("small", "vqvae", 4)
    assert (descriptor.sample_rate, descriptor.channels) == (16000, 1)


def test_the_default_source_is_the_prior_or_else_the_file() -> None:
    assert named("source", INVENTIVE).default == Source.PRIOR
    assert named("source", SMALL).default == Source.FILE
    assert named("source").labels == ("prior", "file", "live", "keys")


def test_timbre_has_the_models_labels_and_is_omitted_for_one() -> None:
    assert named("timbre").labels == SMALL.labels
    assert named("timbre").maximum == 2.0
    assert "timbre" not in {p.id for p in parameters(replace(SMALL, labels=("any",)))}


def test_stages_are_the_models_and_left_out_where_there_is_one() -> None:
    assert (named("stages").maximum, named("stages").default) == (3.0, 3.0)
    assert "stages" not in {p.id for p in parameters(replace(SMALL, stages=1))}


def test_every_parameter_has_help_and_every_choice_has_names() -> None:
    for parameter in parameters(INVENTIVE):
        assert parameter.help, parameter.id
        assert parameter.clamp(parameter.default) == parameter.default
        if parameter.labels:
            assert len(parameter.labels) == parameter.maximum - parameter.minimum + 1
