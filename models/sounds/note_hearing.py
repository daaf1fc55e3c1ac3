"""Comparison of written pitches with the sound: other octave conventions, titles taken for
notes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .audio_folder import Clip
from .pitch import estimate_pitch
from .say import Say, printable

Sound = tuple[Clip, NDArray[np.float32]]  # mono, (frames,)

CHECKED = 12  # labelled files whose pitch is compared with their sound
TOLERANCE = 1.5  # semitones
OCTAVES = (-3, -2, -1, 1, 2, 3)
AGREED = 0.6  # of the compared files must imply the same octave


def heard(sounds: Sequence[Sound], sample_rate: int) -> list[tuple[Clip, float]]:
    """Return labelled clips and the MIDI note numbers at which they sound, a few of all. [control]

    Note names come first, because their octaves are uncertain. Sounds without a clear pitch are
    left out.
    """
    labelled = [sound for sound in sounds if sound[0].pitch is not None]
    spelled = [sound for sound in labelled if sound[0].spelled]
    asked = spelled or labelled
    if not asked:
        return []
    chosen = np.unique(np.linspace(0, len(asked) - 1, CHECKED).astype(int))
    pitches = [(asked[i][0], estimate_pitch(asked[i][1], sample_rate)) for i in chosen]
    return [(clip, pitch) for clip, pitch in pitches if pitch is not None]


def with_heard_octaves(
    sounds: Sequence[Sound], sample_rate: int, say: Say
) -> tuple[list[Sound], list[tuple[Clip, float]]]:
    """Return the sounds with one octave convention for all note names, and the compared ones.

    A note that is in every name but not in the sound is part of a title, and no label. [control]
    """
    compared = heard(sounds, sample_rate)
    shift = _octave_shift(compared)
    if shift:
        clip, pitch = next(pair for pair in compared if abs(_off(*pair) - shift) <= TOLERANCE)
        written = clip.pitch or 0.0
        say(
            f"{_counted_from(shift)} in these names: {printable(clip.path.name)} sounds at "
            f"{pitch:.0f}, not at {written:.0f}; all note names are read this way"
        )
        compared = [(_shifted(clip, shift), pitch) for clip, pitch in compared]
        return [(_shifted(clip, shift), signal) for clip, signal in sounds], compared
    if _is_title(sounds, compared):
        say(
            f"the note in every name differs from the sound ({printable(compared[0][0].path.name)} "
            f"sounds at {compared[0][1]:.0f}): it is read as part of a title"
        )
        unlabelled = [
            (replace(clip, pitch=None, spelled=False) if clip.spelled else clip, signal)
            for clip, signal in sounds
        ]
        return unlabelled, []
    return list(sounds), compared


def _octave_shift(compared: Sequence[tuple[Clip, float]]) -> int:
    """Return the semitones by which most note names are below the sound, in whole octaves."""
    offs = [_off(clip, pitch) for clip, pitch in compared if clip.spelled]
    votes = Counter(
        octaves for octaves in (*OCTAVES, 0) for off in offs if abs(off - 12 * octaves) <= TOLERANCE
    )
    if not votes:
        return 0
    octaves, count = votes.most_common(1)[0]
    return 12 * octaves if count >= AGREED * len(offs) else 0


def _is_title(sounds: Sequence[Sound], compared: Sequence[tuple[Clip, float]]) -> bool:
    labels = {clip.pitch for clip, _ in sounds if clip.spelled}
    if len(labels) != 1 or len(sounds) < 2 or not compared:
        return False
    wrong = [abs((_off(*pair) + 6.0) % 12.0 - 6.0) > TOLERANCE for pair in compared]
    return 2 * sum(wrong) > len(wrong)


def _off(clip: Clip, pitch: float) -> float:
    return pitch - (clip.pitch or 0.0)


def _shifted(clip: Clip, semitones: int) -> Clip:
    if not clip.spelled or clip.pitch is None or not -1 < clip.pitch + semitones < 128:
        return clip
    return replace(clip, pitch=clip.pitch + semitones)


def _counted_from(shift: int) -> str:
    """Return the octave of middle C, from the semitones by which names are below the sound."""
    return f"C{4 - shift // 12} is middle C (60)"
