"""Piano keyboard for the mouse, a finger, or the arrow keys."""

import math
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...shell.theme import ACCENT, ON_ACCENT, SIGNAL, colour
from ..painting import em, scaled_font
from .keys import is_black, key_name, whites_below
from .keys import key_of as key_of  # the shell plays the same keys from the computer's keyboard

_IVORY, _EBONY, _GAP = QColor("#f3f0e8"), QColor("#1b1b1e"), QColor("#5c5c62")
_BLACK_WIDTH, _BLACK_HEIGHT = 0.6, 0.62  # of a white key
_KEYBOARD_VELOCITY = 100
FIRST, LAST = 0, 127
HOME = 48  # C3


class PianoKeyboard(QWidget):
    """A keyboard of as many octaves as fit; keys sound louder nearer to their front edge.

    Dragging glides over the keys. Wheel and page keys move by octaves; arrows choose a key, space
    holds it. Every `pressed(key, velocity)` is followed by its `released(key)`.
    """

    pressed = Signal(int, int)
    released = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lowest = HOME
        self._down: frozenset[int] = frozenset()  # keys that are drawn as pressed
        self._arrived: frozenset[int] = frozenset()  # held on another keyboard
        self._held: int | None = None  # by the mouse or the space bar
        self._chosen: int | None = None  # by the arrow keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Piano keyboard")
        self.setToolTip(
            "Click or drag to play, louder towards the front; "
            "wheel or page keys: octaves; arrows and space: play by keyboard"
        )

    @property
    def lowest(self) -> int:
        """The C at the left edge."""
        return self._lowest

    @property
    def octaves(self) -> int:
        """Number of octaves that are shown; the C above them is shown as well."""
        whites = self.width() / (em(self) * 1.35)
        return min(max(int((whites - 1) / 7), 1), 10)

    @property
    def keys(self) -> range:
        """MIDI keys that are shown."""
        return range(self._lowest, min(self._lowest + 12 * self.octaves, LAST) + 1)

    def shift_octaves(self, octaves: int) -> None:
        """Move the visible range up (positive) or down."""
        top = (LAST - 12 * self.octaves) // 12 * 12
        self._lowest = min(max(self._lowest + 12 * octaves, FIRST), max(top, FIRST))
        self._chosen = None
        self.update()

    def show_down(self, keys: Iterable[int]) -> None:
        """Draw these keys as pressed, and no others except the one under the mouse."""
        down = frozenset(keys)
        if down != self._down:
            self._down = down
            self.update()

    def show_arrived(self, keys: Iterable[int]) -> None:
        """Draw these keys as pressed on another keyboard: in another colour, with a dot."""
        arrived = frozenset(keys)
        if arrived != self._arrived:
            self._arrived = arrived
            self.update()

    def key_area(self, key: int) -> QRectF:
        """Return the area of a key in pixels."""
        height, width = self.height() - 2.0, (self.width() - 2.0) / self._whites()
        before = whites_below(key) - whites_below(self._lowest)
        if is_black(key):
            black = width * _BLACK_WIDTH
            return QRectF(1 + before * width - black / 2, 1, black, height * _BLACK_HEIGHT)
        return QRectF(1 + before * width, 1, width, height)

    def key_at(self, place: QPointF) -> int | None:
        """Return the key at a point; None: there is none."""
        for key in sorted(self.keys, key=is_black, reverse=True):
            if self.key_area(key).contains(place):
                return key
        return None

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 30), math.ceil(em(self) * 5.5))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 1.35 * 8) + 2, math.ceil(em(self) * 4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._glide(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._glide(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._hold(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn:
            self.shift_octaves(1 if turn > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), self.keys
        chosen = self._chosen if self._chosen is not None else keys.start
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            way = 1 if key == Qt.Key.Key_Right else -1
            start = chosen + way if self._chosen is not None else chosen
            self._chosen = min(max(start, keys.start), keys.stop - 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.shift_octaves(1 if key == Qt.Key.Key_PageUp else -1)
        elif key == Qt.Key.Key_Home:
            self.shift_octaves((HOME - self._lowest) // 12)
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._chosen = chosen
                self._hold(chosen, _KEYBOARD_VELOCITY)
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold(None)
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._hold(None)
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key in sorted(self.keys, key=is_black):
            self._paint_key(painter, key)

    def _paint_key(self, painter: QPainter, key: int) -> None:
        area, black = self.key_area(key), is_black(key)
        down = key in self._down or key == self._held
        arrived = key in self._arrived and not down
        fill = colour(self, ACCENT) if down else _EBONY if black else _IVORY
        fill = colour(self, SIGNAL) if arrived else fill
        chosen = self.hasFocus() and key == self._chosen
        painter.setPen(QPen(colour(self, ACCENT), 3) if chosen else QPen(_GAP, 1))
        painter.setBrush(fill)
        inside = area.adjusted(1, -4, -1, -1) if chosen else area.adjusted(0.5, -4, -0.5, -0.5)
        painter.drawRoundedRect(inside, 4, 4)
        if arrived:
            painter.setBrush(_EBONY)
            above = area.width() * 0.5 + (0.0 if black else 1.5 * em(self))  # room for the name
            dot = QPointF(area.center().x(), area.bottom() - above)
            painter.drawEllipse(dot, area.width() * 0.18, area.width() * 0.18)
        if key % 12 == 0:
            painter.setFont(scaled_font(self, 0.85))
            painter.setPen(colour(self, ON_ACCENT) if down else _EBONY)
            low = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            painter.drawText(area.adjusted(0, 0, 0, -3), low, key_name(key))

    def _glide(self, place: QPointF) -> None:
        key = self.key_at(place)
        if key is None:
            self._hold(None)
        else:
            area = self.key_area(key)
            depth = (place.y() - area.top()) / area.height()
            self._hold(key, min(max(round(1 + 126 * depth), 1), 127))

    def _hold(self, key: int | None, velocity: int = 0) -> None:
        before = self._held
        if key == before:
            return
        self._held = key
        if before is not None:
            self.released.emit(before)
        if key is not None:
            self.pressed.emit(key, velocity)
        self.update()

    def _whites(self) -> int:
        return whites_below(self.keys.stop) - whites_below(self.keys.start)
