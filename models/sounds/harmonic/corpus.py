"""A folder of notes taken apart: tables of its partials, and what is left to learn. [control]"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from ..notes.corpus import Corpus
from ..notes.notes import Note, measure_phase
from ..notes.recordings import Recording, read_recordings
from ..say import Say
from .coding import CODED_LEVEL_DB, CODED_RMS
from .grid import BANDS, NOISE_POINTS, TIMES, band_of_bins
from .measuring import Analysed, analysed, tables_of
from .noise import window_frames
from .room import floor_of
from .tables import Tables

LEAST_LEVEL_DB = -120.0


def read_harmonic(
    folder: Path, sample_rate: int, instruments: Sequence[str], hold_seconds: float,
    preemphasis: float, say: Say = print,
) -> tuple[Corpus, Tables]:  # fmt: skip
    """Return what is left of a folder's notes beside their partials, and tables of both.

    The tables hold every note, for a table is no guess; what a network learns is held out as of
    whole notes. UsageError or RtAudioGenError in one line.
    """
    names, recordings, licences = read_recordings(folder, sample_rate, instruments, say)
    notes, tables = _taken_apart(names, recordings, sample_rate, hold_seconds, say)
    return rest_of(names, recordings, notes, licences, sample_rate, preemphasis), tables


def read_tables(
    folder: Path, sample_rate: int, instruments: Sequence[str], hold_seconds: float, say: Say
) -> Tables:
    """Return the tables of a folder's notes. UsageError or RtAudioGenError in one line."""
    names, recordings, _ = read_recordings(folder, sample_rate, instruments, say)
    return _taken_apart(names, recordings, sample_rate, hold_seconds, say)[1]


def _taken_apart(
    names: tuple[str, ...], recordings: Sequence[Recording], sample_rate: int,
    hold_seconds: float, say: Say,
) -> tuple[list[Analysed], Tables]:  # fmt: skip
    notes = [analysed(each, sample_rate, hold_seconds) for each in recordings]
    floors = []
    for index, name in enumerate(names):
        own = [each for each in recordings if each.instrument == index]
        floors.append(floor_of(own, sample_rate))
        spared = sum(each.spared for each in own)
        say(f"{name}: {len(own) - spared} notes, {spared} held out")
    return notes, tables_of(notes, floors, sample_rate)


def rest_of(
    names: tuple[str, ...], recordings: Sequence[Recording], notes: Sequence[Analysed],
    licences: tuple[str, ...], sample_rate: int, preemphasis: float,
) -> Corpus:  # fmt: skip
    """Return the notes without their partials, as a network learns them."""
    rests = [coded_rest(note, sample_rate, preemphasis) for note in notes]
    pairs = list(zip(rests, recordings, strict=True))
    kept = [rest for rest, recording in pairs if not recording.spared]
    spared = [rest for rest, recording in pairs if recording.spared]
    return Corpus(names, kept, spared, licences)


def coded_rest(note: Analysed, sample_rate: int, preemphasis: float) -> Note:
    """Return a residual whose pre-emphasised level is CODED_RMS throughout.

    Its level goes beside it, and in play comes from the tables: so it is right whatever is drawn.
    """
    signal = note.residual
    level_db = emphasised_db(note.noise, sample_rate, preemphasis)
    seconds = np.arange(len(signal)) / sample_rate
    level_db = np.interp(seconds, TIMES[:NOISE_POINTS], level_db)
    emphasised = lfilter([1.0, -preemphasis], [1.0], signal)
    even = CODED_RMS * emphasised * 10 ** (-level_db / 20)
    phase, pitch = measure_phase(note.early, note.pitch, sample_rate)
    return Note(
        note.instrument, pitch, note.velocity,
        lfilter([1.0], [1.0, -preemphasis], np.clip(even, -1, 1)).astype(np.float32),
        phase[: len(signal)], (level_db + CODED_LEVEL_DB).astype(np.float32), len(signal),
    )  # fmt: skip


def emphasised_db(
    bands_db: NDArray[np.float64], sample_rate: int, preemphasis: float
) -> NDArray[np.float64]:
    """Return (moments,) RMS in dB, after pre-emphasis, of noise in bands (moments, BANDS)."""
    bins = window_frames(sample_rate) // 2
    turn = np.exp(-1j * np.pi * np.arange(bins + 1) / bins)
    left = np.bincount(
        band_of_bins(2 * bins, sample_rate), np.abs(1 - preemphasis * turn) ** 2, BANDS
    )
    power = 10 ** (bands_db / 10) @ left / (bins + 1)
    return np.asarray(np.maximum(10 * np.log10(power + 1e-13), LEAST_LEVEL_DB))
