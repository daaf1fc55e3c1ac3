"""Measurement of the tables that play recorded notes. [control]"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ..notes.corpus import MAX_NOTE_SECONDS
from ..notes.envelope_measuring import LevelTrack, dynamics_of
from ..notes.notes import FADE_SECONDS, find_release, measure_level, trim_to_onset
from ..notes.recordings import Recording
from .course import DEFAULT_RELEASE, RELEASE_MOMENTS, followed, released
from .grid import NOISE_POINTS, SILENT_DB, STEP_DB, TIMES, band_of_bins, encode
from .liveliness import Wavering, summary, wavering
from .loudness import gain_to_loudness
from .noise import bands_of, window_frames
from .partials import (
    DENSE_SECONDS,
    HOP_SECONDS,
    LATER_PERIODS,
    LATER_SECONDS,
    PERIODS,
    SLOW_SECONDS,
    Partials,
    heterodyned,
    partials_of,
    resynthesised,
)
from .tables import Tables, layers_of

STEADY_DB_PER_SECOND = -1.0  # an instrument whose notes fall more slowly is a sustained one
ENSEMBLE = 0.05  # wavering part of the power above which tables hold mean levels
STILL_FROM = 0.5  # seconds after which an ensemble has one level, until twice as long blended
WEAKEST_DB = -110.0  # a partial that is never louder re full scale is left out
TOLD_DB = -50.0  # re the strongest partial: the release of weaker ones is not measured
ABOVE_FLOOR = 8.0  # a partial counts if its power is this many times the noise's


@dataclass(frozen=True)
class Analysed:
    """A recorded note taken apart."""

    instrument: int
    pitch: float
    velocity: float
    partials: Partials
    early: NDArray[np.float32]  # (frames,) the first DENSE_SECONDS as recorded …
    residual: NDArray[np.float32]  # (frames,) … and without the partials
    release: NDArray[np.float64]  # (RELEASE_MOMENTS, K) magnitudes
    noise: NDArray[np.float64]  # (NOISE_POINTS, BANDS) dB
    track: LevelTrack
    held: bool  # to the end of the recording


def analysed(recording: Recording, sample_rate: int, hold_seconds: float) -> Analysed:
    """Return a note's partials and what is left without them."""
    clip = recording.clip
    assert clip.pitch is not None
    assert clip.velocity is not None
    signal = trim_to_onset(recording.signal, sample_rate)[: int(MAX_NOTE_SECONDS * sample_rate)]
    level = measure_level(signal, clip.pitch, sample_rate)
    let_go = find_release(level, sample_rate, clip.hold_seconds or hold_seconds)
    sounding = signal[:let_go]
    partials = partials_of(sounding, clip.pitch, sample_rate, TIMES)
    after = let_go / sample_rate + RELEASE_MOMENTS
    width = max(LATER_PERIODS / 2 / partials.frequencies[0], LATER_SECONDS / 2)
    release = np.abs(heterodyned(signal, partials.frequencies, after, width, sample_rate))
    early = sounding[: int(DENSE_SECONDS * sample_rate)]
    residual = early - resynthesised(partials, len(early), sample_rate)
    blur = int(FADE_SECONDS * sample_rate) if let_go >= len(signal) else 0
    track = LevelTrack(recording.instrument, clip.pitch, clip.velocity, level, let_go, blur)
    return Analysed(
        recording.instrument, clip.pitch, clip.velocity, partials, early, residual, release,
        bands_of(residual, sample_rate), track, let_go >= len(signal),
    )  # fmt: skip


def tables_of(
    notes: Sequence[Analysed], floors: Sequence[NDArray[np.float64]], sample_rate: int
) -> Tables:
    """Return the tables of I instruments, each with the noise floor (BANDS,) of its recordings."""
    notes = sorted(notes, key=lambda note: (note.instrument, note.pitch, note.velocity))
    instruments = range(len(floors))
    own = [[note for note in notes if note.instrument == index] for index in instruments]
    steady = [_is_steady([note.track for note in mine], sample_rate) for mine in own]
    alive, wander = zip(
        *(
            _alive(mine, floors[index], sample_rate) if steady[index] else summary([])
            for index, mine in enumerate(own)
        ),
        strict=True,
    )
    rows = [
        _rows(note, floors[note.instrument], steady[note.instrument],
              float(alive[note.instrument][:, 0].mean()) > ENSEMBLE, sample_rate)
        for note in notes
    ]  # fmt: skip
    noises = [
        _noise(note, floors[note.instrument], steady[note.instrument], row)
        for note, row in zip(notes, rows, strict=True)
    ]
    instrument = np.array([note.instrument for note in notes], np.int32)
    pitch = np.array([note.pitch for note in notes], np.float32)
    velocity = np.array([note.velocity for note in notes], np.float32)
    tables = Tables(
        instrument=instrument, pitch=pitch, velocity=velocity,
        stretch=np.array([note.partials.stretch for note in notes], np.float32),
        first=np.cumsum([0, *(len(row.tail) for row in rows)]).astype(np.int32),
        level=np.concatenate([row.level for row in rows]),
        tail=np.concatenate([row.tail for row in rows]),
        release=np.concatenate([row.release for row in rows]),
        noise=np.array([noise.level for noise in noises]),
        noise_tail=np.array([noise.tail[0] for noise in noises], np.float32),
        noise_release=np.array([noise.release[0] for noise in noises], np.float32),
        dynamics=np.array(
            [dynamics_of([note.track for note in mine], sample_rate) for mine in own], np.float32
        ),
        alive=np.array(alive, np.float32), wander=np.array(wander, np.float32),
        gain=np.zeros(len(own), np.float32),
        layers=layers_of(instrument, pitch, velocity, len(own)),
    )  # fmt: skip
    gains = [gain_to_loudness(tables, index) for index in instruments]
    return tables._replace(gain=np.array(gains, np.float32))


@dataclass(frozen=True)
class _Rows:
    level: NDArray[np.uint8]
    tail: NDArray[np.float32]
    release: NDArray[np.float32]


def _is_steady(tracks: Sequence[LevelTrack], sample_rate: int) -> bool:
    """Return True if held notes stay: judged from a second on, or over the later half."""
    slopes = []
    for track in tracks:
        held = track.held_db[:: sample_rate // 100]
        later = held[min(100, len(held) // 2) :]
        slopes.append(np.polyfit(np.arange(len(later)) / 100, later, 1)[0] if len(later) > 9 else 0)
    return float(np.median(slopes)) > STEADY_DB_PER_SECOND


def _alive(
    notes: Sequence[Analysed], floor: NDArray[np.float64], sample_rate: int
) -> tuple[NDArray[np.float32], float]:
    found: Iterator[Wavering | None] = (
        wavering(note.partials, _hidden(note.partials, floor, sample_rate, DENSE_SECONDS / 30))
        for note in notes
    )
    return summary([one for one in found if one is not None])


def _hidden(
    partials: Partials, floor: NDArray[np.float64], sample_rate: int, width: float
) -> NDArray[np.float64]:
    """Return (K,) amplitudes that the noise floor has in a window of `width` seconds."""
    bins = band_of_bins(window_frames(sample_rate), sample_rate)
    nearest = np.rint(partials.frequencies / (sample_rate / 2) * (len(bins) - 1)).astype(int)
    density = floor[bins[np.minimum(nearest, len(bins) - 1)]]
    return np.asarray(np.sqrt(density * 4 * 1.5 / (width * sample_rate)))


def _rows(
    note: Analysed, floor: NDArray[np.float64], steady: bool, ensemble: bool, sample_rate: int
) -> _Rows:
    """Return the partials of a note from the first to the last that is ever heard."""
    first = note.partials.frequencies[0]
    wide, slow = max(LATER_PERIODS / first, LATER_SECONDS), max(PERIODS / first, SLOW_SECONDS)
    room = _hidden(note.partials, floor, sample_rate, wide) ** 2
    hidden = np.outer(np.where(TIMES > DENSE_SECONDS, 1.0, wide / slow), room)
    end = (note.track.release_frame - note.track.blur) / sample_rate
    inside = max(end - LATER_SECONDS, 0.05) > TIMES
    net = _powers(note.partials, ensemble, inside) - hidden
    known = (net > (ABOVE_FLOOR - 1) * hidden) & (net > 1e-13) & inside[:, None]
    level_db = 10 * np.log10(np.maximum(net, 1e-13))
    courses = [followed(level_db[:, k], known[:, k], steady) for k in range(level_db.shape[1])]
    heard = np.flatnonzero([course.max() > WEAKEST_DB for course, _ in courses])
    kept = courses[: int(heard[-1]) + 1 if len(heard) else 1]
    release_db = 10 * np.log10(np.maximum(note.release**2 - 2 * room, 1e-13))
    known_later = note.release**2 > ABOVE_FLOOR * 2 * room
    return _Rows(
        np.array([encode(course) for course, _ in kept]),
        np.array([tail for _, tail in kept], np.float32),
        _releases(note, release_db, known_later)[: len(kept)],
    )


def _releases(
    note: Analysed, release_db: NDArray[np.float64], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return (K,) dB per second after note-off; weak partials, often noise, fall as strong ones."""
    told = known[:2].all(axis=0) & (release_db[0] > release_db[0].max() + TOLD_DB)
    if note.held or not told.any():
        return np.full(release_db.shape[1], DEFAULT_RELEASE, np.float32)
    slopes = [released(release_db[:, k], known[:, k]) for k in np.flatnonzero(told)]
    releases = np.full(release_db.shape[1], np.median(slopes), np.float32)
    releases[told] = slopes
    return releases


def _powers(partials: Partials, ensemble: bool, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (POINTS, K) squared amplitudes; of ensembles without their wavering."""
    dense = np.abs(partials.amplitudes) ** 2
    at = np.arange(len(dense)) * HOP_SECONDS
    power = np.square(partials.later)
    early = at[-1] >= TIMES
    if not ensemble:
        power[early] = dense[(TIMES[early] / HOP_SECONDS).round().astype(int)]
        return power
    power[early] = _evened(dense)[(TIMES[early] / HOP_SECONDS).round().astype(int)]
    settled = inside & (min(STILL_FROM, at[-1] / 2) < TIMES)
    if not settled.any():
        return power
    part = np.where(early, np.clip((TIMES - STILL_FROM) / STILL_FROM, 0, 1), 1)[:, None]
    return np.asarray((1 - part) * power + part * power[settled].mean(0))


def _evened(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return powers averaged over increasing times, from none at the onset on."""
    at = np.arange(len(power)) * HOP_SECONDS
    for count, start in ((9, 0.04), (41, 0.15), (81, 0.3)):
        averaged = uniform_filter1d(power, count, axis=0, mode="nearest")
        part = np.clip((at - start) / start, 0, 1)[:, None]
        power = (1 - part) * power + part * averaged
    return power


def _noise(note: Analysed, floor: NDArray[np.float64], steady: bool, rows: _Rows) -> _Rows:
    """Return the bands of the rest without the room's noise, and their decay."""
    power = 10 ** (note.noise / 10)
    net = np.maximum(power - 2 * floor, power * 1e-3)
    level_db = np.maximum(10 * np.log10(net), SILENT_DB)
    total = 10 * np.log10(net.mean(axis=1))
    tail = 0.0
    if not steady:
        later = slice(NOISE_POINTS // 2, None)
        slope = np.polyfit(TIMES[:NOISE_POINTS][later], total[later], 1)[0]
        tail = float(np.clip(slope, -200.0, -3.0))
    strong = 10.0 ** (-0.1 * STEP_DB * rows.level[:, NOISE_POINTS // 2].astype(float))
    release = float(strong @ rows.release / strong.sum())  # the partials' own
    return _Rows(encode(level_db.T), np.array([tail], np.float32), np.array([release], np.float32))


def size_of(tables: Tables) -> int:
    """Return how many bytes the tables take in a model file."""
    return sum(tensor.nbytes for tensor in tables.to_tensors().values())
