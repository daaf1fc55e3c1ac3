"""Draw a model's rendering of the built-in phrase: docs/phrase.png for the README."""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.signal import spectrogram

mpl.use("agg")
import matplotlib.pyplot as plt

from rtaudiogen.midi import phrase, to_events
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import find

RATE, SECONDS, DYNAMIC_DB, TOP_HZ = 16000, 31.0, 75.0, 6000.0


def main(model: str, path: Path) -> None:
    """Render `model` and draw waveform and spectrogram below each other."""
    audio = render(
        RenderRequest([find(model)], SECONDS, RATE, events=to_events(phrase(), RATE))
    ).mean(axis=1)
    frequencies, times, power = spectrogram(audio, RATE, nperseg=1024, noverlap=768, nfft=2048)
    level = 10 * np.log10(power + 1e-16)
    figure, (wave, picture) = plt.subplots(
        2, 1, figsize=(12, 5), sharex=True, height_ratios=(1, 4), layout="constrained"
    )
    wave.plot(np.arange(len(audio)) / RATE, audio, linewidth=0.3, color="#27476e")
    wave.set_axis_off()
    top = level.max()
    picture.pcolormesh(
        times, frequencies, level, vmin=top - DYNAMIC_DB, vmax=top, cmap="magma", rasterized=True
    )
    picture.set(xlabel="seconds", ylabel="Hz", ylim=(0, TOP_HZ), xlim=(0, SECONDS))
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
