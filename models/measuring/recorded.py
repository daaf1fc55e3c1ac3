"""Instruments against their recordings, note by note, and whether held keys go on. [control]"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rtaudiogen.generator import Generator

from ..playing.codes.rendered import play_note
from ..sounds.notes.notes import find_release, measure_level, trim_to_onset
from ..sounds.notes.recordings import Recording
from .note_metrics import (
    Signal,
    attack_seconds,
    fluctuation_db,
    level_db,
    mel_distance_db,
    noise_ratio_db,
)
from .played import judge_pitches, worst_drop

COMPARED_SECONDS = 1.0
EARLY, LATE = 0.1, 2.9  # seconds between which a decay is measured
MOST_NOTES = 10  # of an instrument
MEZZO_FORTE = 0.63


def judge_recorded(
    generator: Generator, instruments: Sequence[str], recordings: Sequence[Recording],
    hold_seconds: float, pitch_step: int = 4,
) -> dict[str, Any]:  # fmt: skip
    """Return medians of every instrument over recordings, those of the recordings beside.

    Notes are compared while they are held, at the recordings' level; `hold_seconds` says when the
    recorded keys were let go (0: find out). Pitches are played in steps of `pitch_step`, drops on
    every key.
    """
    judged: dict[str, Any] = {}
    for index, name in enumerate(instruments):
        own = [each for each in recordings if each.instrument == index]
        judged[name] = {
            **_of_notes(generator, own, hold_seconds),
            **_velocity_range(generator, own),
            **judge_pitches(generator, index, MEZZO_FORTE, pitch_step),
            **worst_drop(generator, index),
        }
    return judged


def _of_notes(
    generator: Generator, recordings: Sequence[Recording], hold_seconds: float
) -> dict[str, float]:
    if not recordings:
        return {}
    chosen = np.unique(np.linspace(0, len(recordings) - 1, MOST_NOTES).astype(int))
    rows = [_compared(generator, recordings[place], hold_seconds) for place in chosen]
    return {key: _median([row[key] for row in rows]) for key in rows[0]}


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return round(float(np.median(known)), 2) if known else float("nan")


def _compared(generator: Generator, recording: Recording, hold_seconds: float) -> dict[str, float]:
    rate, clip = generator.sample_rate, recording.clip
    assert clip.pitch is not None
    assert clip.velocity is not None
    real = trim_to_onset(recording.signal, rate)
    let_go = find_release(measure_level(real, clip.pitch, rate), rate, hold_seconds)
    real = real[:let_go]
    key = round(clip.pitch)
    made = play_note(generator, recording.instrument, key, clip.velocity, max(LATE, 1) + 0.2)
    made = trim_to_onset(made, rate)
    gain = 10 ** ((level_db(real, 0.3, rate, 0.2) - level_db(made, 0.3, rate, 0.2)) / 20)
    frames = int(COMPARED_SECONDS * rate)
    row = {
        "mel_distance_db": mel_distance_db(made[:frames] * np.float32(gain), real[:frames], rate)
    }
    for name, each in (("", made), ("real_", real)):
        row |= {
            f"{name}noise_ratio_db": noise_ratio_db(each, clip.pitch, rate),
            f"{name}attack_ms": 1000 * attack_seconds(each[:frames], rate),
            f"{name}fluctuation_db": fluctuation_db(each, clip.pitch, rate),
            f"{name}decay_db": _decay(each, rate),
        }
    return row


def _decay(signal: Signal, rate: int) -> float:
    """Return the level at LATE re the one at EARLY; not a number if the note is shorter."""
    if len(signal) < (LATE + 0.08) * rate:
        return float("nan")
    return level_db(signal, LATE, rate) - level_db(signal, EARLY, rate)


def _velocity_range(generator: Generator, recordings: Sequence[Recording]) -> dict[str, float]:
    """Return the dB between the loudest and the softest recordings of the same pitches."""
    velocities = sorted({each.clip.velocity or 0.0 for each in recordings})
    if len(velocities) < 2:
        return {}
    made, real = [], []
    for key in sorted({round(each.clip.pitch or 0) for each in recordings})[:MOST_NOTES]:
        ends = [[each for each in recordings
                 if round(each.clip.pitch or 0) == key and each.clip.velocity == velocity]
                for velocity in (velocities[0], velocities[-1])]  # fmt: skip
        if not all(ends):
            continue
        levels = [level_db(end[0].signal, 0.3, generator.sample_rate, 0.25) for end in ends]
        real.append(levels[1] - levels[0])
        levels = [
            level_db(
                play_note(generator, end[0].instrument, key, end[0].clip.velocity or 0.0, 0.6),
                0.3, generator.sample_rate, 0.25,
            )
            for end in ends
        ]  # fmt: skip
        made.append(levels[1] - levels[0])
    return {"velocity_range_db": _median(made), "real_velocity_range_db": _median(real)}
