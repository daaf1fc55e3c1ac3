"""Classifier of hits, whose embedding serves to compare generated with real hits.

Generated and real hits are compared in the embedding before the last layer. The network learns two
things at once: a hit's class, and which hit of the folder it is (Dosovitskiy et al. 2014,
"exemplar" networks, arXiv 1406.6909). The second keeps the differences within a class in the
embedding, where a network that only knows classes would drop them; and it is all that can be learnt
in a folder without classes.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import RtAudioGenError

from ...sounds.note_labels import Say
from ...training.checkpoint import Checkpoint
from .corpus import Corpus, Hits
from .measures import percent
from .spectra import BANDS, TRANSPOSED, Signals, in_form, log_mel

VERSION = 1  # of everything in this file and in `spectra` that affects the embedding
WIDTHS = (1, 16, 32, 64, 64)
EMBEDDING = 32
BATCH, WARM_UP_STEPS, LEARNING_RATE = 64, 30, 2e-3
FEWEST_STEPS, MOST_STEPS, STEPS_PER_HIT = 100, 500, 0.5
EXEMPLAR_SHARE = 0.3  # weight of the loss for the hit, against 1 for the class
SYNTHETIC_WEIGHT = 1 / 3  # of a filler against a real hit: real drums matter more
LATEST_SECONDS, QUIETEST_DB = 0.006, -6.0  # augmentation
NOISE_DB = (-100.0, -40.0)


class HitNetwork(nn.Module):
    """Network from log-mel spectra (B, bands, windows) to embeddings (B, 32), and from these to
    classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        levels: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(pairwise(WIDTHS)):
            size = 3 if number else 5
            levels += [
                nn.Conv2d(inputs, outputs, size, stride=2, padding=size // 2, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
        self.levels = nn.Sequential(*levels)
        bands = BANDS >> (len(WIDTHS) - 1)
        self.drop = nn.Dropout(0.3)
        self.embedding = nn.Linear(2 * WIDTHS[-1] * bands, EMBEDDING)
        self.classes = nn.Linear(EMBEDDING, classes)

    def forward(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings (B, 32) and logits (B, classes)."""
        x = self.levels(spectra[:, None])  # (B, 64, bands / 16, windows / 16)
        x = torch.cat([x.mean(3), x.amax(3)], 1).flatten(1)  # hits may have any length
        x = self.embedding(self.drop(x))
        return x, self.classes(F.relu(x))


@dataclass(frozen=True)
class HitFeatures:
    """Embeddings and classes that the network finds in hits."""

    embeddings: NDArray[np.float64]  # (hits, 32)
    classes: NDArray[np.int64]  # (hits,) the likeliest


class Classifier:
    """A trained network for hits at one sample rate."""

    def __init__(self, ear: HitNetwork, sample_rate: int) -> None:
        self.ear, self.sample_rate = ear.eval(), sample_rate

    def hear(self, signals: Signals) -> HitFeatures:
        """Return embeddings and classes of (hits, frames), in the form of `spectra.in_form`."""
        parts = []
        with torch.inference_mode():
            for start in range(0, len(signals), BATCH):
                part = torch.from_numpy(signals[start : start + BATCH])
                parts.append(self.ear(log_mel(part, self.sample_rate)))
        embeddings = torch.cat([embedding for embedding, _ in parts])
        logits = torch.cat([logits for _, logits in parts])
        return HitFeatures(embeddings.double().numpy(), logits.argmax(1).numpy())


def classifier(corpus: Corpus, path: Path, say: Say = print) -> Classifier:
    """Return the classifier at `path` if it was trained on these hits; else train and save it."""
    identity = digest(corpus)
    if (ear := _read(path, identity, len(corpus.classes))) is not None:
        return Classifier(ear, corpus.sample_rate)
    say(f"learning to distinguish the {len(corpus.training)} hits: up to 30 s on one core")
    trained = train(corpus)
    if len(corpus.classes) > 1:
        heard = trained.hear(in_form(corpus.held_out.signals)).classes
        right = heard == corpus.held_out.classes
        share = percent(float(right.mean()))
        say(f"{right.sum()} of {len(right)} held-out hits are recognised ({share})")
    Checkpoint({"ear": trained.ear.state_dict()}, {"identity": identity}).write(path)
    return trained


def _read(path: Path, identity: str, classes: int) -> HitNetwork | None:
    """Return the network at `path`; None if there is none of this identity."""
    if not path.is_file():
        return None
    with torch.random.fork_rng(devices=[]):
        ear = HitNetwork(classes)
    try:
        checkpoint = Checkpoint.read(path)
        if checkpoint.facts["identity"] != identity:
            return None
        ear.load_state_dict(dict(checkpoint.groups["ear"]))
    except (RtAudioGenError, KeyError, RuntimeError):  # damaged: train again
        return None
    return ear


def digest(corpus: Corpus) -> str:
    """Return a digest that is equal for the same training hits under the same rules."""
    hits = corpus.training
    rules = [VERSION, corpus.sample_rate, list(corpus.classes), list(hits.signals.shape)]
    sha = hashlib.sha256(json.dumps(rules).encode())
    for array in (hits.signals, hits.classes, hits.synthetic):
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()


def weights(hits: Hits) -> NDArray[np.float64]:
    """Return (hits,) weights of equal share per class, real hits above fillers; their sum is 1."""
    single = np.where(hits.synthetic, SYNTHETIC_WEIGHT, 1.0)
    even = single / np.bincount(hits.classes, single)[hits.classes]
    share: NDArray[np.float64] = even / even.sum()
    return share


def train(corpus: Corpus, seed: int = 0) -> Classifier:
    """Return a classifier of the training hits, varied each time: level, onset, pitch, noise.

    It is a function of hits and seed, on one machine with one number of threads.
    """
    signals = torch.from_numpy(in_form(corpus.training.signals))
    classes = torch.from_numpy(corpus.training.classes)
    shares = torch.from_numpy(weights(corpus.training))
    steps = min(max(FEWEST_STEPS, round(STEPS_PER_HIT * len(signals))), MOST_STEPS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        ear, which = HitNetwork(len(corpus.classes)), nn.Linear(EMBEDDING, len(signals))
        parameters = [*ear.parameters(), *which.parameters()]
        optimizer = torch.optim.AdamW(parameters, LEARNING_RATE)
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = _learning_rate(step, steps)
            chosen = torch.multinomial(shares, BATCH, replacement=True)
            embeddings, logits = ear(_changed(signals[chosen], corpus.sample_rate))
            loss = F.cross_entropy(logits, classes[chosen])
            loss += EXEMPLAR_SHARE * F.cross_entropy(which(embeddings), chosen)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
    return Classifier(ear, corpus.sample_rate)


def _learning_rate(step: int, steps: int) -> float:
    start = min(1.0, (step + 1) / WARM_UP_STEPS)
    return LEARNING_RATE * start * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def _changed(signals: Tensor, sample_rate: int) -> Tensor:
    """Return log-mel spectra of hits (B, frames), each varied at random."""
    count, frames = signals.shape
    late = torch.randint(round(LATEST_SECONDS * sample_rate), (count, 1))
    places = torch.arange(frames) - late
    signals = signals.gather(1, places.clamp_min(0)) * (places >= 0)
    level_db = QUIETEST_DB * torch.rand(count, 1)
    noise_db = NOISE_DB[0] + (NOISE_DB[1] - NOISE_DB[0]) * torch.rand(count, 1)
    noise = 10 ** (noise_db / 20) * torch.randn(count, frames)
    semitones = torch.randint(-TRANSPOSED, TRANSPOSED + 1, (count,))
    return log_mel(signals * 10 ** (level_db / 20) + noise, sample_rate, semitones)
