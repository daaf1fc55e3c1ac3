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
from ..placing import GLIDE_SECONDS, PLACE, glide

VOICE = np.dtype(
    [
        ("playing", np.int64),
        ("stream", np.uint64),  # names the note's own sequence of random numbers
        ("key", np.float64),  # MIDI note number asked for
        ("pitch", np.float64),  # on its way to `key`
        ("bend", np.float64),  # semitones, on its way to `bend_goal`
        ("bend_goal", np.float64),  # the target of `bend`
        ("modulation", np.float64),  # 0 … 1
        ("velocity", np.float64),
        ("pressure", np.float64),
        ("phase", np.float64),  # of the oscillator, radians
        ("lfo_phase", np.float64),
        ("since_onset", np.int64),  # frames
        ("sounded", np.int64),  # frames that have left the voice
        ("since_release", np.int64),  # frames, -1 while held
        ("choke_frames", np.int64),  # left until silence, -1 if not choked
        ("emphasised", np.float64),  # last output of the de-emphasis
        ("offset", np.float64),  # running mean of the output
        ("asked_power", np.float64),  # running mean square requested of the network …
        ("power", np.float64),  # … and delivered by it
        ("peak", np.float64),  # falling peak of the output
        ("loudest_db", np.float64),  # highest level requested so far
        ("way", np.int64),  # way of making the note's sound, fixed at its beginning
        ("ring_db", np.float64),  # level of its partials, where a bank plays them
        *PLACE,
    ],
    align=True,
)

CONTROLS = np.dtype(
    [
        ("sample_rate", np.float64),
        ("level_db", np.float64),
        ("tune", np.float64),  # semitones
        ("vibrato_cents", np.float64),  # without the mod wheel
        ("vibrato_rate_hz", np.float64),
        ("glide", np.float64),  # share of the way to the key per frame
        ("attack_frames", np.float64),
        ("release", np.float64),  # times the instrument's own
        ("preemphasis", np.float64),
        ("purity", np.float64),  # feedback of the comb, 0 … <1
        ("lift", np.float64),  # maximum amplification of a network that is too soft, in power
        ("choke_frames", np.int64),
    ],
    align=True,
)

ATTACK_SECONDS = 0.5
# A voice whose level is this far below its loudest moment is inaudible and is freed.
END_DB = -90.0
INAUDIBLE_DB = -100.0  # re full scale, whatever the loudest moment was
BEND_SECONDS = 0.004  # the bend wheel's steps are rounded off over this time
MOD_WHEEL_CENTS = 50.0  # vibrato that the mod wheel adds
PRESSURE_DB = 6.0  # full channel pressure swells by this much
OFFSET_HZ = 8.0  # the output's mean is followed and removed below this frequency
FADE_IN_FRAMES = 160  # fade-in of a texture, against a click
POWER_SECONDS, PEAK_SECONDS = 0.08, 0.1
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
            pitch, frequency = turn(v, c)
            released = v.since_release / c.sample_rate if v.since_release >= 0 else -1.0
            asked_db = _asked_db(v, pitch, c, envelope, weights)
            end_if_inaudible(v, c, asked_db)
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
            gains[i, t] = gain_of(v, c)
            v.since_onset += 1
            if v.since_release >= 0:
                v.since_release += 1


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
def turn(v, c):  # type: ignore[no-untyped-def]  # numba records
    """Advance a voice's oscillators by one frame; return its pitch and frequency in Hz. [render]

    The pitch is a MIDI note number with bend, glide, vibrato and tuning in it.
    """
    v.pitch += (v.key - v.pitch) * c.glide
    v.bend += (v.bend_goal - v.bend) / (BEND_SECONDS * c.sample_rate)
    pitch = pitch_now(v, c)
    frequency = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    v.phase = _wrapped(v.phase + 2.0 * math.pi * frequency / c.sample_rate)
    v.lfo_phase = _wrapped(v.lfo_phase + 2.0 * math.pi * c.vibrato_rate_hz / c.sample_rate)
    return pitch, frequency


@cached_njit(nogil=True)
def pitch_now(v, c):  # type: ignore[no-untyped-def]  # numba records
    """Return the present pitch of a voice. [render]"""
    depth = (c.vibrato_cents + MOD_WHEEL_CENTS * v.modulation) / 100
    return v.pitch + v.bend + c.tune + depth * math.sin(v.lfo_phase)


@cached_njit(nogil=True)
def end_if_inaudible(v, c, level_db):  # type: ignore[no-untyped-def]  # numba records
    """Let a voice fade out if its level is inaudible. [render]"""
    v.loudest_db = max(v.loudest_db, level_db)
    inaudible = level_db < max(v.loudest_db + END_DB, INAUDIBLE_DB)
    if inaudible and v.choke_frames < 0 and _may_end(v, c):
        v.choke_frames = c.choke_frames


@cached_njit(nogil=True)
def clocks(v, c):  # type: ignore[no-untyped-def]  # numba records
    """Return the seconds that a voice was held, and those since its release, or -1. [render]

    The release runs on a clock of its own, stretched by the parameter.
    """
    if v.since_release < 0:
        return v.since_onset / c.sample_rate, -1.0
    held = (v.since_onset - v.since_release) / c.sample_rate
    return held, v.since_release / (c.release * c.sample_rate)


@cached_njit(nogil=True)
def _wrapped(phase: float) -> float:
    return phase - 2.0 * math.pi if phase >= 2.0 * math.pi else phase


@cached_njit(nogil=True)
def _asked_db(v, pitch, c, envelope, weights):  # type: ignore[no-untyped-def]  # numba records
    held, released = v.since_onset / c.sample_rate, -1.0
    if v.since_release >= 0:
        # the release runs on a clock of its own, stretched by the parameter
        released = v.since_release / (c.release * c.sample_rate)
        held += released - v.since_release / c.sample_rate
    own = level_db(envelope, weights, pitch, v.velocity, held, released)
    return own + c.level_db + PRESSURE_DB * v.pressure


@cached_njit(nogil=True)
def _may_end(v, c):  # type: ignore[no-untyped-def]  # numba records
    """Return False while a slow attack is still rising."""
    return v.since_release >= 0 or v.since_onset > ATTACK_SECONDS * c.sample_rate


@cached_njit(nogil=True)
def gain_of(v, c):  # type: ignore[no-untyped-def]  # numba records
    """Return the gain of attack and choke for the next frame. [render]"""
    gain = 1.0
    if v.since_onset < c.attack_frames:
        gain = v.since_onset / c.attack_frames
    if v.choke_frames >= 0:
        gain *= v.choke_frames / c.choke_frames
        if v.choke_frames > 0:
            v.choke_frames -= 1
    return gain


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
    offset_share = 2.0 * math.pi * OFFSET_HZ / c.sample_rate
    power_share = 1.0 / (POWER_SECONDS * c.sample_rate)
    fall = math.exp(-1.0 / (PEAK_SECONDS * c.sample_rate))
    glide_share = 1.0 / (GLIDE_SECONDS * c.sample_rate)
    for i in active:
        v = voices[i]
        for t in range(frames):
            v.emphasised = amplitudes[codes[i, t]] + c.preemphasis * v.emphasised
            v.offset += (v.emphasised - v.offset) * offset_share
            y = _purified(v.emphasised - v.offset, periods[i, t], v, c, lines[i])
            asked = 10.0 ** (levels_db[i, t] / 10.0)
            v.asked_power += (asked - v.asked_power) * power_share
            v.power += (y * y - v.power) * power_share
            ratio = (v.asked_power + POWER_FLOOR) / (v.power + POWER_FLOOR)
            y *= math.sqrt(min(ratio, c.lift)) * gains[i, t]
            glide(v, glide_share)
            y *= v.gain
            v.peak = max(abs(y), v.peak * fall)
            v.sounded += 1
            if out.shape[1] == 1:
                out[t, 0] += np.float32(y)
            else:
                out[t, 0] += np.float32(y * v.left)
                out[t, 1] += np.float32(y * v.right)
        if v.choke_frames == 0:
            v.playing = 0
            v.peak = 0.0


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
