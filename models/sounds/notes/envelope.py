"""How loud a note is: per instrument and pitch zone, the mean of the notes that were trained on.

The network is told the level of every frame. In training that is the recording's own level; in
play it comes from here, so that a held note goes on as its instrument does, and can neither stay
silent nor run away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

ZONE_LOW, ZONE_SPAN, ZONES = 24.0, 6.0, 15  # zone z is centred on MIDI note 24 + 6z: C1 … C8
GRID_SECONDS, GRID = 0.01, 101  # level points at 0, 10 ms … 1 s after the onset
SILENT_DB = -120.0  # the lowest level that is ever looked up

_ZONE_WIDTH = 3.0  # semitones, standard deviation of a note's weight around a zone's centre
_STEADY_DB_PER_SECOND = 6.0  # slower decays are a sustained instrument's own wavering
_DEFAULT_RELEASE = -200.0  # dB per second, where no recording has a release
_DEFAULT_DYNAMICS = 24.0  # dB from velocity 0 to 1, where all recordings have one velocity


class Envelope(NamedTuple):
    """Levels of I instruments in Z pitch zones at G points in time; a plain tuple for numba."""

    level: NDArray[np.float32]  # (I, Z, G) RMS dB re full scale while held, at reference velocity
    hold: NDArray[np.float32]  # (I, Z) dB per second after the last point, ≤ 0
    release: NDArray[np.float32]  # (I, Z) dB per second after note-off, < 0
    velocity: NDArray[np.float32]  # (I, 2) dB per unit of velocity ≥ 0, reference velocity 0 … 1

    def to_tensors(self) -> dict[str, NDArray[np.float32]]:
        """Under the names they have in a model file."""
        return {f"envelope.{name}": value for name, value in self._asdict().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "Envelope":
        """From a model file's tensors; KeyError if it has none (a texture)."""
        return cls(*(np.asarray(tensors[f"envelope.{name}"], np.float32) for name in cls._fields))


@cached_njit(nogil=True)
def level_db(
    envelope: Envelope,
    weights: NDArray[np.float32],
    pitch: float,
    velocity: float,
    since_onset: float,
    since_release: float,
) -> float:
    """RMS level of a note's frame, in dB re full scale, never below SILENT_DB. [render]

    `weights` (I,) mix the instruments' decibels and sum to 1; `pitch` as a MIDI note number,
    fractions allowed; `velocity` 0 … 1; times in seconds, `since_release` < 0 while held.
    Continuous in all of them, rising with velocity, falling with time after the first second.
    """
    zone, zone_part = _split((pitch - ZONE_LOW) / ZONE_SPAN, ZONES)
    released = max(since_release, 0.0)
    held = max(since_onset - released, 0.0)
    point, point_part = _split(held / GRID_SECONDS, GRID)
    beyond = max(held - (GRID - 1) * GRID_SECONDS, 0.0)
    total = 0.0
    for i in range(weights.shape[0]):
        if weights[i] == 0.0:
            continue
        sum_db = envelope.velocity[i, 0] * (velocity - envelope.velocity[i, 1])
        for z, share in ((zone, 1.0 - zone_part), (zone + 1, zone_part)):
            start, end = envelope.level[i, z, point], envelope.level[i, z, point + 1]
            in_zone = start + point_part * (end - start)
            in_zone += envelope.hold[i, z] * beyond + envelope.release[i, z] * released
            sum_db += share * in_zone
        total += weights[i] * sum_db
    return max(total, SILENT_DB)


@cached_njit(nogil=True)
def _split(position: float, points: int) -> tuple[int, float]:
    """Index and fraction of a position between `points` points, clamped to them."""
    position = min(max(position, 0.0), points - 1.0)
    index = min(int(position), points - 2)
    return index, position - index


@dataclass(frozen=True)
class LevelTrack:
    """The measured level of one recorded note, from its onset."""

    instrument: int
    pitch: float  # MIDI note number
    velocity: float  # 0 … 1
    level_db: NDArray[np.float32]  # (frames,)
    release_frame: int  # the key was let go here; `len(level_db)` if it was held to the end


def measure(tracks: Sequence[LevelTrack], instruments: int, sample_rate: int) -> Envelope:
    """The mean envelopes of recorded notes; every instrument needs at least one."""
    centres = ZONE_LOW + ZONE_SPAN * np.arange(ZONES)
    parts = []
    for instrument in range(instruments):
        own = [track for track in tracks if track.instrument == instrument]
        dynamics, reference = _dynamics(own, sample_rate)
        holds = np.array([_hold_slope(track, sample_rate) for track in own])
        curves = np.array(
            [
                _held_curve(track, hold, sample_rate) - dynamics * (track.velocity - reference)
                for track, hold in zip(own, holds, strict=True)
            ]
        )
        releases = np.array([_release_slope(track, sample_rate) for track in own])
        distance = (centres[:, None] - np.array([track.pitch for track in own])) / _ZONE_WIDTH
        near = np.exp(-0.5 * (distance**2 - (distance**2).min(axis=1, keepdims=True)))
        near /= near.sum(axis=1, keepdims=True)  # (Z, notes)
        hold = near @ holds if np.median(holds) < -_STEADY_DB_PER_SECOND else np.zeros(ZONES)
        parts.append((near @ curves, hold, near @ releases, (dynamics, reference)))
    return Envelope(*(np.array(part, np.float32) for part in zip(*parts, strict=True)))


def _dynamics(tracks: Sequence[LevelTrack], sample_rate: int) -> tuple[float, float]:
    """(dB per unit of velocity, mean velocity): a fit beside a parabola over pitch."""
    velocity = np.array([track.velocity for track in tracks])
    reference = float(velocity.mean())
    if np.ptp(velocity) < 0.1:
        return _DEFAULT_DYNAMICS, reference
    height = np.array([track.pitch for track in tracks]) / ZONE_LOW - 2.5
    loudness = [track.level_db[: sample_rate // 2].max() for track in tracks]
    terms = np.stack([velocity, np.ones_like(velocity), height, height**2], axis=1)
    slope = float(np.linalg.lstsq(terms, np.array(loudness), rcond=None)[0][0])
    return float(np.clip(slope, 0.0, 60.0)), reference


def _hold_slope(track: LevelTrack, sample_rate: int) -> float:
    """dB per second over the later half of the held part, at most 0."""
    held = track.level_db[: track.release_frame]
    later = held[len(held) // 2 :]
    if len(later) < sample_rate // 10:
        return 0.0
    slope = np.polyfit(np.arange(len(later)) / sample_rate, later, 1)[0]
    return float(np.clip(slope, -200.0, 0.0))


def _held_curve(track: LevelTrack, hold: float, sample_rate: int) -> NDArray[np.float64]:
    """(G,) levels while held; beyond the recording's end they follow the hold slope."""
    seconds = np.arange(GRID) * GRID_SECONDS
    held = track.level_db[: max(track.release_frame, 1)]
    end = (len(held) - 1) / sample_rate
    known = held[(np.minimum(seconds, end) * sample_rate).astype(int)]
    return np.asarray(known + hold * np.maximum(seconds - end, 0.0), np.float64)


def _release_slope(track: LevelTrack, sample_rate: int) -> float:
    """dB per second from note-off until 40 dB lower or the end."""
    falling = track.level_db[track.release_frame :]
    if len(falling) < sample_rate // 50:
        return _DEFAULT_RELEASE
    low = np.flatnonzero(falling < falling[0] - 40.0)
    frames = max(int(low[0]) if len(low) else len(falling) - 1, 1)
    slope = (falling[frames] - falling[0]) * sample_rate / frames
    return float(np.clip(slope, -1000.0, -20.0))
