"""How many notes a slot plays at a time, as a menu within its menu of models."""

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from rtaudiogen.generator import MOST_VOICES

CHOICES = tuple(2**power for power in range(MOST_VOICES.bit_length()))
HELP = "How many notes it plays at a time; what they cost stands in the strip, at its right"


def add_voices_menu(menu: QMenu, own: int, now: int, picked: Callable[[int], object]) -> None:
    """At the end of a slot's menu; `picked` gets the number, 0 for the model's `own`."""
    voices = menu.addMenu(f"Voices: {now}")
    voices.setToolTipsVisible(True)
    group = QActionGroup(voices)
    for number in sorted({own, now, *CHOICES}):
        action = voices.addAction(f"{number}, its own" if number == own else f"{number}")
        action.setToolTip(HELP)
        action.setCheckable(True)
        action.setChecked(number == now)
        group.addAction(action)
        wanted = 0 if number == own else number
        action.triggered.connect(lambda _=False, wanted=wanted: picked(wanted))
