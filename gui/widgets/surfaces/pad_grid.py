"""Grid of sixteen pads, as on a drum machine: the first is bottom left."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from ..painting import em
from ..scopes.frame_clock import Animated
from .pad_face import PadFace, paint_arrow, paint_face

SIDE = 4
PADS = SIDE * SIDE
_KEYBOARD_VELOCITY = 100
_FLASH_SECONDS = 0.25
_PULL = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier


class PadGrid(Animated):
    """4 × 4 pads; `struck(pad, velocity)` is emitted at once, louder nearer to the front edge.

    Dragging one pad onto another asks to cross them, `bred(from, onto)`. The menu locks a pad
    (`lock_wanted(pad, locked)`) or mutates its sound (`mutate_wanted(pad, 1 or -1)`). Dragging with
    Alt or Ctrl asks for the pad's sound as a file to drag on, `file_wanted(pad)`. Arrow keys choose
    a pad, space or Enter strikes it.
    """

    struck = Signal(int, int)
    bred = Signal(int, int)
    lock_wanted = Signal(int, bool)
    mutate_wanted = Signal(int, int)
    file_wanted = Signal(int)
    save_wanted = Signal(int)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces = [PadFace(f"{pad + 1}") for pad in range(PADS)]
        self._current = 0
        self._from: int | None = None  # where a drag began
        self._pulled: QPointF | None = None  # where a sound began to be dragged out
        self._pointer = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Pads")
        self.setToolTip(
            "Click to strike, louder towards the front; drag onto another pad to cross the two; "
            "with Alt, drag the sound out as a file; "
            "right button: lock, mutate, save; arrows and space: play by keyboard"
        )

    @property
    def current(self) -> int:
        """The pad that was struck or chosen last."""
        return self._current

    def set_label(self, pad: int, label: str) -> None:
        """Set a pad's label."""
        self._faces[pad].label = label
        self.update()

    def set_outline(self, pad: int, peaks: NDArray[np.float64] | None) -> None:
        """Draw a pad's sound, (columns,) peaks of 0 … 1, in its background; None: nothing."""
        self._faces[pad].outline = peaks
        self.update()

    def picture(self, pad: int) -> QPixmap:
        """Return a picture of a pad."""
        return self.grab(self.pad_area(pad).toAlignedRect())

    def set_locked(self, pad: int, locked: bool) -> None:
        """Mark a pad as locked to its hit."""
        if locked != self._faces[pad].locked:
            self._faces[pad].locked = locked
            self.update()

    def flash(self, pad: int, velocity: int = 127) -> None:
        """Light a pad up because it sounds."""
        self._faces[pad].glow = 0.3 + 0.7 * velocity / 127
        self.update(self.pad_area(pad).toAlignedRect())

    def pad_area(self, pad: int) -> QRectF:
        """Return the area of a pad in pixels."""
        gap = em(self) * 0.3
        width, height = (self.width() - gap) / SIDE, (self.height() - gap) / SIDE
        column, row = pad % SIDE, SIDE - 1 - pad // SIDE
        return QRectF(gap + column * width, gap + row * height, width - gap, height - gap)

    def pad_at(self, place: QPointF) -> int | None:
        """Return the pad at a point; None: there is none."""
        return next((pad for pad in range(PADS) if self.pad_area(pad).contains(place)), None)

    def menu(self, pad: int) -> QMenu:
        """Return the menu of actions for a pad."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        locked = self._faces[pad].locked
        wanted: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Unlock" if locked else "Lock", lambda: self.lock_wanted.emit(pad, not locked)),
            ("Mutate", lambda: self.mutate_wanted.emit(pad, 1)),
            ("Take a mutation back", lambda: self.mutate_wanted.emit(pad, -1)),
            ("Save the sound", lambda: self.save_wanted.emit(pad)),
        )
        for text, do in wanted:
            menu.addAction(text, do)
        onto = menu.addMenu("Cross onto")
        for other in range(PADS):
            if other != pad:
                text = self._faces[other].label
                onto.addAction(text, partial(self.bred.emit, pad, other))
        return menu

    def advance(self, seconds: float) -> None:
        """Let glowing pads fade."""
        for pad, face in enumerate(self._faces):
            if face.glow > 0:
                face.glow = max(face.glow - seconds / _FLASH_SECONDS, 0.0)
                self.update(self.pad_area(pad).toAlignedRect())

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 20), math.ceil(em(self) * 14))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 16), math.ceil(em(self) * 10))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pad = self.pad_at(event.position())
        if pad is None:
            return
        self.choose(pad)
        if event.button() == Qt.MouseButton.LeftButton and event.modifiers() & _PULL:
            self._pulled, self._pointer = event.position(), event.position()
        elif event.button() == Qt.MouseButton.LeftButton:
            area = self.pad_area(pad)
            depth = (event.position().y() - area.top()) / area.height()
            self._strike(pad, min(max(round(1 + 126 * depth), 1), 127))
            self._from, self._pointer = pad, event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._pointer = event.position()
            self.update()
        elif self._pulled is not None:
            way = (event.position() - self._pulled).manhattanLength()
            if way >= QApplication.startDragDistance():
                self._pulled = None
                self.file_wanted.emit(self._current)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        start, self._from, self._pulled = self._from, None, None
        onto = self.pad_at(event.position())
        if start is not None and onto is not None and onto != start:
            self.bred.emit(start, onto)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        pad = self.pad_at(QPointF(event.pos())) if by_mouse else self._current
        if pad is not None:
            centre = self.mapToGlobal(self.pad_area(pad).center().toPoint())
            self.menu(pad).popup(event.globalPos() if by_mouse else centre)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = event.key()
        if key in moves:
            across, up = moves[Qt.Key(key)]
            column = min(max(self._current % SIDE + across, 0), SIDE - 1)
            row = min(max(self._current // SIDE + up, 0), SIDE - 1)
            self.choose(row * SIDE + column)
        elif key == Qt.Key.Key_Home:
            self.choose(0)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._strike(self._current, _KEYBOARD_VELOCITY)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        target = self.pad_at(self._pointer) if self._from is not None else None
        for pad, face in enumerate(self._faces):
            area = self.pad_area(pad)
            if event.region().intersects(area.toAlignedRect()):
                marked = pad == target or (self.hasFocus() and pad == self._current)
                paint_face(painter, self, face, area, marked)
        if target is not None and self._from is not None and target != self._from:
            paint_arrow(painter, self, self.pad_area(self._from).center(), self._pointer)

    def choose(self, pad: int) -> None:
        """Make a pad the current one, as striking it does."""
        if pad != self._current:
            self._current = pad
            self.chosen.emit(pad)
        self.update()

    def _strike(self, pad: int, velocity: int) -> None:
        self.flash(pad, velocity)
        self.struck.emit(pad, velocity)
