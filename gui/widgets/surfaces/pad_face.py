"""Painting of a single pad."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from ...shell.theme import ACCENT, DIM, EDGE, ON_ACCENT, RAISED, TEXT, WARNING, colour
from ..painting import em, fitted_font, polygon


@dataclass
class PadFace:
    """Label, thumbnail and state of a pad; `glow` 0 … 1 tells how recently it was struck."""

    label: str
    locked: bool = False
    glow: float = 0.0
    outline: NDArray[np.float64] | None = None  # (columns,) peaks of the sound, 0 … 1


def paint_face(
    painter: QPainter, widget: QWidget, face: PadFace, area: QRectF, marked: bool
) -> None:
    """Paint a pad; `marked`: it is the selected one, or something is being dragged onto it."""
    painter.setPen(QPen(colour(widget, ACCENT if marked else EDGE), 3 if marked else 1.5))
    for fill in (colour(widget, RAISED), colour(widget, ACCENT, face.glow)):
        painter.setBrush(fill)
        painter.drawRoundedRect(area.adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
    inside = area.adjusted(6, 4, -6, -4)
    bright = face.glow > 0.5
    if face.outline is not None:
        _paint_outline(painter, widget, face.outline, inside.adjusted(0, 4, 0, 0))
    painter.setPen(colour(widget, ON_ACCENT if bright else TEXT))
    room = inside.adjusted(0, 0, -em(widget) if face.locked else 0, 0)
    _paint_label(painter, widget, face.label, room)
    if face.locked:
        _paint_lock(painter, widget, inside.topRight(), bright)


def _paint_label(painter: QPainter, widget: QWidget, label: str, room: QRectF) -> None:
    """Paint the label on as many lines as it has words, or on one if two do not fit."""
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    if room.height() >= 2 * em(widget):
        longest = max(label.split(), key=len, default="")
        painter.setFont(fitted_font(widget, longest, room.width(), bold=True))
        flags |= int(Qt.TextFlag.TextWordWrap)
    else:
        painter.setFont(fitted_font(widget, label, room.width(), bold=True))
        elide = Qt.TextElideMode.ElideRight
        label = painter.fontMetrics().elidedText(label, elide, int(room.width()))
    painter.drawText(room, flags, label)


def paint_arrow(painter: QPainter, widget: QWidget, start: QPointF, end: QPointF) -> None:
    """Paint an arrow from the dragged pad to the pointer."""
    painter.setPen(QPen(colour(widget, WARNING), em(widget) * 0.2))
    painter.drawLine(start, end)
    angle = math.atan2(end.y() - start.y(), end.x() - start.x())
    for turn in (2.6, -2.6):
        way = QPointF(math.cos(angle + turn), math.sin(angle + turn))
        painter.drawLine(end, end + way * em(widget) * 0.8)


def _paint_outline(
    painter: QPainter, widget: QWidget, outline: NDArray[np.float64], area: QRectF
) -> None:
    x = np.linspace(area.left(), area.right(), len(outline))
    half = outline * area.height() / 2
    middle = area.center().y()
    both = np.concatenate((middle - half, (middle + half)[::-1]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(widget, DIM, 0.45))
    painter.drawPolygon(polygon(np.concatenate((x, x[::-1])), both))


def _paint_lock(painter: QPainter, widget: QWidget, corner: QPointF, bright: bool) -> None:
    unit = em(widget) * 0.18
    body = QRectF(corner.x() - 4 * unit, corner.y() + 2.5 * unit, 4 * unit, 3 * unit)
    shackle = QRectF(body.left() + 0.7 * unit, corner.y() + 0.5 * unit, 2.6 * unit, 4 * unit)
    ink = colour(widget, ON_ACCENT if bright else WARNING)
    painter.setPen(QPen(ink, unit * 0.7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(shackle, 0, 180 * 16)
    painter.fillRect(body, ink)
