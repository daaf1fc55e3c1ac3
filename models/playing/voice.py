"""A note's voice, whatever makes its sound: pitch, clocks, fades, end. [render]

Everything here is sequential per voice and per frame, so that block sizes cannot matter.
"""

import math

import numpy as np

from rtaudiogen.kernel_cache import cached_njit

from .placing import GLIDE_SECONDS, PLACE, add_placed

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
PEAK_SECONDS = 0.1


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
def grow_older(v):  # type: ignore[no-untyped-def]  # numba records
    """Advance a voice's clocks by one frame. [render]"""
    v.since_onset += 1
    if v.since_release >= 0:
        v.since_release += 1


@cached_njit(nogil=True)
def shares_of(c):  # type: ignore[no-untyped-def]  # numba records
    """Return the shares of a frame that `deemphasised` and `give_out` need. [render]"""
    offset_share = 2.0 * math.pi * OFFSET_HZ / c.sample_rate
    fall = math.exp(-1.0 / (PEAK_SECONDS * c.sample_rate))
    return offset_share, fall, 1.0 / (GLIDE_SECONDS * c.sample_rate)


@cached_njit(nogil=True)
def deemphasised(v, c, x, offset_share):  # type: ignore[no-untyped-def]  # numba records
    """Return a frame that a network has drawn, without pre-emphasis and running mean. [render]"""
    v.emphasised = x + c.preemphasis * v.emphasised
    v.offset += (v.emphasised - v.offset) * offset_share
    return v.emphasised - v.offset


@cached_njit(nogil=True)
def give_out(v, y, fall, glide_share, out, t):  # type: ignore[no-untyped-def]  # numba records
    """Add a frame of a voice, in its place, to row `t` of `out` (frames, 1 or 2). [render]"""
    add_placed(v, y, glide_share, fall, out, t)
    v.sounded += 1


@cached_njit(nogil=True)
def free_if_choked(v):  # type: ignore[no-untyped-def]  # numba records
    """Free a voice whose choke has ended. [render]"""
    if v.choke_frames == 0:
        v.playing = 0
        v.peak = 0.0
