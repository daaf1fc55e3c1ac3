"""Button that shows where a slot's sound goes, and opens the panel that sets it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from rtaudiogen.routing import MASTER, Ways

from ..widgets.controls.echo_guard import EchoGuard
from .route_panel import RoutePanel

WAYS = "ways"  # stands for output and send in the guard
FIELDS = {"send_db": 0.0, "hears_input": 1.0, "bypass": 0.0}


class RouteButton(QToolButton):
    """Shows the output and the send of a slot in a few letters; hidden while there is no choice."""

    connected = Signal(int, int)  # the slots of the output and of what is sent
    mixed = Signal(str, float)  # a field of the slot's mix, and its value

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = RoutePanel(self)
        self.panel.connected.connect(self._connect)
        self.panel.mixed.connect(self.mixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Output and send")
        self.clicked.connect(self._open)
        self._ways, self._names = Ways(), {MASTER: "the master"}
        self._show()

    def offer(self, effects: Sequence[tuple[int, str]], is_effect: bool) -> None:
        """Set the effects that the slot can lead to, (slot, name), and whether it is one."""
        self.panel.offer(effects, is_effect)
        self._names = {MASTER: "the master", **dict(effects)}
        self.setVisible(bool(effects) or is_effect)

    def show_ways(self, ways: Ways, mix: Mapping[str, float], echo_guard: EchoGuard) -> None:
        """Show the engine's newest values, except those that the user has just moved."""
        self.panel.show_mix(
            {f: mix.get(f, default) for f, default in FIELDS.items() if echo_guard.accepts(f)}
        )
        if echo_guard.accepts(WAYS):
            self._ways = ways
            self._show()

    def _connect(self, output: int, send: int) -> None:
        self._ways = Ways(output, send)
        self._show()
        self.connected.emit(output, send)

    def _show(self) -> None:
        if not self.panel.isVisible():
            self.panel.show_ways(self._ways)
        self.setText(short_text(self._ways))
        output, send = (self._names.get(way, f"slot {way}") for way in self._ways)
        sent = f"\na part of it to {send}" if self._ways.send != MASTER else ""
        self.setToolTip(f"The sound goes to {output}{sent}")

    def _open(self) -> None:
        self.panel.adjustSize()
        self.panel.move(self.mapToGlobal(self.rect().bottomLeft()))
        self.panel.show()


def short_text(ways: Ways) -> str:
    """Return the ways as they fit onto a button: "→ 3 + 4"."""
    sent = f" + {ways.send}" if ways.send else ""
    return f"→ {ways.output or 'M'}{sent}"
