"""MIDI keys by name and on the computer's keyboard."""

from PySide6.QtCore import Qt

NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
BLACK = frozenset({1, 3, 6, 8, 10})  # of an octave
_WHITES_BELOW = (0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6)  # of an octave's keys
_ROW = "AWSEDFTGYHUJKOLP"  # a piano's keys from C on, black ones in the row above


def key_name(key: int) -> str:
    """Return the name of a MIDI key; 60 is C4."""
    return f"{NAMES[key % 12]}{key // 12 - 1}"


def is_black(key: int) -> bool:
    """Return True for a black key."""
    return key % 12 in BLACK


def whites_below(key: int) -> int:
    """Return the number of white keys below a MIDI key, from key 0 on."""
    return 7 * (key // 12) + _WHITES_BELOW[key % 12]


def key_of(qt_key: int, octave: int) -> int | None:
    """Return the MIDI key that a key of the computer plays; None: it plays none.

    A plays the C of `octave`; octave 4 begins with key 60. W, E, T … are the black keys between A,
    S, D, F …
    """
    letters = [*(ord(letter) for letter in _ROW), int(Qt.Key.Key_Semicolon)]
    if qt_key not in letters:
        return None
    key = 12 * (octave + 1) + letters.index(qt_key)
    return key if 0 <= key <= 127 else None
