"""Ribbon that shows a stream of codes as coloured cells, and the loop window in it."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...shell.theme import DIM, EDGE, colour
from ..painting import draw_focus, em, scaled_font
from .colours import Codes, ground, picture
from .marks import caption_of, cells_of, head_area, paint_head, paint_window
from .window import Grip, VisibleRange, Window

_ZOOM = 1.3  # a notch of the wheel
_STEP = 0.01  # of the visible part, by an arrow key

HELP = (
    "The codes of the sound, one colour each. Drag across it to loop a part; drag the window or "
    "its edges to move them; double-click to loop everything. Wheel: zoom; with Shift: scroll. "
    "Arrows move the window, with Shift its end; Page keys move it by its length; Home: loop all"
)


class CodeRibbon(QWidget):
    """Emits `changed(start, end)`, shares 0 … 1 of the stream, while the user moves the window."""

    changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.codes: Codes = np.zeros((0, 1), np.int64)
        self._levels = np.zeros(0, np.float32)
        self._every, self._rate = 1, 1.0
        self.window_played = Window(0, 1, 1)
        self._visible = VisibleRange()
        self._position: float | None = None
        self._sentence = ""
        self._grip: Grip | None = None
        self._origin, self._before = 0, self.window_played
        self._cells: QPixmap | None = None  # the picture below window and playhead
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Code stream and its loop window")
        self.setToolTip(HELP)
        self._describe()

    # -- display ---------------------------------------------------------------------------------

    def show_stream(
        self, codes: Codes, levels: NDArray[np.float32], frames: int, frames_per_second: float
    ) -> None:
        """Show a stream of `frames` code frames; `codes` (n, stages) and `levels` may be a subset.

        They are then those of every n-th code frame. An empty stream shows only the caption.
        """
        self.codes, self._levels = codes, levels
        self._every = -(-frames // max(len(codes), 1)) or 1
        self._rate = max(frames_per_second, 1.0)
        start, end = self.window_played.shares
        self.window_played = Window.of_shares(start, end, max(frames, 1))
        self._visible, self._position, self._grip = VisibleRange(), None, None
        self._paint_anew()

    def show_sentence(self, sentence: str) -> None:
        """Show a caption where there is room."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.update()

    def show_window(self, start: float, end: float) -> None:
        """Show a window that was moved elsewhere, in shares of the stream; emit nothing."""
        if self._grip is not None or not (math.isfinite(start) and math.isfinite(end)):
            return
        window = Window.of_shares(start, end, self.window_played.frames)
        if window != self.window_played:
            self.window_played = window
            self._describe()
            self.update()

    def show_position(self, position: float | None) -> None:
        """Show the playhead at a code frame; None: remove it."""
        if position == self._position:
            return
        for place in (self._position, position):
            if place is not None:
                self.update(self._head_area(place).toAlignedRect())
        self._position = position

    @property
    def position(self) -> float | None:
        """Code frame of the playhead."""
        return self._position

    @property
    def visible(self) -> VisibleRange:
        """The visible part of the stream."""
        return self._visible

    def is_empty(self) -> bool:
        """Return True if there is no stream."""
        return not len(self.codes)

    # -- the user's actions ----------------------------------------------------------------------

    def set_window(self, window: Window) -> None:
        """Set the window as the user does, and emit `changed`."""
        if window != self.window_played and not self.is_empty():
            self.window_played = window
            self._describe()
            self.update()
            self.changed.emit(*window.shares)

    def zoom(self, factor: float, around: float) -> None:
        """Zoom in by `factor` around a share of the stream."""
        self._look_at(self._visible.zoomed(factor, around, self.window_played.frames))

    def x_of(self, frame: float) -> float:
        """Return the x where a code frame begins, in pixels."""
        area, share = self.cells_area(), frame / self.window_played.frames
        return area.left() + (share - self._visible.left) / self._visible.span * area.width()

    def cells_area(self) -> QRectF:
        """Return the area of the cells in pixels."""
        return cells_of(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.is_empty():
            self._grip = self._grip_at(event.position())
            self._origin, self._before = self._frame_at(event.position()), self.window_played

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            self._show_cursor(event.position())
            return
        to = self._frame_at(event.position())
        if to != self._origin or self.window_played != self._before:
            self.set_window(self._before.dragged(self._grip, self._origin, to))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self._to_whole()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, aside = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned, aside = 0.0, aside or turned
        if turned:
            self.zoom(_ZOOM**turned, self._share_at(event.position()))
        if aside:
            self._look_at(self._visible.panned(-aside / 10))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, window = event.key(), self.window_played
        step = max(1, round(_STEP * self._visible.span * window.frames))
        moves = {
            Qt.Key.Key_Left: -step,
            Qt.Key.Key_Right: step,
            Qt.Key.Key_PageUp: window.first - window.end,
            Qt.Key.Key_PageDown: window.end - window.first,
        }
        if key in moves:
            by = moves[Qt.Key(key)]
            resizes = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.set_window(window.with_end(window.end + by) if resizes else window.moved(by))
            self._look_at(self._visible.showing(*self.window_played.shares))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            start, end = window.shares
            self.zoom(_ZOOM if key == Qt.Key.Key_Up else 1 / _ZOOM, (start + end) / 2)
        elif key == Qt.Key.Key_Home:
            self._to_whole()
        else:
            super().keyPressEvent(event)

    def _to_whole(self) -> None:
        self.set_window(Window(0, self.window_played.frames, self.window_played.frames))
        self._look_at(VisibleRange())

    def _look_at(self, visible: VisibleRange) -> None:
        if visible != self._visible and not self.is_empty():
            self._visible = visible
            self._paint_anew()

    def _share_at(self, place: QPointF) -> float:
        area = self.cells_area()
        return self._visible.left + self._visible.span * (place.x() - area.left()) / area.width()

    def _frame_at(self, place: QPointF) -> int:
        """Return the boundary between two code frames that is nearest to a point."""
        frames = self.window_played.frames
        return min(max(round(self._share_at(place) * frames), 0), frames)

    def _grip_at(self, place: QPointF) -> Grip:
        window = self.window_played
        start, end = self.x_of(window.first), self.x_of(window.end)
        near = min(em(self) * 0.5, max((end - start) / 3, 3.0))
        if abs(place.x() - start) <= near:
            return Grip.START
        if abs(place.x() - end) <= near:
            return Grip.END
        return Grip.BODY if start < place.x() < end and not window.whole else Grip.NEW

    def _show_cursor(self, place: QPointF) -> None:
        grip = None if self.is_empty() else self._grip_at(place)
        shapes = {
            Grip.START: Qt.CursorShape.SizeHorCursor,
            Grip.END: Qt.CursorShape.SizeHorCursor,
            Grip.BODY: Qt.CursorShape.OpenHandCursor,
            Grip.NEW: Qt.CursorShape.IBeamCursor,
        }
        self.setCursor(shapes[grip] if grip else Qt.CursorShape.ArrowCursor)

    # -- painting --------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 24), math.ceil(em(self) * 4.3))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 12), math.ceil(em(self) * 3.2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._cells is None or self._cells.size() != self.size() * self.devicePixelRatioF():
            self._cells = self._painted_cells()
        painter.drawPixmap(0, 0, self._cells)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.is_empty():
            painter.setClipRect(self.cells_area().adjusted(-2, 0, 2, 0))
            start, end = self.x_of(self.window_played.first), self.x_of(self.window_played.end)
            paint_window(painter, self, self.cells_area(), start, end)
            if self._position is not None:
                paint_head(painter, self, self.cells_area(), self.x_of(self._position))
            painter.setClipping(False)
        self._paint_caption(painter)
        draw_focus(painter, self)

    def _paint_anew(self) -> None:
        self._cells = None
        self._describe()
        self.update()

    def _painted_cells(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        cells = QPixmap(self.size() * ratio)
        cells.setDevicePixelRatio(ratio)
        cells.fill(Qt.GlobalColor.transparent)
        painter, area = QPainter(cells), self.cells_area()
        painter.setClipRect(area)
        painter.fillRect(area, ground(self))
        if not self.is_empty():
            image = picture(self.codes, self._levels, ground(self))
            left, right = self.x_of(0), self.x_of(len(self.codes) * self._every)
            painter.drawImage(QRectF(left, area.top(), right - left, area.height()), image)
        painter.setPen(QPen(colour(self, EDGE), 1))
        painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.end()
        return cells

    def _head_area(self, position: float) -> QRectF:
        return head_area(self, self.cells_area(), self.x_of(position))

    def _paint_caption(self, painter: QPainter) -> None:
        painter.setFont(scaled_font(self, 0.85))
        painter.setPen(colour(self, DIM))
        if self.is_empty():
            painter.drawText(self.cells_area(), Qt.AlignmentFlag.AlignCenter, self._sentence)
            return
        line = caption_of(self)
        if line.isEmpty():
            return
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        played = self.window_played.described(self._rate)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, played)
        line.setRight(line.right() - metrics.horizontalAdvance(played) - em(self))
        sentence = metrics.elidedText(self._sentence, elide, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, sentence)

    def _describe(self) -> None:
        played = self.window_played.described(self._rate)
        self.setAccessibleDescription(self._sentence if self.is_empty() else played)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._cells = None
            self.updateGeometry()
        super().changeEvent(event)
