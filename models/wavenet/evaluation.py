"""`rtaudiogen evaluate MODEL FOLDER`: a WaveNet measured on held-out sounds."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Generator
from rtaudiogen.model_file import read_tensors

from ..measuring.code_models import (
    HELD_OUT_SECONDS,
    Predicted,
    Tensors,
    bits_per_sample,
    evaluated,
    with_tensors,
)
from ..measuring.played import voices_in_real_time
from ..measuring.recorded import judge_recorded
from ..playing.codes.rendered import prepared
from ..sounds.audio_folder import find_clips
from ..sounds.harmonic.corpus import rest_of
from ..sounds.harmonic.measuring import analysed
from ..sounds.notes.coded import Sound
from ..sounds.notes.corpus import hold_seconds_of
from ..sounds.notes.recordings import read_recordings
from ..training.device import as_tensors
from .band_dataset import learnt_part, segments_of
from .config import WaveNetConfig
from .descriptor import describe
from .generator import WaveNetGenerator, create
from .network import WaveNet


def evaluate(
    model: Path, folder: Path, seconds: float = 20.0, hold_seconds: float = 60.0,
    pitch_step: int = 4,
) -> dict[str, Any]:  # fmt: skip
    """Return all measurements; see `evaluated`."""
    find_clips(folder, say=lambda _: None)  # a wrong folder is told before anything is compiled
    generator = prepared(create, describe(model))
    assert isinstance(generator, WaveNetGenerator)
    config = generator.config
    if config.draws_rest:
        return _beside(generator, config, read_tensors(model), folder, pitch_step)
    return evaluated(model, folder, generator, predict, seconds, hold_seconds, pitch_step)


def _beside(
    generator: Generator, config: WaveNetConfig, tensors: Tensors, folder: Path, pitch_step: int
) -> dict[str, Any]:
    """Return the numbers of a model whose partials a bank plays, on held-out notes.

    The network never heard them. Their partials are in the tables, as all recorded notes' are.
    """
    rate, descriptor = config.sample_rate, generator.descriptor
    hold_seconds = hold_seconds_of(descriptor.path, descriptor.facts)
    names, recordings, licences = read_recordings(
        folder, rate, config.instruments, lambda line: None
    )
    spared = [each for each in recordings if each.spared]
    if not spared:
        raise RtAudioGenError(f"{folder}: no sound is held out: too few, or copies of each other")
    notes = [analysed(each, rate, hold_seconds) for each in spared]
    corpus = rest_of(names, spared, notes, licences, rate, config.preemphasis)
    predicted = predict(config, tensors, corpus.held_out, int(HELD_OUT_SECONDS * rate))
    return {
        "model": descriptor.id,
        **bits_per_sample(names, predicted),
        "instruments": judge_recorded(generator, names, spared, hold_seconds, pitch_step),
        "voices_in_real_time": voices_in_real_time(generator),
    }


def predict(
    config: WaveNetConfig, tensors: Tensors, sounds: Sequence[Sound], frames: int
) -> Iterator[Predicted]:
    """Yield what is predicted of each sound, and of each of its bands, teacher-forced from its
    beginning; of a texture with tones, what is left beside them.
    """
    network: WaveNet = with_tensors(WaveNet(config), tensors)
    if config.bands > 1:
        sounds = learnt_part(config, tensors, sounds)
    segments = segments_of(config, sounds, frames // config.bands)
    for sound in sounds:
        batch = as_tensors(segments.whole(sound))
        embedding = network.instruments(batch["instruments"])
        logits = network(batch["codes"], batch.get("conditioning"), embedding)
        bands = torch.split(logits[0], list(config.codes), dim=-1)
        targets = batch["targets"][0].reshape(-1, config.bands).unbind(1)
        for band, own in zip(bands, targets, strict=True):
            yield Predicted(sound.instrument, band, own)
