"""Measurement of the mean envelopes of recorded notes. [control]"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .corpus import Corpus
from .envelope import (
    GRID,
    GRID_SECONDS,
    LATER_SECONDS,
    VELOCITIES,
    ZONE_LOW,
    ZONE_SPAN,
    ZONES,
    Envelope,
    layer_of,
)
from .notes import FADE_SECONDS, Note, level_frames

_ZONE_WIDTH = 3.0  # semitones, standard deviation of a note's weight around a zone's centre
_STEADY_DB_PER_SECOND = 6.0  # slower decays are fluctuations of a sustained instrument
_DEFAULT_RELEASE = -200.0  # dB per second, if no recording has a release
_DEFAULT_DYNAMICS = 40.0  # dB a decade of velocity, where all recordings have one (SoundFont 2.04)
_MOST_DYNAMICS = 80.0


@dataclass(frozen=True)
class LevelTrack:
    """The measured level of one recorded note, from its onset."""

    instrument: int
    pitch: float  # MIDI note number
    velocity: float  # 0 … 1
    level_db: NDArray[np.float32]  # (frames,)
    release_frame: int  # release of the key; `len(level_db)` if it was held to the end
    blur: int = 0  # frames around the release, or the end, whose level is not that of a held note

    @property
    def held_db(self) -> NDArray[np.float32]:
        """Return the levels of the held note, at least one."""
        return self.level_db[: max(self.release_frame - self.blur, 1)]


def level_tracks(sounds: Sequence[object], sample_rate: int) -> list[LevelTrack]:
    """Return the level tracks of a corpus's recorded notes."""
    return [
        LevelTrack(
            note.instrument, note.pitch, note.velocity, note.level_db, note.release_frame,
            _blur(note, sample_rate),
        )
        for note in sounds
        if isinstance(note, Note) and not note.filled
    ]  # fmt: skip


def _blur(note: Note, sample_rate: int) -> int:
    """Return half of the level's window; at the end of a recording add an editor's fade."""
    fade = int(FADE_SECONDS * sample_rate) if note.held else 0
    return fade + level_frames(note.pitch, sample_rate) // 2


def envelope_of(corpus: Corpus, sample_rate: int) -> Envelope:
    """Return the envelopes of a corpus's instruments."""
    tracks = level_tracks((*corpus.training, *corpus.held_out), sample_rate)
    return measure(tracks, len(corpus.instruments), sample_rate)


def measure(tracks: Sequence[LevelTrack], instruments: int, sample_rate: int) -> Envelope:
    """Return the mean envelopes of recorded notes; every instrument needs at least one."""
    centres = ZONE_LOW + ZONE_SPAN * np.arange(ZONES)
    parts = []
    for instrument in range(instruments):
        own = [track for track in tracks if track.instrument == instrument]
        dynamics = dynamics_of(own, sample_rate)
        holds = np.array([_hold_slopes(track, sample_rate) for track in own])  # (notes, 2)
        curves = np.array(
            [
                _held_curve(track, hold, sample_rate) - _at(dynamics, track.velocity)
                for track, hold in zip(own, holds, strict=True)
            ]
        )
        releases = np.array([_release_slope(track, sample_rate) for track in own])
        distance = (centres[:, None] - np.array([track.pitch for track in own])) / _ZONE_WIDTH
        near = np.exp(-0.5 * (distance**2 - (distance**2).min(axis=1, keepdims=True)))
        near /= near.sum(axis=1, keepdims=True)  # (Z, notes)
        falls = np.median(holds[:, 0]) < -_STEADY_DB_PER_SECOND
        hold = near @ holds if falls else np.zeros((ZONES, 2))
        parts.append((near @ curves, hold, near @ releases, dynamics))
    return Envelope(*(np.array(part, np.float32) for part in zip(*parts, strict=True)))


def _at(dynamics: NDArray[np.floating], velocity: float) -> float:
    """Return the decibels of a velocity in a table of dynamics (5,)."""
    layer, part = layer_of(velocity)
    return float((1 - part) * dynamics[layer] + part * dynamics[layer + 1])


def dynamics_of(tracks: Sequence[LevelTrack], sample_rate: int) -> NDArray[np.float64]:
    """Return (5,) dB at VELOCITIES: a line with bends at the recorded ones, plus a parabola of
    pitch.
    """
    log = np.log10(np.maximum([track.velocity for track in tracks], VELOCITIES[0]))
    wanted = np.log10(VELOCITIES)
    nodes = np.unique(np.round(log, 2))
    if np.ptp(nodes) < 0.1:
        return np.asarray(_DEFAULT_DYNAMICS * (wanted - log.mean()), np.float64)
    if len(nodes) > len(VELOCITIES):
        nodes = np.linspace(nodes[0], nodes[-1], len(VELOCITIES))
    hats = np.stack([np.interp(log, nodes, hat) for hat in np.eye(len(nodes))], axis=1)
    height = np.array([track.pitch for track in tracks]) / ZONE_LOW - 2.5
    loudness = [track.level_db[: sample_rate // 2].max() for track in tracks]
    terms = np.concatenate([hats, height[:, None], height[:, None] ** 2], axis=1)
    known = np.linalg.lstsq(terms, np.array(loudness), rcond=None)[0][: len(nodes)]
    slopes = np.clip(np.diff(known) / np.diff(nodes), 0.0, _MOST_DYNAMICS)
    known = np.concatenate([[0.0], np.cumsum(slopes * np.diff(nodes))])
    below = slopes[0] * np.minimum(wanted - nodes[0], 0.0)
    above = slopes[-1] * np.maximum(wanted - nodes[-1], 0.0)
    table = np.interp(wanted, nodes, known) + below + above
    return np.asarray(table - np.interp(log, nodes, known).mean(), np.float64)


def _hold_slopes(track: LevelTrack, sample_rate: int) -> tuple[float, float]:
    """Return dB per second, at most 0: after the grid's end, or in the later half; and later
    still.
    """
    held = track.held_db
    start, bend = ((GRID - 1) * GRID_SECONDS, (GRID - 1) * GRID_SECONDS + LATER_SECONDS)
    seconds = len(held) / sample_rate
    start = min(start, seconds / 2)
    first = _slope(held, start, min(bend, seconds), sample_rate)
    if seconds < bend + 0.5:
        return first, first
    return first, _slope(held, bend, seconds, sample_rate)


def _slope(level_db: NDArray[np.float32], start: float, end: float, sample_rate: int) -> float:
    """Return dB per second between two times, at most 0; 0 if the part is too short."""
    part = level_db[int(start * sample_rate) : int(end * sample_rate)]
    if len(part) < sample_rate // 10:
        return 0.0
    slope = np.polyfit(np.arange(len(part)) / sample_rate, part, 1)[0]
    return float(np.clip(slope, -200.0, 0.0))


def _held_curve(
    track: LevelTrack, hold: NDArray[np.float64], sample_rate: int
) -> NDArray[np.float64]:
    """Return levels (G,) while held; after the recording's end they follow the hold slope."""
    seconds = np.arange(GRID) * GRID_SECONDS
    held = track.held_db
    end = (len(held) - 1) / sample_rate
    known = held[(np.minimum(seconds, end) * sample_rate).astype(int)]
    return np.asarray(known + hold[0] * np.maximum(seconds - end, 0.0), np.float64)


def _release_slope(track: LevelTrack, sample_rate: int) -> float:
    """Return dB per second from note-off until 40 dB lower or the end."""
    falling = track.level_db[track.release_frame :]
    if len(falling) < sample_rate // 50:
        return _DEFAULT_RELEASE
    low = np.flatnonzero(falling < falling[0] - 40.0)
    frames = max(int(low[0]) if len(low) else len(falling) - 1, 1)
    slope = (falling[frames] - falling[0]) * sample_rate / frames
    return float(np.clip(slope, -1000.0, -20.0))
