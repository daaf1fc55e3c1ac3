"""How the hits of the selected slot look, asked for whenever they may be others."""

import math
import time
from typing import Any

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.bridge import Bridge

LEAST_SECONDS = 0.25  # between two questions

Outlines = list[list[float]]  # (pads, columns) peaks, 0 … 1


class HitOutlines(QObject):
    """Asks the engine seldom, and one question at a time."""

    found = Signal(object)  # Outlines

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._about: tuple[Any, ...] | None = None
        self._asked = -math.inf  # when
        self._waits = False

    def look(self, slot: SlotSnapshot | None) -> None:
        """The newest facts of the slot whose pads are shown; None: there are no pads."""
        if slot is None or slot.hits is None:
            self._about = None
            return
        now, about = time.monotonic(), (slot.slot, slot.model, slot.hits, slot.values)
        if self._waits or about == self._about or now - self._asked < LEAST_SECONDS:
            return
        self._about, self._asked, self._waits = about, now, True
        number = slot.slot

        def ask(engine: EngineProcess) -> Outlines:
            try:
                return engine.hit_outlines(number)
            except RtAudioGenError:  # the slot has just gone
                return []

        self._bridge.do(ask, self._tell)

    def _tell(self, outlines: Outlines) -> None:
        self._waits = False
        self.found.emit(outlines)
