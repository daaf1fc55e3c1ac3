"""Button that shows which part of a keyboard a slot hears, and opens the panel that sets it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from ..widgets.controls.echo_guard import EchoGuard
from ..widgets.surfaces.keys import key_name
from .zone_panel import FIELDS, ZonePanel


class ZoneButton(QToolButton):
    """Shows channel, zone, transposition and bend range in a few letters; a click opens the
    panel.
    """

    mixed = Signal(str, float)  # a field of the slot's mix, and its value

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mix: dict[str, float] = {}
        self.panel = ZonePanel(self)
        self.panel.mixed.connect(self._move)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("MIDI channel, zone, transposition and bend range")
        self.clicked.connect(self._open)
        self._show()

    def show_mix(self, mix: Mapping[str, float], echo_guard: EchoGuard) -> None:
        """Show the engine's newest values, except fields that the user has just moved."""
        accepted = {field: mix.get(field, d) for field, d in FIELDS.items()
                    if echo_guard.accepts(field)}  # fmt: skip
        if not accepted.items() <= self._mix.items():
            self._mix |= accepted
            self._show()

    def hear_key(self, channel: int, key: int) -> None:
        """Pass on a key that was pressed on channel 1 … 16 to the panel."""
        self.panel.hear_key(channel, key)

    def _move(self, field: str, value: float) -> None:
        self._mix[field] = value
        self._show()
        self.mixed.emit(field, value)

    def _show(self) -> None:
        mix = {**FIELDS, **self._mix}
        self.panel.show_mix(mix)
        self.setText(short_text(mix))
        self.setToolTip(long_text(mix))

    def _open(self) -> None:
        self.panel.adjustSize()
        self.panel.move(self.mapToGlobal(self.rect().bottomLeft()))
        self.panel.show()


def short_text(mix: Mapping[str, float]) -> str:
    """Return a zone as it fits onto a button: "ch 3 C2–B4 +12"."""
    low, high = int(mix["low_key"]), int(mix["high_key"])
    parts = []
    if mix["channel"]:
        parts.append(f"ch {mix['channel']:.0f}")
    if (low, high) != (0, 127):
        parts.append(f"{key_name(low)}–{key_name(high)}")
    elif not parts:
        parts.append("all keys")
    if mix["transpose"]:
        parts.append(f"{mix['transpose']:+.0f}".replace("-", "−"))
    return " ".join(parts)


def long_text(mix: Mapping[str, float]) -> str:
    """Return a zone in words."""
    channel = f"MIDI channel {mix['channel']:.0f}" if mix["channel"] else "All MIDI channels"
    low, high = key_name(int(mix["low_key"])), key_name(int(mix["high_key"]))
    transpose = f"{mix['transpose']:+.0f}".replace("-", "−")
    return (
        f"{channel}, keys {low} to {high},\n"
        f"transposed by {transpose} semitones, bent by up to {mix['bend_range']:g} semitones"
    )
