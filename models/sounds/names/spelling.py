"""Note names in common spellings: English, German and solfège, with octave numbers or primes.

All spellings are read with C4 = 60; callers shift them if a folder uses another octave convention.
"""

import re
import unicodedata
from typing import NamedTuple

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SYLLABLES = {"do": 0, "ut": 0, "re": 2, "ré": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
_SHIFTS = {
    "": 0, "##": 2, "#": 1, "♯♯": 2, "♯": 1, "𝄪": 2, "sharp": 1, "s": 1, "is": 1, "isis": 2,
    "bb": -2, "b": -1, "♭♭": -2, "♭": -1, "𝄫": -2, "flat": -1, "es": -1, "eses": -2,
    "diesis": 1, "dièse": 1, "diese": 1, "sostenido": 1, "bemol": -1, "bémol": -1, "bemolle": -1,
}  # fmt: skip
_SIGN = r"##|#|♯♯|♯|𝄪|bb|b|♭♭|♭|𝄫"
_WORD = r"[ _-]?(?:sharp|flat)"
_OCTAVE = r"(?P<octave>(?:-|(?<=[#♯♭])0)?\d)(?!\d)"
_APART = r"(?P<apart>[ _.-])(?P<octave>\d)(?!\d)"

_LETTER = rf"(?P<letter>[a-h])(?P<shift>{_SIGN}|{_WORD}|isis|is|eses|es|s)?"
_PLAIN = re.compile(rf"{_LETTER}{_OCTAVE}(?P<after>[#♯])?", re.IGNORECASE)
_PARTED = re.compile(rf"(?P<letter>[A-H])(?P<shift>{_SIGN}|{_WORD}|is)?{_APART}")
_SAID = re.compile(rf"(?P<letter>[a-g])(?P<shift>{_WORD}){_APART}", re.IGNORECASE)
_SYLLABLE = re.compile(
    r"(?P<letter>do|ut|re|ré|mi|fa|sol|la|si)"
    rf"(?P<shift>{_SIGN}|s|[ _-]?(?:sharp|flat|diesis|dièse|diese|sostenido|bemolle|bemol|bémol))?"
    r"(?P<apart>[ _-])?(?P<octave>\d)(?!\d)",
    re.IGNORECASE,
)
_PRIMED = re.compile(
    r"(?P<letter>[A-Ha-h])(?P<shift>isis|is|eses|es|s|#|♯|♭|b)?"
    r"(?:(?P<primes>'{1,5})|(?P<commas>,{1,4}(?=$|[_-])|,{2,4}))(?![^\W_])"
)
_BARE = re.compile(r"(?P<letter>[A-Ha-h])(?P<shift>isis|is|eses|es|s|#|♯|♭)?(?![^\W_])")

_PRIMES = str.maketrans(
    {"’": "'", "ʹ": "'", "′": "'", "´": "'", "`": "'", "ʼ": "'", "‘": "'", "″": "''", "‴": "'''"}
)
_RAISED = {"¹": "'", "²": "''", "³": "'''", "⁴": "''''", "₁": ",", "₂": ",,", "₃": ",,,"}
_RAISED_OCTAVE = re.compile(r"(?<![^\W_])([A-Ha-h](?:is|es|s)?)([¹²³⁴₁₂₃])")


class Convention(NamedTuple):
    """Spelling of notes in a folder, where it is ambiguous."""

    german: bool = False  # B is B flat, As is A flat
    primes: bool = False  # c and C without a mark are notes as well
    dashes: bool = False  # C-1 is C1: a dash parts letter and octave
    italian: bool = False  # `piano` is a dynamic


ENGLISH = Convention()


class Note(NamedTuple):
    """A spelled note in a text."""

    pitch: int  # MIDI note number with C4 = 60; may lie outside of 0 … 127
    end: int  # position after it
    sure: bool = True  # False: ambiguous, counts only if other names agree


def normalised(text: str) -> str:
    """Return a name in one spelling: composed characters, normal width, plain primes."""
    text = _RAISED_OCTAVE.sub(lambda found: found[1] + _RAISED[found[2]], text)
    return unicodedata.normalize("NFKC", text.translate(_PRIMES)).translate(_PRIMES)


def note_at(text: str, start: int, convention: Convention) -> Note | None:
    """Return the note that begins at `start` of a normalised text, or None."""
    for read in (_plain, _syllable, _primed, _parted, _bare):
        note = read(text, start, convention)
        if note is not None:
            return note
    return None


def pitch_of_note(text: str, convention: Convention = ENGLISH) -> int | None:
    """Return the MIDI note number (C4 = 60) of a text that is one note name, or None."""
    text = normalised(text).strip()
    note = note_at(text, 0, convention)
    return note.pitch if note is not None and note.end == len(text) else None


def is_german(text: str, start: int) -> bool:
    """Return True if a note that only German or Dutch readers write begins at `start`."""
    found = _PLAIN.match(text, start) or _PRIMED.match(text, start) or _BARE.match(text, start)
    if not found:
        return False
    letter, shift = found["letter"].lower(), (found["shift"] or "").lower()
    return letter == "h" or shift in ("is", "isis", "es", "eses") or (letter, shift) == ("e", "s")


def _semitones(letter: str, shift: str, convention: Convention) -> int | None:
    small_h = letter == "h"
    letter, shift = letter.lower(), shift.lower().strip(" _-")
    natural = _SYLLABLES.get(letter, _LETTERS.get(letter))
    change = _SHIFTS.get(shift)
    if natural is None or change is None or (shift == "s" and letter in "bh"):
        return None
    if small_h and not convention.german:
        return None
    if letter == "b" and convention.german and not shift:
        return 10
    if shift == "s" and (letter == "e" or (letter == "a" and convention.german)):
        return natural - 1
    return natural + change


def _counted(
    found: re.Match[str], octave: int, convention: Convention, sure: bool = True
) -> Note | None:
    semitones = _semitones(found["letter"], found["shift"] or "", convention)
    return None if semitones is None else Note(12 * (octave + 1) + semitones, found.end(), sure)


def _plain(text: str, start: int, convention: Convention) -> Note | None:
    found = _PLAIN.match(text, start)
    if not found:
        return None
    octave = int(found["octave"])
    if octave < 0 and (convention.dashes or octave < -2 or _parts_by_dashes(text, start)):
        octave = -octave
    note = _counted(found, octave, convention)
    if note is None or found["after"] is None:
        return note
    return note._replace(pitch=note.pitch + 1) if not found["shift"] else None


def _parts_by_dashes(text: str, start: int) -> bool:
    """Return True if the text around a note is parted by dashes, not by anything else."""
    return start > 0 and text[start - 1] == "-"


def _parted(text: str, start: int, convention: Convention) -> Note | None:
    found = _PARTED.match(text, start) or _SAID.match(text, start)
    if not found:
        return None
    return _counted(found, int(found["octave"]), convention)


def _syllable(text: str, start: int, convention: Convention) -> Note | None:
    found = _SYLLABLE.match(text, start)
    return _counted(found, int(found["octave"]), convention) if found else None


def _primed(text: str, start: int, convention: Convention) -> Note | None:
    found = _PRIMED.match(text, start)
    if not found:
        return None
    primes, commas = len(found["primes"] or ""), len(found["commas"] or "")
    if commas:
        return _counted(found, 2 - commas, convention) if found["letter"].isupper() else None
    return _counted(found, 3 + primes, convention) if found["letter"].islower() else None


def _bare(text: str, start: int, convention: Convention) -> Note | None:
    """Read c (48) and C (36), where other names of the folder have primes."""
    found = _BARE.match(text, start) if convention.primes else None
    return _counted(found, 2 if found["letter"].isupper() else 3, convention) if found else None
