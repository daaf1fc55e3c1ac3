"""Menu of the number of notes that a slot plays at a time."""

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from rtaudiogen.generator import MOST_VOICES

CHOICES = tuple(2**power for power in range(MOST_VOICES.bit_length()))
HELP = "The number of notes at a time; the strip shows on its right how much time they use"


def add_voices_menu(menu: QMenu, own: int, now: int, picked: Callable[[int], object]) -> None:
    """Add the menu to a slot's menu; `picked` gets the number, or 0 for the model's `own`."""
    voices = menu.addMenu(f"Voices: {now}")
    voices.setToolTipsVisible(True)
    group = QActionGroup(voices)
    for number in sorted({own, now, *CHOICES}):
        action = voices.addAction(f"{number}, the model's own" if number == own else f"{number}")
        action.setToolTip(HELP)
        action.setCheckable(True)
        action.setChecked(number == now)
        group.addAction(action)
        wanted = 0 if number == own else number
        action.triggered.connect(lambda _=False, wanted=wanted: picked(wanted))
