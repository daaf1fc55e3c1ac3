"""Pulses of a gliding pitch: all harmonics below half the sample rate, of equal strength. [render]

The sum of M cosines in closed form, (sin((2M + 1)·π·φ) / sin(π·φ) - 1) / 2, scaled to power 1
(Moorer 1976, "The Synthesis of Complex Audio Spectra by Means of Discrete Summation Formulae").
"""

import math

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import whole_call
from .config import ShapedConfig

NEAR_PULSE = 1e-4  # sine below which all cosines are 1


@whole_call
def pulses(
    begin: float, end: float, phase: float, sample_rate: float, out: NDArray[np.float32]
) -> float:
    """Write pulses (frames,) that glide from `begin` to `end` Hz; return the phase in periods.

    Where one of the two is 0, voicing comes or goes; where both are, there is nothing.
    """
    frames = len(out)
    if begin <= 0 and end <= 0:
        for n in range(frames):
            out[n] = 0.0
        return phase
    here, there = (1.0 if begin > 0 else 0.0), (1.0 if end > 0 else 0.0)
    pitch = begin if begin > 0 else end
    ratio = ((end if end > 0 else begin) / pitch) ** (1.0 / frames)
    for n in range(frames):
        share = (n + 1) / frames
        pitch *= ratio
        phase += pitch / sample_rate
        phase -= math.floor(phase)
        harmonics = max(math.floor(0.5 * sample_rate / pitch - 0.5), 1.0)
        sine = math.sin(math.pi * phase)
        value = harmonics
        if abs(sine) >= NEAR_PULSE:
            value = 0.5 * (math.sin((2 * harmonics + 1) * math.pi * phase) / sine - 1.0)
        gain = here + (there - here) * share
        out[n] = value * gain * math.sqrt(2.0 / harmonics)
    return phase


def pulses_of(
    coded: NDArray[np.float32], config: ShapedConfig, phase: float = 0.0
) -> NDArray[np.float32]:
    """Return the pulses (N · hop,) between pitches (N + 1,) in Hz. [control]"""
    out = np.zeros((len(coded) - 1, config.hop), np.float32)
    for frame, hop in enumerate(out):
        begin, end = float(coded[frame]), float(coded[frame + 1])
        phase = pulses(begin, end, phase, float(config.sample_rate), hop)
    return out.ravel()
