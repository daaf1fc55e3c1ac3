"""Pitch and velocity of the files of a folder, read from all their names together.

Names of one pattern in one folder are compared: parts that are equal in all names, and take
numbers, are no labels; velocity layers are scaled by their number.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from .patterns import Pattern, Row, pattern_of, varied_words
from .pitches import Pitch, pitches_of
from .spelling import normalised
from .tokens import convention_of, tokens_of
from .velocities import velocities_of
from .words import ASPECTS

OCTAVE = 12
FEWEST_OF_A_TITLE = 3  # names that prove a note to be a part of the title


class NameLabel(NamedTuple):
    """Labels from a name; None where it has none."""

    pitch: int | None = None  # MIDI note number, 0 … 127
    velocity: int | None = None  # MIDI velocity, 1 … 127
    spelled: bool = False  # the pitch is a note name: its octave is a matter of convention


def read_names(names: Sequence[str]) -> list[NameLabel]:
    """Return the labels of a folder's files, in their order. [control]

    `names` are paths within the folder with `/` and without suffix. Nothing is guessed: an
    ambiguous label is None.
    """
    texts = [normalised(name.rpartition("/")[2]) for name in names]
    convention = convention_of(texts)
    patterns: defaultdict[tuple[str, Pattern], list[int]] = defaultdict(list)
    tokens = [tokens_of(text, convention) for text in texts]
    for index, (name, found) in enumerate(zip(names, tokens, strict=True)):
        patterns[name.rpartition("/")[0], pattern_of(found)].append(index)
    pitches: list[Pitch] = [Pitch()] * len(names)
    velocities: list[int | None] = [None] * len(names)
    for members in patterns.values():
        columns = [tokens[index] for index in members]
        found_velocities = velocities_of(columns)
        for index, pitch, velocity in zip(
            members, pitches_of(columns), found_velocities, strict=True
        ):
            pitches[index], velocities[index] = pitch, velocity
    if _is_a_title(pitches, tokens):
        pitches = [Pitch()] * len(names)
    return _labels(_in_one_octave(pitches), velocities)


def _is_a_title(pitches: Sequence[Pitch], rows: Sequence[Row]) -> bool:
    """Return True if one note is in all names while their words differ: B3 Slow, B3 Fast.

    It is a label if the words only describe how one note was played or recorded: C4 close, C4 room.
    """
    alike = len({pitch.value for pitch in pitches}) == 1 and pitches[0].spelled
    return alike and len(rows) >= FEWEST_OF_A_TITLE and not varied_words(rows) <= ASPECTS


def _in_one_octave(pitches: Sequence[Pitch]) -> list[Pitch]:
    """Return the pitches with all octaves of note names shifted, if the names imply a shift.

    They do if a name also has the MIDI number, or if a note is below C-1.
    """
    told = {pitch.shift for pitch in pitches if pitch.shift is not None}
    spelled = [pitch.value for pitch in pitches if pitch.spelled and pitch.value is not None]
    shift = told.pop() if len(told) == 1 else 0
    if not shift and spelled and -OCTAVE * 2 <= min(spelled) < 0:
        shift = OCTAVE * -(min(spelled) // OCTAVE)
    return [
        pitch._replace(value=pitch.value + shift)
        if pitch.spelled and pitch.value is not None
        else pitch
        for pitch in pitches
    ]


def _labels(pitches: Sequence[Pitch], velocities: Sequence[int | None]) -> list[NameLabel]:
    labels = []
    for pitch, velocity in zip(pitches, velocities, strict=True):
        known = pitch.value is not None and 0 <= pitch.value <= 127
        labels.append(NameLabel(pitch.value if known else None, velocity, known and pitch.spelled))
    return labels
