"""A picture of a training: its errors over the steps, and spectra of wet, model and difference."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import spectrogram

SECONDS, WINDOW, DEEPEST_DB = 3.0, 1024, 90.0


def draw(
    path: Path, history: Sequence[Mapping[str, Any]], wet: NDArray[np.float32],
    made: NDArray[np.float32], sample_rate: int,
) -> None:  # fmt: skip
    """Write a PNG: held-out errors in percent, and the beginnings of two signals (frames,)."""
    frames = round(SECONDS * sample_rate)
    signals = {"wet": wet[:frames], "model": made[:frames], "wet - model": (wet - made)[:frames]}
    figure = Figure(figsize=(9, 10), layout="constrained")
    axes = figure.subplots(1 + len(signals), 1)
    axes[0].semilogy([p["step"] for p in history], [p["held_out"] for p in history], "o-")
    axes[0].set(xlabel="step", ylabel="error-to-signal in %", title="held out")
    axes[0].grid(alpha=0.3, which="both")
    loudest = None
    for axis, (name, signal) in zip(axes[1:], signals.items(), strict=True):
        hertz, seconds, power = spectrogram(signal, sample_rate, "hann", WINDOW)
        level = 10 * np.log10(power + 1e-20)
        loudest = level.max() if loudest is None else loudest
        axis.pcolormesh(
            seconds, hertz / 1000, level, vmin=loudest - DEEPEST_DB, vmax=loudest, rasterized=True
        )
        axis.set(ylabel="kHz", title=f"{name}, {DEEPEST_DB:.0f} dB from dark to bright")
    figure.savefig(path, dpi=80)
