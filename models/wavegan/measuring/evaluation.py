"""`rtaudiogen evaluate MODEL FOLDER`: WaveGAN hits compared with held-out drums.

The hits come from the shipped player. They are compared with the hits that training held out of the
same folder (the best possible result), training hits, and bursts of noise with the envelopes of the
held-out hits (a trivial result). A Fréchet distance depends on the number of hits, so every row has
as many, of the same classes.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Descriptor
from rtaudiogen.model_file import read_header
from rtaudiogen.training_journal import run_folder

from ...oneshot.judging.classifier import weights
from ...oneshot.judging.corpus import Corpus, Hits, read
from ...oneshot.judging.metrics import Classes, Judge, Verdict
from ...oneshot.judging.spectra import Signals
from ...oneshot.judging.warnings import alarms
from ..config import WaveGANConfig
from ..descriptor import describe, read_config
from ..sampling import sample
from .decays import decay_rows

SETS = 8  # of hits for each mean, if there are enough
JUDGED_HITS = 320  # over all classes evenly, as at each report of a training
ENVELOPE_SECONDS = 0.004
NOTE = (
    "each row: means over sets of the same number of hits, in the classes of the held-out ones; no "
    "hit is in two sets. The Fréchet distance is from the training hits, in the embedding of a "
    "classifier of this folder: compare it within this table only; 'with class' is that of hits "
    "and the classes asked for together. nearest: distance to the nearest training hit, 0 is a "
    "copy, 1.4 has nothing in common"
)
NOTHING_HELD_OUT = "none: the folder is too small, 'held-out' hits were learnt from"

Row = dict[str, Any]


def evaluate(model: Path, folder: Path) -> dict[str, Any]:
    """Return all measurements as JSON values. RtAudioGenError for unusable input."""
    descriptor = describe(model)
    config = read_config(model, read_header(model))
    corpus = read(folder, config.sample_rate, config.frames, lambda line: None)
    shared = _shared(config, corpus, folder)
    with _run_folder(model) as run:
        judge = Judge(corpus, run, lambda line: None)
    player = Player(descriptor, config, corpus.classes)
    evenly = shared[np.arange(JUDGED_HITS) % len(shared)]
    verdict = player.verdict(judge, evenly)
    held_out = corpus.held_out.only(np.isin(corpus.held_out.classes, shared))
    spared = corpus.held_out is not corpus.training
    return {
        "model": descriptor.id,
        "hits_learnt_from": len(corpus.training),
        "hits_held_out": len(corpus.held_out) if spared else NOTHING_HELD_OUT,
        "quality": list(_rows(judge, player, corpus, held_out)),
        "quality_note": NOTE,
        "all_classes_evenly": _facts([verdict]),
        "classes": list(_class_rows(judge, corpus, verdict)) if player.conditional else [],
        "decays": list(decay_rows(descriptor, config, corpus)),
        "alarms": alarms([{"step": 0, **asdict(verdict)}], judge),
        "real_time_factor": round(player.real_time_factor, 1),
    }


class Player:
    """The compiled player as a source of hits, and its speed."""

    def __init__(self, descriptor: Descriptor, config: WaveGANConfig, classes: Sequence[str]):
        """`classes` are the names of all requested classes."""
        self._descriptor, self._config, self._classes = descriptor, config, classes
        self._seeds = count()
        self._seconds, self._made = 0.0, 0

    @property
    def conditional(self) -> bool:
        """True if the model makes the requested class."""
        return len(self._config.classes) > 1

    def hits(self, classes: Classes) -> Signals:
        """Return finished hits (hits, frames) of `classes` (hits,), from all of latent space, all
        new.
        """
        signals = np.zeros((len(classes), self._config.frames), np.float32)
        for index in np.unique(classes).tolist():
            kind = self._classes[index] if self.conditional else None
            hits = sample(self._descriptor, kind, self._seeds, 1.0, 0)
            started = time.process_time()
            for place in np.flatnonzero(classes == index).tolist():
                signal = next(hits).signal[: self._config.frames]
                signals[place, : len(signal)] = signal
            self._seconds += time.process_time() - started
        self._made += len(classes)
        return signals

    def verdict(self, judge: Judge, classes: Classes) -> Verdict:
        """Return the verdict on hits of `classes`; accuracy counts only for a conditional model."""
        verdict = judge.judge(self.hits(classes), classes)
        return verdict if self.conditional else replace(verdict, accuracy=None, by_class={})

    @property
    def real_time_factor(self) -> float:
        """The seconds of sound made in a second of one core."""
        made_seconds = self._made * self._config.frames / self._config.sample_rate
        return made_seconds / max(self._seconds, 1e-9)


def _shared(config: WaveGANConfig, corpus: Corpus, folder: Path) -> Classes:
    """Return the classes that model and folder share; all of the folder's if the model has none."""
    if len(config.classes) < 2:
        return np.arange(len(corpus.classes))
    shared = [index for index, name in enumerate(corpus.classes) if name in config.classes]
    if not np.isin(corpus.held_out.classes, shared).any():
        raise UsageError(
            f"{folder}: its classes ({', '.join(corpus.classes)}) do not occur in the model "
            f"({', '.join(config.classes)}); give the folder that it was trained on"
        )
    return np.array(shared)


@contextmanager
def _run_folder(model: Path) -> Iterator[Path]:
    """Yield the folder with the classifier of the training, or a temporary one."""
    run = run_folder(model)
    if run.is_dir():
        yield run
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _rows(judge: Judge, player: Player, corpus: Corpus, held_out: Hits) -> Iterator[Row]:
    """Yield the rows of the table."""
    rng = np.random.default_rng(0)

    asked, rate = held_out.classes, corpus.sample_rate
    generated = [player.verdict(judge, asked) for _ in range(SETS)]
    yield {"hits": "generated", **_facts(generated)}
    others = {
        "held out": [held_out.signals],
        "learnt from": list(disjoint_sets(corpus.training, asked, rng)),
        "noise bursts": [noise_bursts(held_out.signals, rate, rng) for _ in range(SETS)],
    }
    for name, sets in others.items():
        if sets:
            yield {"hits": name, **_facts([judge.judge(signals, asked) for signals in sets])}


def _facts(verdicts: Sequence[Verdict]) -> Row:
    """Return means over verdicts, and the spread of the Fréchet distances."""

    def mean(name: str, digits: int = 2) -> float | None:
        values = [getattr(verdict, name) for verdict in verdicts]
        return None if None in values else round(float(np.mean(values)), digits)

    distances = [verdict.frechet for verdict in verdicts]
    return {
        "sets": f"{len(verdicts)} × {verdicts[0].hits}",
        "Fréchet distance": mean("frechet"),
        "±": round(float(np.std(distances, ddof=1)), 2) if len(distances) > 1 else None,
        "with class": mean("joint"),
        "recognised": mean("accuracy"),
        "diversity": mean("diversity"),
        "nearest": mean("nearest"),
        "copied": mean("copied"),
        "level dB": mean("level_db", 1),
        "peakiness": mean("peakiness"),
        "hum": mean("hum"),
        "silent": mean("silent"),
    }


def disjoint_sets(hits: Hits, classes: Classes, rng: np.random.Generator) -> Iterator[Signals]:
    """Yield up to SETS sets of `hits` in the requested classes, no hit in two, drawn by
    `weights`.
    """
    shares = weights(hits)
    left = np.ones(len(hits), np.bool_)
    for _ in range(SETS):
        chosen = np.empty(len(classes), np.int64)
        for index, wanted in zip(*np.unique(classes, return_counts=True), strict=True):
            members = np.flatnonzero(left & (hits.classes == index))
            if len(members) < wanted:
                return
            likely = shares[members] / shares[members].sum()
            chosen[classes == index] = rng.choice(members, wanted, replace=False, p=likely)
        left[chosen] = False
        yield hits.signals[chosen]


def noise_bursts(signals: Signals, sample_rate: int, rng: np.random.Generator) -> Signals:
    """Return white noise, each burst with the envelope of one of `signals` (hits, frames)."""
    window = max(1, round(ENVELOPE_SECONDS * sample_rate))
    power = uniform_filter1d(np.square(signals), window, axis=1, mode="constant")
    noise: Signals = np.sqrt(power.clip(0.0)) * rng.standard_normal(signals.shape, np.float32)
    return noise


def _class_rows(judge: Judge, corpus: Corpus, verdict: Verdict) -> Iterator[Row]:
    """Yield the number of hits of each class, and the share that is recognised."""
    learnt, held_out = corpus.training, corpus.held_out
    for index, name in enumerate(corpus.classes):
        members = learnt.classes == index
        real = judge.real.by_class.get(name)
        made = verdict.by_class.get(name)
        yield {
            "class": name,
            "learnt from": int(members.sum()),
            "of them synthetic": int((members & learnt.synthetic).sum()),
            "held out": int((held_out.classes == index).sum()),
            "recognised, generated": None if made is None else round(made, 2),
            "recognised, held out": None if real is None else round(real, 2),
        }
