"""What is played with the mouse: a keyboard, or pads for a slot that plays hits."""

from collections import Counter
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from rtaudiogen.engine.snapshot import SlotSnapshot
from rtaudiogen.generator import Descriptor, Parameter, Plays

from .widgets.keyboard import PianoKeyboard
from .widgets.pad_grid import PADS, PadGrid

NOTE_OFF, NOTE_ON = 0x80, 0x90
FIRST_PAD_KEY = 36  # where pad controllers, and General MIDI, have their first drum


class PlaySurface(QObject):
    """Two widgets, of which one is shown; what is played on them as channel messages.

    Parameters whose ids begin with `pad1.` … `pad16.` are a pad's: its class names it, and its
    menu moves lock, mutate and breed, where a model has them.
    """

    played = Signal(int, int, int)  # status, data1, data2
    changed = Signal(str, float)  # a parameter's id, and its value
    turned = Signal(bool)  # to pads, or back to the keyboard
    pad_chosen = Signal(str)  # the group of its parameters

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keyboard, self.pads = PianoKeyboard(), PadGrid()
        self.keyboard.shift_octaves(-1)  # the middle of what is played is in the middle
        self.shows_pads = False
        self._channel = 0
        self._held: dict[int, int] = {}  # key, and the channel that it was pressed on
        self._hands: Counter[int] = Counter()  # that hold a key: mouse and computer keys
        self._parameters: Mapping[str, Parameter] = {}
        self._values: Mapping[str, float] = {}
        self._labels: dict[int, str] = {}
        self.keyboard.pressed.connect(self.press)
        self.keyboard.released.connect(self.release)
        self.pads.struck.connect(self._strike)
        self.pads.chosen.connect(lambda pad: self.pad_chosen.emit(f"pad{pad + 1}"))
        self.pads.lock_wanted.connect(lambda pad, locked: self._change(pad, "lock", locked))
        self.pads.mutate_wanted.connect(self._mutate)
        self.pads.bred.connect(lambda one, onto: self._change(onto, "breed", one + 1))

    def show_slot(self, model: Descriptor | None, slot: SlotSnapshot | None) -> None:
        """What the selected slot plays, where its parameters stand, and what it hears."""
        hits = model is not None and Plays.HITS in model.plays
        if hits != self.shows_pads:
            self.shows_pads = hits
            self.turned.emit(hits)
        self._channel = max(0, int(slot.mix.get("channel", 0)) - 1) if slot else 0
        self._values = slot.values if slot else {}
        if hits and model is not None:
            self._parameters = {parameter.id: parameter for parameter in model.parameters}
            self._show_pads()

    def press(self, key: int, velocity: int) -> None:
        """A key goes down."""
        self._hands[key] += 1
        self._held.setdefault(key, self._channel)
        self.played.emit(NOTE_ON | self._held[key], key, velocity)
        self.keyboard.show_down(self._held)

    def release(self, key: int) -> None:
        """A key goes up, on the channel that it went down on."""
        self._hands[key] -= 1
        if self._hands[key] <= 0 and key in self._held:
            del self._hands[key]
            self.played.emit(NOTE_OFF | self._held.pop(key), key, 64)
            self.keyboard.show_down(self._held)

    def _strike(self, pad: int, velocity: int) -> None:
        self.played.emit(NOTE_ON | self._channel, FIRST_PAD_KEY + pad, velocity)
        self.played.emit(NOTE_OFF | self._channel, FIRST_PAD_KEY + pad, 64)

    # -- a pad's parameters ----------------------------------------------------------------------

    def _show_pads(self) -> None:
        for pad in range(PADS):
            self.pads.set_locked(pad, bool(self._values.get(_id(pad, "lock"))))
            names = self._parameters.get(_id(pad, "class"))
            label = f"{pad + 1}"
            if names is not None and names.labels:
                index = int(self._values.get(names.id, names.default) - names.minimum)
                label = f"{pad + 1} {names.labels[min(index, len(names.labels) - 1)]}"
            if label != self._labels.get(pad):
                self._labels[pad] = label
                self.pads.set_pad(pad, label)

    def _mutate(self, pad: int, step: int) -> None:
        self._change(pad, "mutate", self._values.get(_id(pad, "mutate"), 0.0) + step)

    def _change(self, pad: int, name: str, value: float) -> None:
        parameter = self._parameters.get(_id(pad, name))
        if parameter is not None:
            self.changed.emit(parameter.id, parameter.clamp(value))


def _id(pad: int, name: str) -> str:
    return f"pad{pad + 1}.{name}"
