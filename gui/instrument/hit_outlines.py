"""Outlines of the hits on the selected slot's pads, requested when they may have changed."""

import math
import time
from typing import Any

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.bridge import Bridge

LEAST_SECONDS = 0.25  # between two requests

Outlines = list[list[float]]  # (pads, columns) peaks, 0 … 1


class HitOutlines(QObject):
    """Requests outlines from the engine: one request at a time, with a pause between two."""

    found = Signal(object)  # Outlines

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._about: tuple[Any, ...] | None = None
        self._asked = -math.inf  # time of the last request
        self._waits = False

    def look(self, slot: SlotSnapshot | None) -> None:
        """Request new outlines if the facts of the slot have changed; None: there are no pads."""
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
