"""Sounds and pictures of a training: hits of every class in a row, spectra, curves."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray

from rtaudiogen.storage.files import appearing_whole, write_atomically

from .corpus import Corpus
from .metrics import Classes, Point, Verdict
from .spectra import Signals, in_form, log_mel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PER_CLASS = 4
END_DB = -60.0  # of the peak: a quieter end is not played
GAP_SECONDS, CLASS_GAP_SECONDS = 0.1, 0.5
CURVES = {
    "frechet": "Fréchet distance",
    "accuracy": "recognised",
    "diversity": "diversity",
    "nearest": "distance to the nearest",
    "peakiness": "peakiness",
    "level_db": "level in dB",
}


def write_gallery(
    path: Path, corpus: Corpus, signals: Signals, classes: Classes, history: Sequence[Point],
    real: Verdict,
) -> None:  # fmt: skip
    """Write a WAV of hits at `path`, a .csv and a .png next to it, and the curves of a training.

    Some hits of each class are taken of (hits, frames). The curves, `verdicts.png`, lie next to the
    folder of `path`; `real` is `Judge.real`, drawn into them. Without matplotlib, pictures are left
    out.
    """
    shown = np.concatenate([some_of(classes, index) for index in range(len(corpus.classes))])
    write_sounds(path, signals[shown], classes[shown], corpus)
    draw_spectra(path.with_suffix(".png"), signals, classes, corpus)
    draw_verdicts(path.parent.with_name("verdicts.png"), history, real)


def some_of(classes: Classes, index: int) -> NDArray[np.int64]:
    """Return the positions of a few hits of a class, spread over all of them."""
    members = np.flatnonzero(classes == index)
    return members[:: max(1, len(members) // PER_CLASS)][:PER_CLASS]


def write_sounds(path: Path, signals: Signals, classes: Classes, corpus: Corpus) -> None:
    """Write a WAV of hits in the given order, and a CSV of their start times."""
    rate = corpus.sample_rate
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(("seconds", "class", "number"))
    parts: list[NDArray[np.float32]] = []
    frames, number, before = 0, 0, -1
    for signal, index in zip(signals, classes, strict=True):
        if parts and index != before:
            parts.append(np.zeros(round(CLASS_GAP_SECONDS * rate), np.float32))
            frames += len(parts[-1])
        number, before = (number + 1 if index == before else 1), index
        rows.writerow((f"{frames / rate:.2f}", corpus.classes[index], number))
        parts += [sounding(signal), np.zeros(round(GAP_SECONDS * rate), np.float32)]
        frames += len(parts[-1]) + len(parts[-2])
    path.parent.mkdir(parents=True, exist_ok=True)
    with appearing_whole(path) as unfinished:
        soundfile.write(unfinished, np.concatenate(parts), rate, format="WAV")
    write_atomically(path.with_suffix(".csv"), table.getvalue().encode())


def sounding(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the signal up to its last audible frame; all of silence."""
    level = np.abs(signal)
    heard = np.flatnonzero(level > level.max() * 10 ** (END_DB / 20))
    return signal[: heard[-1] + 1] if len(heard) else signal


def draw_spectra(path: Path, signals: Signals, classes: Classes, corpus: Corpus) -> None:
    """Draw a row for each class: some of its real hits, next to generated ones."""
    if (figure := _figure(9.0, 1.0 + 0.6 * len(corpus.classes))) is None:
        return
    real = corpus.training
    names = corpus.classes
    rows = [
        np.concatenate(
            [_strip(hits, some, corpus.sample_rate) for hits, some in (
                (real.signals, some_of(real.classes, index)), (signals, some_of(classes, index)),
            )], axis=1,
        )
        for index in range(len(names))
    ]  # fmt: skip
    axes = figure.subplots()
    axes.imshow(np.concatenate(rows[::-1]), origin="lower", aspect="auto", cmap="magma",
                extent=(0, 2 * PER_CLASS, 0, len(names)), vmin=0, vmax=1)  # fmt: skip
    axes.axvline(PER_CLASS, color="white")
    axes.set_yticks(np.arange(len(names)) + 0.5, names[::-1])
    axes.set_xticks([PER_CLASS / 2, 3 * PER_CLASS / 2], ["real", "generated"])
    _save(figure, path)


def _strip(signals: Signals, some: NDArray[np.int64], sample_rate: int) -> NDArray[np.float32]:
    """Return (bands, PER_CLASS · windows) spectra of some hits side by side, empty if too few."""
    shown = np.zeros((PER_CLASS, signals.shape[1]), np.float32)
    shown[: len(some)] = in_form(signals[some])
    return np.concatenate(list(log_mel(torch.from_numpy(shown), sample_rate).numpy()), axis=1)


def draw_verdicts(path: Path, history: Sequence[Point], real: Verdict) -> None:
    """Draw curves over the steps, real hits' values dashed; nothing without matplotlib."""
    if (figure := _figure(9.0, 5.0)) is None:
        return
    steps = [point["step"] for point in history]
    for axes, (name, title) in zip(figure.subplots(2, 3).flat, CURVES.items(), strict=True):
        axes.plot(steps, [np.nan if point[name] is None else point[name] for point in history])
        wanted = getattr(real, name)
        if wanted is not None:
            axes.axhline(wanted, linestyle="--", color="gray")
        axes.set(title=title, xlabel="step")
        axes.grid(alpha=0.3)
    _save(figure, path)


def _figure(width: float, height: float) -> "Figure | None":
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    return Figure(figsize=(width, height), layout="constrained")


def _save(figure: "Figure", path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with appearing_whole(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=100)
