"""Box for a MIDI key, typed or stepped through by name."""

import re

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox, QWidget

from ..surfaces.keys import NAMES, key_name

_NAME = re.compile(r"\s*([a-gA-G])\s*([#♯b♭]?)\s*(-?\d{1,2})\s*")
_STEPS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_WRITTEN = set("abcdefgABCDEFG#♯b♭-−0123456789 ")


class KeyBox(QSpinBox):
    """Shows keys 0 … 127 as C−1 … G9; accepts "c#4", "Db4" and "61"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 127)

    def textFromValue(self, value: int) -> str:
        return key_name(value)

    def valueFromText(self, text: str) -> int:
        key = parse_key(text)
        return self.value() if key is None else key

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        state = QValidator.State
        if parse_key(text) is not None:
            return state.Acceptable, text, position
        possible = set(text) <= _WRITTEN
        return (state.Intermediate if possible else state.Invalid), text, position


def parse_key(text: str) -> int | None:
    """Return the MIDI key of a name or a number; None: the text is neither."""
    text = text.replace("−", "-")
    if text.strip().isdecimal():
        key = int(text)
    else:
        match = _NAME.fullmatch(text)
        if match is None:
            return None
        letter, sign, octave = match.groups()
        key = NAMES.index(letter.upper()) + _STEPS[sign] + 12 * (int(octave) + 1)
    return key if 0 <= key <= 127 else None
