"""Base of the scopes: frames in, freeze, cursor, and a header with the reading."""

import math

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ...shell.theme import TEXT, WELL, WINDOW, colour
from ..elided_label import ElidedLabel
from ..painting import draw_focus, em
from .frame_clock import Animated
from .frame_ring import FrameRing, Frames

SECONDS = 4.0  # length of sound that is kept


class Scope(Animated):
    """A view that is fed with the output and painted by the clock while it is visible.

    Every scope defines `paint` and `reading`. Space freezes it; then a cursor follows mouse and
    arrow keys, and `save(frames, sample_rate, picture)` asks to save the frozen frames, (n,
    channels), or their QImage.
    """

    save = Signal(object, int, object)
    froze = Signal(bool)

    def __init__(self, name: str, help: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample_rate = 48000
        self.ring = FrameRing(round(SECONDS * self._sample_rate))
        self._still: Frames | None = None
        self._painted = -1  # frames written when it was last painted
        self._cursor: QPointF | None = None
        self._title = QLabel(name, self)
        self._readout = ElidedLabel(parent=self)
        self._freeze = QToolButton(self)
        self._save = QToolButton(self)
        self.setAccessibleName(name)
        self.setToolTip(help)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # Qt need not paint what is below
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._build(name)

    @property
    def sample_rate(self) -> int:
        """Rate of the frames in Hz."""
        return self._sample_rate

    @property
    def frozen(self) -> bool:
        """True if the picture is frozen."""
        return self._still is not None

    def set_sample_rate(self, sample_rate: int) -> None:
        """Set the rate in Hz; another rate than before empties the ring."""
        if sample_rate != self._sample_rate:
            self._sample_rate = sample_rate
            self.ring = FrameRing(round(SECONDS * sample_rate), self.ring.channels)
            self.rate_changed()

    def feed(self, frames: Frames) -> None:
        """Take the frames that were heard since the last call, (n, channels); cheap. [control]"""
        if len(frames):
            self.ring.write(frames)

    def set_frozen(self, frozen: bool) -> None:
        """Freeze the picture, or continue with the newest frames."""
        if frozen == self.frozen:
            return
        self._still = self.ring.latest(self.ring.capacity) if frozen else None
        self._freeze.setChecked(frozen)
        self._save.setVisible(frozen)
        self._title.setVisible(not frozen)  # the reading needs its room
        self._cursor = None
        self._say()
        self.update()
        self.froze.emit(frozen)

    def canvas(self) -> QRect:
        """Return the area of the picture in pixels."""
        margin = 2
        top = self._freeze.geometry().bottom() + 3
        return self.rect().adjusted(margin, top, -margin, -margin)

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Draw the picture into the canvas."""
        raise NotImplementedError

    def reading(self, place: QPointF) -> str:
        """Return the reading at a point of the canvas, as text."""
        raise NotImplementedError

    def heard(self, seconds: float) -> None:
        """Prepare the picture of new frames, `seconds` after the last ones."""

    def rate_changed(self) -> None:
        """React to another sample rate."""

    def advance(self, seconds: float) -> None:
        if self.frozen or self.ring.written == self._painted:
            return
        self._painted = self.ring.written
        self.heard(seconds)
        self.update(self.canvas())

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 26), math.ceil(em(self) * 12))

    def minimumSizeHint(self) -> QSize:
        # title and save button share one place, so the layout stays the same when they swap
        place = max(self._title.sizeHint().width(), self._save.sizeHint().width())
        head = place + self._freeze.sizeHint().width() + em(self) * 1.5
        return QSize(math.ceil(max(head, em(self) * 9)), math.ceil(em(self) * 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        area = self.canvas()
        painter = QPainter(self)
        if not area.contains(event.rect()):
            painter.fillRect(self.rect(), colour(self, WINDOW))
            draw_focus(painter, self)
        if event.region().intersects(area):
            painter.save()
            painter.setClipRect(area)
            painter.fillRect(area, colour(self, WELL))
            self.paint(painter, area)
            if self._cursor is not None:
                painter.setPen(QPen(colour(self, TEXT), 1, Qt.PenStyle.DashLine))
                x = round(self._cursor.x())
                painter.drawLine(x, area.top(), x, area.bottom())
            if self._readout.is_elided:
                self._paint_reading(painter, area)
            painter.restore()

    def _paint_reading(self, painter: QPainter, area: QRect) -> None:
        """Paint the whole reading into the picture, because the header lacks room."""
        text, flags = self._readout.sentence, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        place = painter.boundingRect(area.adjusted(4, 2, -4, -2), flags, text)
        painter.fillRect(place.adjusted(-4, -2, 4, 2), colour(self, WELL, 0.8))
        painter.setPen(colour(self, TEXT))
        painter.drawText(place, flags, text)

    def move_cursor(self, place: QPointF) -> None:
        """Move the cursor to a point, or to the nearest point of the canvas."""
        area = self.canvas()
        x = min(max(place.x(), area.left()), area.right())
        self._cursor = QPointF(x, min(max(place.y(), area.top()), area.bottom()))
        self._say()
        self.update(area)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.frozen:
            self.move_cursor(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Space:
            self.set_frozen(not self.frozen)
        elif self.frozen and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            cursor = self._cursor or QPointF(self.canvas().center())
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            self.move_cursor(cursor + QPointF(step if key == Qt.Key.Key_Right else -step, 0))
        else:
            super().keyPressEvent(event)

    def _say(self) -> None:
        text = self.reading(self._cursor) if self._cursor is not None else ""
        self._readout.show_sentence(text)
        self.setAccessibleDescription(text)

    def _ask_to_save(self) -> None:
        if self._still is not None:
            picture = self.grab().toImage()
            self.save.emit(self._still.copy(), self._sample_rate, picture)

    def _build(self, name: str) -> None:
        self._freeze.setText("Freeze")
        self._freeze.setCheckable(True)
        self._freeze.setAccessibleName(f"Freeze {name}")
        self._freeze.setToolTip("Stop the picture and read it with a cursor (space)")
        self._freeze.clicked.connect(self.set_frozen)
        self._save.setText("Save…")
        self._save.hide()
        self._save.setAccessibleName(f"Save the frozen {name}")
        self._save.setToolTip("Save the frozen sound as a WAV file, or its picture as PNG")
        self._save.clicked.connect(self._ask_to_save)
        self._readout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        header = QHBoxLayout()
        header.addWidget(self._title)
        header.addWidget(self._readout, 1)
        header.addWidget(self._save)
        header.addWidget(self._freeze)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addLayout(header)
        layout.addStretch(1)
