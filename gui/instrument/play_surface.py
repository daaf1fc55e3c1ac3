"""Surfaces that are played with the mouse: a keyboard, or pads for a slot that plays hits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from rtaudiogen.generator import Descriptor, Parameter
from rtaudiogen.views import PadView
from rtaudiogen.wire.snapshot import MidiSnapshot, SlotSnapshot

from ..widgets.surfaces.keyboard import PianoKeyboard
from ..widgets.surfaces.pad_grid import PADS, PadGrid

NOTE_OFF, NOTE_ON, CONTROL = 0x80, 0x90, 0xB0
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123
SCREEN = "screen"  # the port name of messages that are played here


class PlaySurface(QObject):
    """Keyboard and pads, of which one is shown; sends what is played to the selected slot.

    Pads are shown for a model that offers a `PadView`; the view names the parameters that they
    move.
    """

    played = Signal(int, int, int, int)  # status, data1, data2, slot
    changed = Signal(str, float)  # a parameter's id, and its value
    turned = Signal(bool)  # to pads, or back to the keyboard
    pad_chosen = Signal(str)  # the group of its parameters

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keyboard, self.pads = PianoKeyboard(), PadGrid()
        self.keyboard.shift_octaves(-1)  # puts the middle of the usual range into the middle
        self.shows_pads = False
        self._channel, self._hears_one = 0, False  # the slot's channel; True: it hears no other
        self._slot = 0
        self._held: dict[int, tuple[int, int]] = {}  # by key: its channel and slot
        self._hands: Counter[int] = Counter()  # by key: holders (mouse, computer's keyboard)
        self._arrived: set[int] = set()  # keys that are held on other keyboards
        self._view = PadView()
        self._parameters: Mapping[str, Parameter] = {}
        self._values: Mapping[str, float] = {}
        self._labels: dict[int, str] = {}
        self.keyboard.pressed.connect(self.press)
        self.keyboard.released.connect(self.release)
        self.pads.struck.connect(self._strike)
        self.pads.chosen.connect(lambda pad: self.pad_chosen.emit(f"{self._view.prefix}{pad + 1}"))
        self.pads.lock_wanted.connect(lambda pad, locked: self._change(pad, "lock", locked))
        self.pads.mutate_wanted.connect(self._mutate)
        self.pads.bred.connect(self._breed)

    def show_slot(self, model: Descriptor | None, slot: SlotSnapshot | None) -> None:
        """Show the surface that suits the selected slot's model, and take over its channel and
        values.
        """
        views = model.offered_views() if model is not None else ()
        pads = [view for view in views if isinstance(view, PadView)]
        hits = bool(pads)
        if hits != self.shows_pads:
            self.shows_pads = hits
            self.turned.emit(hits)
        self._slot = slot.slot if slot else 0
        channel = int(slot.mix.get("channel", 0)) if slot else 0
        self._channel, self._hears_one = max(0, channel - 1), channel > 0
        self._values = slot.values if slot else {}
        if pads and model is not None:
            self._view = pads[0]
            self._parameters = {parameter.id: parameter for parameter in model.parameters}
            self._show_pads()

    def hear(self, messages: Iterable[MidiSnapshot]) -> None:
        """Show arrived MIDI messages: keys light up, pads flash."""
        for message in messages:
            if message.port != SCREEN:
                self._hear(message)
        self.keyboard.show_arrived(self._arrived)

    def forget_arrived(self) -> None:
        """Show no key as held on other keyboards."""
        self._arrived.clear()
        self.keyboard.show_arrived(())

    def show_outlines(self, outlines: Sequence[Sequence[float]]) -> None:
        """Draw the outlines of the pads' hits, (pads, columns) peaks of 0 … 1."""
        for pad, peaks in zip(range(PADS), outlines, strict=False):
            self.pads.set_outline(pad, np.array(peaks) if any(peaks) else None)

    def press(self, key: int, velocity: int) -> None:
        """Press a key."""
        self._hands[key] += 1
        channel, slot = self._held.setdefault(key, (self._channel, self._slot))
        self.played.emit(NOTE_ON | channel, key, velocity, slot)
        self.keyboard.show_down(self._held)

    def release(self, key: int) -> None:
        """Release a key, on the channel and in the slot where it was pressed."""
        self._hands[key] -= 1
        if self._hands[key] <= 0 and key in self._held:
            del self._hands[key]
            channel, slot = self._held.pop(key)
            self.played.emit(NOTE_OFF | channel, key, 64, slot)
            self.keyboard.show_down(self._held)

    def _strike(self, pad: int, velocity: int) -> None:
        if pad < self._view.pads:
            key = self._view.first_key + pad
            self.played.emit(NOTE_ON | self._channel, key, velocity, self._slot)
            self.played.emit(NOTE_OFF | self._channel, key, 64, self._slot)

    def _hear(self, message: MidiSnapshot) -> None:
        kind, key = message.status & 0xF0, message.data1
        if self._hears_one and message.status & 0x0F != self._channel:
            return
        if kind == NOTE_ON and message.data2:
            self._arrived.add(key)
            pad = key - self._view.first_key
            if self.shows_pads and 0 <= pad < min(self._view.pads, PADS):
                self.pads.flash(pad, message.data2)
        elif kind in (NOTE_ON, NOTE_OFF):
            self._arrived.discard(key)
        elif kind == CONTROL and key in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            self._arrived.clear()

    # -- a pad's parameters ----------------------------------------------------------------------

    def _show_pads(self) -> None:
        for pad in range(PADS):
            self.pads.set_locked(pad, bool(self._values.get(self._id(pad, "lock"))))
            names = self._parameters.get(self._id(pad, "class"))
            label = f"{pad + 1}"
            if names is not None and names.labels:
                index = int(self._values.get(names.id, names.default) - names.minimum)
                name = names.labels[min(index, len(names.labels) - 1)]
                label = f"{pad + 1} {name.replace('_', ' ')}"
            if label != self._labels.get(pad):
                self._labels[pad] = label
                self.pads.set_label(pad, label)

    def _breed(self, one: int, onto: int) -> None:
        self._change(onto, "breed", one + 1)
        self.pads.choose(onto)  # shows the result

    def _mutate(self, pad: int, step: int) -> None:
        self._change(pad, "mutate", self._values.get(self._id(pad, "mutate"), 0.0) + step)

    def _change(self, pad: int, name: str, value: float) -> None:
        parameter = self._parameters.get(self._id(pad, name))
        if parameter is not None:
            self.changed.emit(parameter.id, parameter.clamp(value))

    def _id(self, pad: int, name: str) -> str:
        return self._view.parameter_id(pad, name)
