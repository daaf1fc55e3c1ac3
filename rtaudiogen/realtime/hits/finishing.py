"""Conversion of a generator's hit to the host's rate and channels."""

import numpy as np
from numba import float32, float64, void
from numba.types import Array
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...errors import RtAudioGenError
from ...generator import Audio
from ..signal.resampler import Resampler


def finish(audio: Audio, rate_in: int, rate_out: int, channels: int) -> Audio:
    """Return (frames, 1 or `channels`) at `rate_in` as contiguous (frames, channels) at `rate_out`.

    The bits are those of the stream's resampler for a hit on a frame that both rates share, without
    its delay. RtAudioGenError for an invalid hit. [worker]
    """
    if audio.ndim != 2 or audio.shape[1] not in (1, channels) or len(audio) == 0:
        raise RtAudioGenError(f"a hit of shape {audio.shape}; expected (frames, 1 or {channels})")
    if not np.isfinite(audio).all():
        raise RtAudioGenError("a hit has values that are not finite")
    out = _resampled(audio, rate_in, rate_out)
    if out.shape[1] != channels:
        out = out.repeat(channels, axis=1)
    return np.ascontiguousarray(out, np.float32)


def _resampled(audio: Audio, rate_in: int, rate_out: int) -> Audio:
    frames_out = -(-len(audio) * rate_out // rate_in)
    delay = Resampler(rate_in, rate_out, 1, 1).delay_frames
    total = frames_out + 2 * delay  # the filter rings as long after a hit as before it
    resampler = Resampler(rate_in, rate_out, audio.shape[1], total)
    resampler.inlet(len(audio))[:] = audio  # the rest is silent already
    out = np.empty((total, audio.shape[1]), np.float32)
    resampler.process(resampler.needs(total), out)
    return out[delay:]


def repitched(audio: Audio, ratio: float) -> Audio:
    """Return a hit (frames, channels) played `ratio` times as fast, linearly interpolated.
    [midi]
    """
    out = np.empty((int((len(audio) - 1) / ratio) + 1, audio.shape[1]), np.float32)
    _interpolate(audio, ratio, out)
    return out


@cached_njit(void(Array(float32, 2, "C", readonly=True), float64, float32[:, ::1]), nogil=True)
def _interpolate(audio: NDArray[np.float32], ratio: float, out: NDArray[np.float32]) -> None:
    last = audio.shape[0] - 1
    for n in range(out.shape[0]):
        position = n * ratio
        before = int(position)
        after = min(before + 1, last)
        share = np.float32(position - before)
        for channel in range(out.shape[1]):
            step = audio[after, channel] - audio[before, channel]
            out[n, channel] = audio[before, channel] + share * step
