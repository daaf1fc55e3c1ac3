"""Training of a network that draws codes, from a folder of notes or textures to a model."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from ...family import CodeModelConfig
from ...training.run import Model, Run, Stage
from ...training.trainer import Trainer
from . import courses
from .corpus import Corpus
from .envelope_measuring import envelope_of
from .options import InstrumentOptions

BITS = 1 / math.log(2)  # in a nat
PREFIX = "network."  # of the weights in an objective that are the model's

Tensors = Mapping[str, NDArray[Any]]


class TrainerOf(Protocol):
    """A function that makes the trainer of a new network for a corpus; see `stages`."""

    def __call__(
        self, corpus: Corpus, options: Any, run: Path, known: Mapping[str, Any], /
    ) -> Trainer:
        """Return a trainer whose checkpoint is `known` by its identity, in the folder `run`."""


def stages(
    run: Run[Any],
    title: str,
    trainer_of: TrainerOf,
    clip: Callable[[Path, Path], object],
) -> Iterator[Stage]:
    """Yield the one stage of such a training.

    The network is the objective's `network`, and its loss the sum over the bands of a frame; `clip`
    renders a model file to a sound file.
    """
    corpus, beside = run.options.learnt(run.sounds, run.say)
    config = run.options.config(corpus.instruments)
    known = run.identity(labels=list(corpus.instruments))
    trainer = trainer_of(corpus, run.options, run.folder, known)
    if beside is None:
        beside = levels(config, corpus)
    model = partial(_model, title, run.options, config, corpus, trainer, beside)
    scale = BITS / config.bands
    yield Stage(trainer, model, "bits per sample", scale, clip=partial(clip, run.path))


def levels(config: CodeModelConfig, corpus: Corpus) -> dict[str, NDArray[Any]]:
    """Return the levels for playing: mean envelopes of notes, or a texture's courses if used."""
    if config.pitched:
        return envelope_of(corpus, config.sample_rate).to_tensors()
    if not config.conditioning:
        return {}
    rate, instruments = config.sample_rate, len(config.instruments)
    measured = [(s.instrument, courses.measure(s.signal, rate)) for s in corpus.training]
    return courses.courses_of(measured, instruments).to_tensors()


def _model(
    title: str,
    options: InstrumentOptions,
    config: CodeModelConfig,
    corpus: Corpus,
    trainer: Trainer,
    levels: Tensors,
) -> Model:
    """Return the model with the best weights so far."""
    weights = {
        name.removeprefix(PREFIX): value.detach().cpu().float().numpy()
        for name, value in trainer.best_weights.items()
        if name.startswith(PREFIX)
    }
    kind = "notes" if config.pitched else "textures"
    return Model(
        config,
        {**weights, **levels},
        f"{title} {kind}: {', '.join(config.instruments)}",
        options.heard(corpus),
        {
            "hold_seconds": options.hold_seconds,
            "held_out_bits_per_sample": round(trainer.best * BITS / config.bands, 3),
        },
    )
