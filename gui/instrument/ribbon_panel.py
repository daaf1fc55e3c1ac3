"""Panel of the selected slot's codes: the stream that it reads, or the codes as they are made."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from rtaudiogen.generator import Descriptor, Parameter
from rtaudiogen.views import RibbonView
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..widgets.codes.history import CodeHistory
from ..widgets.codes.ribbon import CodeRibbon

INVITATION = "Drop a sound here, or choose a file"
OWN_SOUNDS = f"The model's own sounds. {INVITATION}"
COMING, READING = "Codes as they are played", "Reading the codes …"

AskStream = Callable[[int, Callable[[Mapping[str, Any]], object]], object]


class RibbonPanel(QStackedWidget):
    """Panel for models that offer a `RibbonView`; `ask` requests a slot's `code_stream`."""

    moved = Signal(object)  # values by parameter id, together one step
    sound_wanted = Signal(str)  # the path of a file that was dropped here

    def __init__(self, ask: AskStream, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ribbon, self.history = CodeRibbon(self), CodeHistory(self)
        self._ask = ask
        self._view: RibbonView | None = None
        self._ends: tuple[Parameter, Parameter] | None = None
        self._asked: tuple[Any, ...] = ()  # identifies the stream that is shown or requested
        self.addWidget(self.ribbon)
        self.addWidget(self.history)
        self.ribbon.changed.connect(self._move)
        self.setVisible(False)

    def show_slot(self, model: Descriptor | None, slot: SlotSnapshot | None) -> None:
        """Show the code stream of the selected slot, and the codes that sound."""
        self._view = _ribbon_of(model)
        self.setVisible(self._view is not None)
        if self._view is None or model is None or slot is None:
            if self._asked:
                self._asked = ()
                self._clear(INVITATION)
            return
        self._ends = _parameters_of(model, self._view)
        self.setAcceptDrops(model.takes_sound)
        self._look_for_stream(model, slot)
        self._show_what_sounds(slot)

    def show_values(self, values: Mapping[str, float]) -> None:
        """Show the loop window that the parameters describe."""
        if self._ends is not None:
            start, end = (_share(p, values.get(p.id, p.default)) for p in self._ends)
            self.ribbon.show_window(start, end)

    def _look_for_stream(self, model: Descriptor, slot: SlotSnapshot) -> None:
        wanted = (slot.slot, model.id, model.path, slot.sound)
        if wanted == self._asked:
            return
        self._asked = wanted
        invitation = OWN_SOUNDS if model.takes_sound else ""
        name = Path(slot.sound).name if slot.sound else invitation

        def show(stream: Mapping[str, Any]) -> None:
            if self._asked == wanted:  # the same slot is still selected
                self._show_stream(stream, name)

        self._clear(READING)
        self._ask(slot.slot, show)

    def _clear(self, sentence: str) -> None:
        self.ribbon.show_sentence(sentence)
        self.ribbon.show_stream(np.zeros((0, 1), np.int64), np.zeros(0, np.float32), 0, 0.0)

    def _show_stream(self, stream: Mapping[str, Any], name: str) -> None:
        frames, rate = int(stream["frames"]), float(stream["frames_per_second"])
        codes = np.array(stream["codes"], np.int64)
        if frames < 2:  # the model brings no sounds of its own
            codes, name = np.zeros((0, 1), np.int64), INVITATION
        self.ribbon.show_sentence(name)
        self.ribbon.show_stream(codes, np.array(stream["levels"], np.float32), frames, rate)
        self.history.begin(rate)
        self.history.show_sentence(COMING)

    def _show_what_sounds(self, slot: SlotSnapshot) -> None:
        before = self.history.played
        self.history.show_newest(slot.codes_played, slot.newest_codes, slot.level)
        self.ribbon.show_position(slot.position)
        if slot.position is not None:
            self.setCurrentWidget(self.ribbon)
        elif self.history.played != before:
            self.setCurrentWidget(self.history)

    def _move(self, start: float, end: float) -> None:
        if self._ends is None:
            return
        self.moved.emit(
            {p.id: _value(p, share) for p, share in zip(self._ends, (start, end), strict=True)}
        )

    # -- sounds that are dropped here ------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.sound_wanted.emit(_files(event)[0])


def _files(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]


def _ribbon_of(model: Descriptor | None) -> RibbonView | None:
    views = model.offered_views() if model is not None else ()
    return next((view for view in views if isinstance(view, RibbonView)), None)


def _parameters_of(model: Descriptor, view: RibbonView) -> tuple[Parameter, Parameter] | None:
    """Return the parameters of both ends; None if the model lacks one that its view names."""
    known = {parameter.id: parameter for parameter in model.parameters}
    start, end = known.get(view.start), known.get(view.end)
    return (start, end) if start is not None and end is not None else None


def _share(parameter: Parameter, value: float) -> float:
    return (value - parameter.minimum) / (parameter.maximum - parameter.minimum)


def _value(parameter: Parameter, share: float) -> float:
    return parameter.clamp(parameter.minimum + share * (parameter.maximum - parameter.minimum))
