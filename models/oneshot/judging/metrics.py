"""Metrics of generated hits in comparison with real ones, computed regularly during a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sounds.note_labels import Say
from .classifier import classifier, weights
from .corpus import Corpus
from .frechet import frechet_distance, gaussian
from .measures import Values, images, levels_db, line_hz, line_shares, nearest, percent, spreads
from .spectra import Signals, in_form, onsets

CLASSIFIER = "classifier.safetensors"
SILENT_DB = -50.0
COPY = 0.15  # distance below which a hit counts as a copy; noise of -40 dB moves one by 0.07
LINE = 0.3  # share of the energy in one line that sounds like a tone

Classes = NDArray[np.int64]
Point = Mapping[str, Any]  # of a training's history: the `step`, and the fields of its verdict


@dataclass(frozen=True)
class Verdict:
    """Metrics of a set of hits. Plain values: `dataclasses.asdict` of it is JSON.

    Real values are those of training hits, weighted to have each class as often as it was
    requested.
    """

    hits: int
    frechet: float  # squared distance to the real ones; its unit is one real standard deviation
    joint: float  # the same of hits and requested classes together; decides which model is best
    accuracy: float | None  # share recognised as the requested class; None without classes
    by_class: Mapping[str, float]  # the same for each class
    nearest: float  # mean distance to the nearest training hit: 0 a copy, 1.4 nothing in common
    copied: float  # share of hits that are close to a training hit
    diversity: float | None  # mean distance of two of a class, relative to that of real ones
    level_db: float  # mean RMS of the loudest 50 ms
    silent: float  # share of hits below -50 dB
    peakiness: float  # mean share of a hit's energy in its strongest line, some 60 Hz wide
    hum: float  # share of hits with a line at `hum_hz`, beyond that of real ones
    hum_hz: float
    onset_ms: float  # mean time before the hit begins

    @classmethod
    def of(cls, point: Point) -> "Verdict":
        """Return the verdict in a point of a history, which may hold other fields."""
        return cls(**{field.name: point[field.name] for field in fields(cls)})


class Judge:
    """Compares hits with the real ones. Making it takes half a minute for a new folder.
    [control]
    """

    def __init__(self, corpus: Corpus, folder: Path, say: Say = print) -> None:
        """Read or train the classifier, which is kept in `folder` for these training hits.

        RtAudioGenError if nothing can be written there.
        """
        self.sample_rate, self.classes = corpus.sample_rate, corpus.classes
        self._ear = classifier(corpus, folder / CLASSIFIER, say)
        training = corpus.training
        self._known, self._weights = training.classes, weights(training)
        formed = in_form(training.signals)
        embeddings = self._ear.hear(formed).embeddings
        self._centre, self._scale = embeddings.mean(0), embeddings.std(0) + 1e-9
        self._embeddings = self._standardised(embeddings)
        self._images = images(formed, self.sample_rate)
        self._lines = line_shares(formed, self.sample_rate)
        self._loneliness = nearest(self._images, self._images)
        self._spreads = spreads(self._images, self._known, len(self.classes), self._weights)
        self.real = self._real(corpus)

    def requests(self, count: int) -> Classes:
        """Return (count,) classes to generate for a verdict: all of them evenly."""
        return np.arange(count, dtype=np.int64) % len(self.classes)

    def judge(self, signals: Signals, classes: Classes) -> Verdict:
        """Return the verdict of (hits, frames) generated as `classes` (hits,).

        It takes some seconds for a few hundred. Two verdicts may be compared if they are of as many
        hits. NaN counts as silence.
        """
        signals = np.nan_to_num(np.asarray(signals, np.float32), posinf=0.0, neginf=0.0)
        formed = in_form(signals)
        heard = self._ear.hear(formed)
        wanted = self._as_often(classes)
        embeddings, known = self._standardised(heard.embeddings), self._embeddings
        pictures = images(formed, self.sample_rate)
        far = nearest(pictures, self._images)
        levels = levels_db(signals, self.sample_rate)
        right = heard.classes == classes
        several = len(self.classes) > 1
        lines = line_shares(formed, self.sample_rate)
        hum, hum_hz = self._hum(lines, wanted)
        return Verdict(
            hits=len(signals),
            frechet=frechet_distance(gaussian(embeddings), gaussian(known, wanted)),
            joint=frechet_distance(
                gaussian(self._with_class(embeddings, classes)),
                gaussian(self._with_class(known, self._known), wanted),
            ),
            accuracy=float(right.mean()) if several else None,
            by_class=self._by_class(right, classes) if several else {},
            nearest=float(far.mean()),
            copied=float((far < COPY).mean()),
            diversity=self._diversity(pictures, classes),
            level_db=float(levels.mean()),
            silent=float((levels < SILENT_DB).mean()),
            peakiness=float(lines.max(axis=1).mean()),
            hum=hum,
            hum_hz=hum_hz,
            onset_ms=float(onsets(signals).mean() / self.sample_rate * 1000),
        )

    def strangeness(self, signals: Signals, classes: Classes) -> Values:
        """Return (hits,) distance from the mean real hit of the class, plus 1000 for another
        class.
        """
        heard = self._ear.hear(in_form(np.nan_to_num(signals)))
        means = np.stack(
            [
                np.average(self._embeddings[mine], axis=0, weights=self._weights[mine])
                for mine in (self._known == index for index in range(len(self.classes)))
            ]
        )
        far = np.linalg.norm(self._standardised(heard.embeddings) - means[classes], axis=1)
        strange: Values = far + 1000.0 * (heard.classes != classes)
        return strange

    def describe(self, history: Sequence[Point]) -> str:
        """Return a line about the latest point of a training, with the real hits' values."""
        best = min(history, key=lambda point: float(point["joint"]))
        verdict, real = Verdict.of(history[-1]), self.real
        facts = [
            f"Fréchet distance {verdict.frechet:.1f} (real {real.frechet:.1f}), with the class "
            f"{verdict.joint:.1f} (best {best['joint']:.1f} at step {best['step']})"
        ]
        if verdict.accuracy is not None and real.accuracy is not None:
            facts.append(f"{percent(verdict.accuracy)} recognised (real {percent(real.accuracy)})")
        if verdict.diversity is not None:
            facts.append(f"diversity {percent(verdict.diversity)} of real")
        facts.append(f"nearest {verdict.nearest:.2f} (real {real.nearest:.2f})")
        facts.append(f"level {verdict.level_db:.0f} dB (real {real.level_db:.0f})")
        return ", ".join(facts)

    def _real(self, corpus: Corpus) -> Verdict:
        """Return the verdict of held-out hits; likeness, which needs many hits, is that of training
        hits.
        """
        wanted = self._as_often(corpus.held_out.classes)
        return replace(
            self.judge(corpus.held_out.signals, corpus.held_out.classes),
            nearest=float(wanted @ self._loneliness),
            copied=float(wanted @ (self._loneliness < COPY)),
            diversity=1.0,
        )

    def _standardised(self, embeddings: Values) -> Values:
        standardised: Values = (embeddings - self._centre) / self._scale
        return standardised

    def _with_class(self, embeddings: Values, classes: Classes) -> Values:
        """Return (hits, 32 + classes): a class weighs as much as the whole embedding.

        This is the Fréchet joint distance of DeVries et al. 2019, arXiv 1907.05844, section 3.2: a
        good hit of the wrong class, and the same hit for all of a class, are both far.
        """
        size = np.sqrt(embeddings.shape[1])  # of a standardised embedding
        return np.concatenate([embeddings, size * np.eye(len(self.classes))[classes]], axis=1)

    def _as_often(self, classes: Classes) -> Values:
        """Return (training hits,) weights with the sum 1, and each class's share in `classes`."""
        asked = np.bincount(classes, minlength=len(self.classes)) / len(classes)
        wanted: Values = self._weights * asked[self._known]
        wanted /= max(float(wanted.sum()), 1e-12)
        return wanted

    def _by_class(self, right: NDArray[np.bool_], classes: Classes) -> dict[str, float]:
        present = np.unique(classes).tolist()
        return {self.classes[index]: float(right[classes == index].mean()) for index in present}

    def _diversity(self, pictures: NDArray[np.float32], classes: Classes) -> float | None:
        """Return the mean over the hits whose class has a second one, here and in training."""
        here = spreads(pictures, classes, len(self.classes), np.ones(len(classes)))
        ratios = (here / self._spreads)[classes]
        known = ratios[np.isfinite(ratios)]
        return float(known.mean()) if len(known) else None

    def _hum(self, lines: NDArray[np.float32], wanted: Values) -> tuple[float, float]:
        """Return how much more common a line is than in real hits, as a share of hits, and
        its Hz.
        """
        excess = (lines > LINE).mean(axis=0) - wanted @ (self._lines > LINE)
        strongest = int((excess + 0.01 * lines.mean(axis=0)).argmax())  # neighbours share a tone
        return float(excess[strongest]), float(line_hz(self.sample_rate)[strongest])
