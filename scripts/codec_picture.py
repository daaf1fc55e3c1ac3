"""Draw a sound before and after coding by a codec model: `codec_picture.py MODEL SOUND OUT.png`."""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.signal import spectrogram

mpl.use("agg")
import matplotlib.pyplot as plt

from rtaudiogen.codes.codec import open_codec, read_sound
from rtaudiogen.registry import find

DYNAMIC_DB, SECONDS = 70.0, 5.0


def main(model: str, sound: Path, out: Path) -> None:
    """Draw the sound, and its reconstructions with all stages and with the fewest."""
    codec = open_codec(find(model))
    rate = codec.sample_rate
    signal = np.concatenate(list(read_sound(sound, rate)))[: int(SECONDS * rate)]
    signal = signal[: len(signal) // codec.hop * codec.hop]
    codes = codec.encode(np.pad(signal, (0, codec.look_ahead)))
    bits = [rate / codec.hop * (size - 1).bit_length() for size in codec.books]
    rows = {"the sound": signal}
    for stages in (codec.stages, codec.least_stages):
        codec.reset()
        made = codec.decode(np.ascontiguousarray(codes[:, :stages]))
        rows[f"{stages} of {codec.stages} stages, {sum(bits[:stages]):.0f} bit/s"] = made
    figure, axes = plt.subplots(
        len(rows), 1, figsize=(12, 7), sharex=True, sharey=True, layout="constrained"
    )
    for axis, (title, audio) in zip(axes, rows.items(), strict=True):
        frequencies, times, power = spectrogram(audio, rate, nperseg=512, noverlap=384)
        level = 10 * np.log10(power + 1e-16)
        top = level.max()
        axis.pcolormesh(times, frequencies, level, vmin=top - DYNAMIC_DB, vmax=top, cmap="magma")
        axis.set(title=title, ylabel="Hz")
    axes[-1].set_xlabel("seconds")
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
