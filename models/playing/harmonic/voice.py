"""A note whose partials a bank plays: control, and the sum of partials and rest.

Everything here is sequential per voice and per frame, so that block sizes cannot matter.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...compiled.random_numbers import uniform
from ...sounds.harmonic.coding import CODED_LEVEL_DB, CODED_RMS
from ...sounds.harmonic.tables import Tables
from ...sounds.notes.conditioning import fill_note
from .. import voice
from .hiss import add_window, emphasised_db
from .lookup import ask_bands, ask_partials
from .oscillators import TICKS, aim, begin, oscillate, wandered
from .state import LANES, Bank, Scratch

HARMONIC_STREAM, NOISE_STREAM = np.uint64(0xA5A5A5A5A5A5A5A5), np.uint64(0x5A5A5A5A5A5A5A5A)
HELD = -1.0  # the network learns rests of held notes; a release is in the level alone

_whole: Any = cached_njit(nogil=True, error_model="numpy")


@_whole
def control_harmonic(
    voices: NDArray[np.void],
    active: NDArray[np.int32],
    frames: int,
    controls: NDArray[np.void],
    tables: Tables,
    bank: Bank,
    scratch: Scratch,
    weights: NDArray[np.float32],
    conditioning: NDArray[np.float32],
    uniforms: NDArray[np.float32],
    levels_db: NDArray[np.float32],
    gains: NDArray[np.float32],
    partials: NDArray[np.float32],
    noise: NDArray[np.float32],
    drawn: bool,
) -> None:
    """Fill the partials of the next `frames` of the active voices, and what the rest needs.

    Row v of each array is voice v's: `partials` and `noise` (V, ≥ frames) are sound, the noise only
    if no network draws the residual (`drawn`); `levels_db` are the residual's, pre-emphasised. The
    others are those of `control_notes`. [render]
    """
    c = controls[0]
    rate = c.sample_rate
    tick, hop = int(rate / TICKS), bank.noise.shape[2]
    for i in active:
        v = voices[i]
        t = 0
        while t < frames:
            if v.since_onset == 0:
                _begin(v, c, bank, i)
            if v.since_onset % tick == 0:
                _aim(v, c, tables, bank, scratch, weights, i, tick)
            if v.since_onset % hop == 0:
                _ask_residual(v, c, tables, bank, scratch, weights, i, hop, drawn)
            at_tick, at_hop = v.since_onset % tick, v.since_onset % hop
            end = t + min(frames - t, tick - at_tick, hop - at_hop)
            oscillate(bank.turn[i], bank.amplitude[i], bank.used[i], partials[i, t:end])
            for frame in range(t, end):
                along = (v.since_onset % hop) / hop
                noise[i, frame] = bank.noise[i, 0, v.since_onset % hop]
                here, there = bank.residual[i, 0], bank.residual[i, 1]
                levels_db[i, frame] = here + along * (there - here)
                pitch, _ = voice.turn(v, c)
                if drawn:
                    fill_note(
                        conditioning[i, frame], v.phase, pitch, v.velocity,
                        levels_db[i, frame] + CODED_LEVEL_DB, v.since_onset / rate, HELD, rate,
                    )  # fmt: skip
                    uniforms[i, frame] = uniform(v.stream, v.since_onset)
                louder = c.level_db + voice.PRESSURE_DB * v.pressure
                gains[i, frame] = voice.gain_of(v, c) * 10.0 ** (louder / 20.0)
                voice.grow_older(v)
            t = end


@_whole
def _begin(v, c, bank, i):  # type: ignore[no-untyped-def]  # numba records
    frequency = 440.0 * 2.0 ** ((v.key - 69.0) / 12.0)
    audible = min(int(0.5 * c.sample_rate / frequency) + 1, bank.phase.shape[1])
    bank.used[i] = (audible + LANES - 1) // LANES * LANES
    begin(
        bank.phase[i], bank.amplitude[i], bank.waver[i], bank.wander[i],
        v.stream ^ HARMONIC_STREAM, bank.used[i],
    )  # fmt: skip
    bank.noise[i] = np.float32(0.0)


@_whole
def _aim(v, c, tables, bank, scratch, weights, i, tick):  # type: ignore[no-untyped-def]  # numba's own types
    """Set the targets of a voice's partials for the next tick."""
    held, released = _ahead(v, c, tick)
    used = bank.used[i]
    stretch = ask_partials(
        tables, weights, v.key, v.velocity, held, released, used, scratch.goal_db
    )
    number = v.since_onset // tick
    stream = v.stream ^ HARMONIC_STREAM
    cents = 0.0
    for instrument in range(weights.shape[0]):
        cents += weights[instrument] * tables.wander[instrument]
    away = cents * wandered(bank.wander[i], stream, number)
    frequency = 440.0 * 2.0 ** ((voice.pitch_now(v, c) + away / 100.0 - 69.0) / 12.0)
    power = aim(
        bank.phase[i], bank.turn[i], bank.amplitude[i], bank.waver[i], scratch.goal_db, used,
        frequency, stretch, tables, weights, stream, number, tick, c.sample_rate,
    )  # fmt: skip
    v.ring_db = 10.0 * math.log10(power + 1e-20)


@_whole
def _ahead(v, c, frames):  # type: ignore[no-untyped-def]  # numba records
    """Return the clocks in `frames` frames, the second not below 0."""
    held, released = voice.clocks(v, c)
    if v.since_release < 0:
        return held + frames / c.sample_rate, 0.0
    return held, released + frames / (c.release * c.sample_rate)


@_whole
def _ask_residual(v, c, tables, bank, scratch, weights, i, hop, drawn):  # type: ignore[no-untyped-def]  # numba's own types
    """Advance to the next hop of the rest beside the partials: its level, or its sound."""
    number = v.since_onset // hop
    early, late = bank.noise[i, 0], bank.noise[i, 1]
    if number == 0:
        held, released = voice.clocks(v, c)
        ask_bands(
            tables, weights, v.key, v.velocity, held, max(released, 0.0), scratch.bands_db
        )  # fmt: skip
        bank.residual[i, 1] = emphasised_db(scratch)
        if not drawn:
            add_window(scratch, v.stream ^ NOISE_STREAM, 0, early, late)
    early[:] = late
    held, released = _ahead(v, c, hop)
    ask_bands(tables, weights, v.key, v.velocity, held, released, scratch.bands_db)
    bank.residual[i, 0] = bank.residual[i, 1]
    bank.residual[i, 1] = emphasised_db(scratch)
    if not drawn:
        add_window(scratch, v.stream ^ NOISE_STREAM, number + 1, early, late)
    loudest = max(v.ring_db, bank.residual[i, 1])
    voice.end_if_inaudible(v, c, loudest + c.level_db)


@_whole
def sound_harmonic(
    voices: NDArray[np.void],
    active: NDArray[np.int32],
    frames: int,
    controls: NDArray[np.void],
    amplitudes: NDArray[np.float32],
    codes: NDArray[np.uint8],
    levels_db: NDArray[np.float32],
    gains: NDArray[np.float32],
    partials: NDArray[np.float32],
    noise: NDArray[np.float32],
    breath: float,
    drawn: bool,
    out: NDArray[np.float32],
) -> None:
    """Add the active voices to `out` (frames, 1 or 2): partials, and `breath` times the rest.

    What the network has drawn gets its level and is de-emphasised; or it is the noise. A voice
    whose choke has ended becomes free. [render]
    """
    c = controls[0]
    offset_share, fall, glide_share = voice.shares_of(c)
    for i in active:
        v = voices[i]
        for t in range(frames):
            rest = float(noise[i, t])
            if drawn:
                level = 10.0 ** (levels_db[i, t] / 20.0) / CODED_RMS
                rest = voice.deemphasised(v, c, amplitudes[codes[i, t]] * level, offset_share)
            y = (partials[i, t] + breath * rest) * gains[i, t]
            voice.give_out(v, y, fall, glide_share, out, t)
        voice.free_if_choked(v)
