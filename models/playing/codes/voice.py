"""A note outside the network: pitch, level, phase and random numbers for each frame. [render]

Everything here is sequential per voice and per frame, so that block sizes cannot matter.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...compiled.random_numbers import uniform
from ...sounds.notes.conditioning import fill_note
from ...sounds.notes.envelope import Envelope, level_db
from .. import voice

FADE_IN_FRAMES = 160  # fade-in of a texture, against a click
POWER_SECONDS = 0.08
PURE_SECONDS = 0.08  # after the onset; the noise of an attack belongs to it
SHORTEST_PERIOD = 4.0  # frames
POWER_FLOOR = 1e-9  # lower powers are not levelled


@cached_njit(nogil=True)
def control_notes(
    voices: NDArray[np.void],
    active: NDArray[np.int32],
    frames: int,
    controls: NDArray[np.void],
    envelope: Envelope,
    weights: NDArray[np.float32],
    conditioning: NDArray[np.float32],
    uniforms: NDArray[np.float32],
    levels_db: NDArray[np.float32],
    periods: NDArray[np.float32],
    gains: NDArray[np.float32],
) -> None:
    """Fill what the network and the output stage need for the next `frames` of the active voices.

    Row v of each array is voice v's: `conditioning` (V, ≥ frames, C); `uniforms`, `levels_db` (RMS
    asked of the network, dBFS), `periods` (of the oscillator, frames) and `gains` (V, ≥ frames);
    `weights` (I,) mix the instruments' envelopes. [render]
    """
    c = controls[0]
    for i in active:
        v = voices[i]
        for t in range(frames):
            pitch, frequency = voice.turn(v, c)
            released = v.since_release / c.sample_rate if v.since_release >= 0 else -1.0
            asked_db = _asked_db(v, pitch, c, envelope, weights)
            voice.end_if_inaudible(v, c, asked_db)
            fill_note(
                conditioning[i, t],
                v.phase,
                pitch,
                v.velocity,
                asked_db,
                v.since_onset / c.sample_rate,
                released,
                c.sample_rate,
            )
            levels_db[i, t] = asked_db
            periods[i, t] = c.sample_rate / frequency
            uniforms[i, t] = uniform(v.stream, v.since_onset)
            gains[i, t] = voice.gain_of(v, c)
            voice.grow_older(v)


@cached_njit(nogil=True)
def control_texture(
    voices: NDArray[np.void],
    frames: int,
    gain: float,
    uniforms: NDArray[np.float32],
    gains: NDArray[np.float32],
) -> None:
    """Fill random numbers and gain for the next `frames` of a texture's voice. [render]"""
    v = voices[0]
    for t in range(frames):
        uniforms[0, t] = uniform(v.stream, v.since_onset)
        gains[0, t] = gain * min(1.0, v.since_onset / FADE_IN_FRAMES)
        v.since_onset += 1


@cached_njit(nogil=True)
def _asked_db(v, pitch, c, envelope, weights):  # type: ignore[no-untyped-def]  # numba records
    held, released = v.since_onset / c.sample_rate, -1.0
    if v.since_release >= 0:
        # the release runs on a clock of its own, stretched by the parameter
        released = v.since_release / (c.release * c.sample_rate)
        held += released - v.since_release / c.sample_rate
    own = level_db(envelope, weights, pitch, v.velocity, held, released)
    return own + c.level_db + voice.PRESSURE_DB * v.pressure


@cached_njit(nogil=True)
def sound(
    voices: NDArray[np.void],
    active: NDArray[np.int32],
    frames: int,
    controls: NDArray[np.void],
    amplitudes: NDArray[np.float32],
    codes: NDArray[np.uint8],
    levels_db: NDArray[np.float32],
    periods: NDArray[np.float32],
    gains: NDArray[np.float32],
    lines: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Add the active voices' codes to `out`: decoded, de-emphasised, purified, levelled, placed.

    `out` is (frames, 1), or (frames, 2) with every voice in its place.

    `lines` (V, a power of two) hold each voice's recent output, for the comb that is tuned to its
    oscillator.

    The running power of what was asked and of what came are compared: a network that is too loud
    is held to what was asked, one that is too soft is lifted within `controls.lift`.

    `amplitudes` (256,) is the μ-law table. A voice whose choke has ended becomes free. [render]
    """
    c = controls[0]
    offset_share, fall, glide_share = voice.shares_of(c)
    power_share = 1.0 / (POWER_SECONDS * c.sample_rate)
    for i in active:
        v = voices[i]
        for t in range(frames):
            y = voice.deemphasised(v, c, amplitudes[codes[i, t]], offset_share)
            y = _purified(y, periods[i, t], v, c, lines[i])
            asked = 10.0 ** (levels_db[i, t] / 10.0)
            v.asked_power += (asked - v.asked_power) * power_share
            v.power += (y * y - v.power) * power_share
            ratio = (v.asked_power + POWER_FLOOR) / (v.power + POWER_FLOOR)
            y *= math.sqrt(min(ratio, c.lift)) * gains[i, t]
            voice.give_out(v, y, fall, glide_share, out, t)
        voice.free_if_choked(v)


@cached_njit(nogil=True)
def _purified(x, period, v, c, line):  # type: ignore[no-untyped-def]  # numba records
    """Apply a feedback comb at the oscillator's period, which damps noise between the partials.

    The pitch postfilter of speech coders (Chen and Gersho 1995, "Adaptive postfiltering for quality
    enhancement of coded speech"), here with a period that is known and need not be estimated.
    """
    mask = line.shape[0] - 1
    feedback = c.purity * min(1.0, v.sounded / (PURE_SECONDS * c.sample_rate))
    if period < SHORTEST_PERIOD or period > line.shape[0] - SHORTEST_PERIOD:
        feedback = 0.0
    whole = int(period)
    part = period - whole  # from the newer sample b towards the older one c_
    a = line[(v.sounded - whole + 1) & mask]
    b = line[(v.sounded - whole) & mask]
    c_ = line[(v.sounded - whole - 1) & mask]
    d = line[(v.sounded - whole - 2) & mask]
    slope_b, slope_c = 0.5 * (c_ - a), 0.5 * (d - b)
    cubic = 2.0 * (b - c_) + slope_b + slope_c
    square = 3.0 * (c_ - b) - 2.0 * slope_b - slope_c
    delayed = b + part * (slope_b + part * (square + part * cubic))
    y = (1.0 - feedback) * x + feedback * delayed
    line[v.sounded & mask] = y
    return y
