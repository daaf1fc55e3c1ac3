"""The tables of the shaped coder: windows in which sound is measured, and filters of the bands."""

from typing import NamedTuple

import librosa
import numpy as np
from scipy.signal.windows import hann

from ...compiled.conv.layers import Floats
from .config import ShapedConfig

FLOOR = 1e-7  # of power in a band, for each frame of a window
CENTRE, SPREAD = -9.0, 4.0  # of a log power, for the network's input
MIDDLE_PITCH = 150.0  # Hz, 0 for the network; an octave is 1
BAND_SPREAD, BAND_CENTRE = 2.0, -3.5  # log magnitude = network output · spread + centre
QUIETEST, LOUDEST = -14.0, 6.0  # log magnitudes


class Window(NamedTuple):
    """A window whose power in mel bands is heard."""

    shape: Floats  # (frames,)
    mel: Floats  # (transform / 2 + 1, bands)
    transform: int  # frames, a power of 2


def long_window(config: ShapedConfig) -> Window:
    """Return the window with the higher frequency resolution, used once every two steps."""
    return _window(round(0.032 * config.sample_rate), config.long_bands, config)


def short_window(config: ShapedConfig) -> Window:
    """Return the window with the higher time resolution, used once a step."""
    return _window(2 * config.step, config.short_bands, config)


def _window(frames: int, bands: int, config: ShapedConfig) -> Window:
    transform = 1 << (frames - 1).bit_length()
    mel = librosa.filters.mel(sr=config.sample_rate, n_fft=transform, n_mels=bands, norm=None)
    return Window(hann(frames, sym=False).astype(np.float32), mel.T.astype(np.float32), transform)


def least_phase(bands: int, config: ShapedConfig) -> Floats:
    """Return the map from log magnitudes of bands to a filter, (bands, 2, transform / 2 + 1).

    They lie at mel-spaced frequencies, with straight lines in between. The first part gives the
    filter's log magnitude, the second its phase, the least that goes with it: the real cepstrum,
    folded onto what is causal (Oppenheim and Schafer, "Discrete-Time Signal Processing", 13.5).
    """
    size = config.transform
    bins = np.arange(size // 2 + 1) * config.sample_rate / size
    places = librosa.mel_frequencies(bands, fmin=0, fmax=config.sample_rate / 2)
    lines = np.stack([np.interp(bins, places, row) for row in np.eye(bands)])  # (bands, bins)
    fold = np.zeros(size)
    fold[0] = fold[size // 2] = 1
    fold[1 : size // 2] = 2
    spectrum = np.fft.rfft(np.fft.irfft(lines, size, axis=1) * fold, axis=1)
    parts = np.stack([spectrum.real, spectrum.imag], axis=1)
    return np.asarray(parts, np.float32)


def fade(config: ShapedConfig) -> Floats:
    """Return the window of the synthesis (2 · step,); its halves, one step apart, add up to 1."""
    return np.asarray(hann(2 * config.step, sym=False), np.float32)
