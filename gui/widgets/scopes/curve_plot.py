"""Plot of curves over time, with their names and newest values, in the theme's colours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ...shell.theme import DIM, EDGE, WELL, colour
from ..elided_label import ElidedLabel
from ..painting import em, scaled_font

LOGARITHMIC = 20.0  # the ratio of largest to smallest value above which the axis is logarithmic
LINE_PIXELS, POINT_PIXELS = 2, 7


@dataclass(frozen=True)
class PlotCurve:
    """One line; x and y have the same length."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: QPalette.ColorRole  # of its colour
    dotted: bool = False  # draw every value as a point: each was measured


class CurvePlot(QWidget):
    """Shows curves; the axis of values is logarithmic where the values span a wide range."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Sequence[PlotCurve] = ()
        self._unit = self._time = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plot = pyqtgraph.PlotWidget(self, enableMenu=False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.setAntialiasing(True)
        self._head = QHBoxLayout()  # above the curves: a legend among them would hide some
        self._names: list[QLabel] = []
        self._axes = ElidedLabel(parent=self)
        self._axes.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._axes.setForegroundRole(DIM)
        self._head.addWidget(self._axes, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._head)
        column.addWidget(self._plot, 1)
        self._dress()

    @property
    def curves(self) -> Sequence[PlotCurve]:
        """The curves that are drawn."""
        return self._curves

    @property
    def is_logarithmic(self) -> bool:
        """True if the axis of values is logarithmic."""
        values = self._values()
        return bool(values) and min(values) > 0 and max(values) > LOGARITHMIC * min(values)

    def _values(self) -> list[float]:
        return [value for curve in self._curves for value in curve.y if math.isfinite(value)]

    def show_curves(self, curves: Sequence[PlotCurve], unit: str, time: str) -> None:
        """Draw curves instead of the previous ones: values in `unit` over x in units of `time`."""
        if (curves, unit, time) == (self._curves, self._unit, self._time):
            return
        self._curves, self._unit, self._time = curves, unit, time
        texts = [f"{c.name} {_number(c.y[-1])}" if len(c.y) else c.name for c in curves]
        self.setAccessibleDescription(f"{unit}: {', '.join(texts)}")
        self._axes.show_sentence(f"{unit} · {time}")
        while len(self._names) < len(curves):
            self._names.append(QLabel(self))
            self._head.insertWidget(len(self._names) - 1, self._names[-1])
        for label, text, curve in zip(self._names, texts, curves, strict=False):
            label.setText(f"{'●' if curve.dotted else '━'} {text}")
            label.setForegroundRole(curve.role)
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 22), math.ceil(em(self) * 10))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 12), math.ceil(em(self) * 6))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()
        super().changeEvent(event)

    def _draw(self) -> None:
        self._plot.clear()
        logarithmic = self.is_logarithmic
        self._plot.setLogMode(x=False, y=logarithmic)
        ticks: Any = None  # pyqtgraph's own
        if logarithmic:
            values = log_ticks(min(self._values()), max(self._values()))
            ticks = [[(math.log10(value), f"{value:g}") for value in values]]
        self._plot.getAxis("left").setTicks(ticks)
        for curve in self._curves:
            ink = colour(self, curve.role)
            points: dict[str, Any] = {}
            if curve.dotted or len(curve.x) == 1:
                points = {
                    "symbol": "o", "symbolSize": POINT_PIXELS,
                    "symbolBrush": ink, "symbolPen": None,
                }  # fmt: skip
            self._plot.plot(
                list(curve.x), list(curve.y), antialias=True,
                pen=pyqtgraph.mkPen(ink, width=LINE_PIXELS), **points,
            )  # fmt: skip

    def _dress(self) -> None:
        """Take over the theme's colours and the font."""
        self._plot.setBackground(colour(self, WELL))
        font = scaled_font(self, 0.85)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(colour(self, EDGE))
            axis.setTextPen(colour(self, DIM))
            axis.setTickFont(font)
            axis.enableAutoSIPrefix(False)
        self._plot.showGrid(x=True, y=True, alpha=0.25)
        self._draw()


def log_ticks(lowest: float, highest: float) -> list[float]:
    """Return 1, 2, 5, 10 … within the range, or 1, 10, 100 … if those are enough."""
    decades = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    steps = (1.0,) if len(decades) > 4 else (1.0, 2.0, 5.0)
    values = (step * 10.0**decade for decade in decades for step in steps)
    return [value for value in values if lowest <= value <= highest]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
