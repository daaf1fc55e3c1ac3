"""Mix of the channels of a live input to one, by the rule of files (mono_rule.py). [audio]

A file is judged as a whole before it plays; a live input is judged while it plays, after every
PIECE of it. So powers are sums that decay: by half in a second and a half of sound at 48 kHz, and
hardly at all in a pause, so that the noise of a pause decides nothing. A decision changes only for
a clear reason, and the gains of the channels then glide for FADE frames. Pieces are counted from
the first frame of the device, so the result does not depend on block sizes.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.mono_rule import CANCELLED, DEAD, NEARLY, PIECE, SHARE_LOST

MAX_INPUTS = 2
FADE = 512  # frames
FORGET = 0.99  # share of the sums that is left after a piece of sound
FORGET_IN_PAUSES = 0.9995
PAUSE = 1e-3  # of the mean power so far: quieter pieces (-30 dB) are a pause
SHARE_FOUND = 0.02  # of the whole power: channels that lose less in their sum are summed again
ALIVE = 4.0  # times DEAD: from this power on, a channel that was left out is used again
HALF = 0.5  # of the loudest power: a channel that is used alone stays while it has this much

# The section in shared memory: whole numbers, then float64, of which the last five are a channel's
TAKEN, FADED, ALONE = range(3)  # frames of this piece; of the glide; channel + 1, or 0: all
MIX_SUM, MIX_SQUARE, LOUDEST, LOST = range(3, 7)
SUM, SQUARE, POWER, BEFORE, GAIN = (7 + MAX_INPUTS * i for i in range(5))
SECTION_SLOTS = 32


def begin(whole: NDArray[np.int64], reals: NDArray[np.float64], channels: int) -> None:
    """Reset all sums and begin with the mean of all channels. [control]"""
    whole[:] = 0
    whole[FADED] = FADE
    gain = 1.0 / max(1, channels)
    reals[BEFORE : BEFORE + MAX_INPUTS] = reals[GAIN : GAIN + MAX_INPUTS] = gain


@njit(inline="always", error_model="numpy")
def hear(
    whole: NDArray[np.int64],
    reals: NDArray[np.float64],
    heard: NDArray[np.float32],  # (frames, channels), finite
    frame: int,
) -> np.float32:
    """Return the mix of one frame, and judge the piece that ends with it."""
    channels = heard.shape[1]
    glide = whole[FADED] / FADE
    total, summed = np.float32(0), 0.0
    for channel in range(channels):
        value = heard[frame, channel]
        if abs(value) < np.inf:  # False for NaN, too
            wide = np.float64(value)
            before, gain = reals[BEFORE + channel], reals[GAIN + channel]
            if glide < 1.0:
                gain = before + (gain - before) * glide
            total += np.float32(gain) * value
            reals[SUM + channel] += wide
            reals[SQUARE + channel] += wide * wide
            summed += wide
    reals[MIX_SUM] += summed
    reals[MIX_SQUARE] += summed * summed
    whole[FADED] = min(whole[FADED] + 1, FADE)
    whole[TAKEN] += 1
    if whole[TAKEN] == PIECE:
        whole[TAKEN] = 0
        _judge(reals, channels)
        _decide(whole, reals, channels)
    return total


@njit(inline="always", error_model="numpy")
def _variance(reals: NDArray[np.float64], sums: int, squares: int) -> float:
    """Return the power of a piece without its DC, and begin the next piece."""
    power: float = max(0.0, reals[squares] - reals[sums] * reals[sums] / PIECE)
    reals[sums] = reals[squares] = 0.0
    return power


@njit(inline="always", error_model="numpy")
def _judge(reals: NDArray[np.float64], channels: int) -> None:
    """Add a piece's powers to the sums."""
    summed = _variance(reals, MIX_SUM, MIX_SQUARE)
    loudest = 0.0
    for channel in range(channels):
        power = _variance(reals, SUM + channel, SQUARE + channel)
        reals[SUM + channel] = power  # until the decay is known
        loudest = max(loudest, power)
    sounds = loudest > PAUSE * (1.0 - FORGET) * reals[LOUDEST]
    kept = FORGET if sounds else FORGET_IN_PAUSES
    for channel in range(channels):
        reals[POWER + channel] = kept * reals[POWER + channel] + reals[SUM + channel]
        reals[SUM + channel] = 0.0
    reals[LOUDEST] = kept * reals[LOUDEST] + loudest
    reals[LOST] = kept * reals[LOST]
    if summed < CANCELLED * loudest:
        reals[LOST] += loudest


@njit(inline="always", error_model="numpy")
def _decide(whole: NDArray[np.int64], reals: NDArray[np.float64], channels: int) -> None:
    """Choose the channels and the new gains."""
    most = 0.0
    for channel in range(channels):
        most = max(most, reals[POWER + channel])
    if not 0.0 < most < np.inf:
        return
    needed = SHARE_FOUND if whole[ALONE] else SHARE_LOST
    if reals[LOST] <= needed * reals[LOUDEST]:
        whole[ALONE] = 0
    elif whole[ALONE] == 0 or reals[POWER + whole[ALONE] - 1] < HALF * most:
        whole[ALONE] = 1
        while reals[POWER + whole[ALONE] - 1] < NEARLY * most:
            whole[ALONE] += 1
    _aim(whole, reals, channels, most)


@njit(inline="always", error_model="numpy")
def _aim(whole: NDArray[np.int64], reals: NDArray[np.float64], channels: int, most: float) -> None:
    count = 0
    for channel in range(channels):
        count += _is_chosen(whole, reals, channel, most)
    for channel in range(channels):
        gain = 1.0 / count if _is_chosen(whole, reals, channel, most) else 0.0
        reals[BEFORE + channel], reals[SUM + channel] = reals[GAIN + channel], gain
    for channel in range(channels):  # only after all were judged by their previous gains
        if reals[GAIN + channel] != reals[SUM + channel]:
            whole[FADED] = 0
        reals[GAIN + channel], reals[SUM + channel] = reals[SUM + channel], 0.0


@njit(inline="always", error_model="numpy")
def _is_chosen(
    whole: NDArray[np.int64], reals: NDArray[np.float64], channel: int, most: float
) -> bool:
    if whole[ALONE]:
        return bool(whole[ALONE] == channel + 1)
    least = DEAD if reals[GAIN + channel] > 0.0 else DEAD * ALIVE
    return bool(reals[POWER + channel] >= least * most)
