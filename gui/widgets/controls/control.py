"""Base of every control: title, value, help, menu and mapped controller."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from rtaudiogen.generator import Parameter

from ...shell.theme import DIM, WARNING, colour
from ..painting import em, fitted_font
from ..tooltip import wrapped
from .value_text import value_text


class Control(QWidget):
    """A parameter that the user can move.

    `changed(value)` is emitted when the user moves it, never by `show_value`. `learn()` asks to map
    the next controller that moves to this parameter.
    """

    changed = Signal(float)
    learn = Signal()
    learns = True  # a controller can be mapped to it

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._value = parameter.clamp(parameter.default)
        self._title = parameter.name
        self._controller = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(parameter.name)
        self._describe()

    @property
    def value(self) -> float:
        """The value in the parameter's own unit."""
        return self._value

    @property
    def controller(self) -> str:
        """Name of the mapped controller ("CC 74"); empty: none."""
        return self._controller

    def show_value(self, value: float) -> None:
        """Show a value that was changed elsewhere; emit nothing."""
        if math.isfinite(value) and self.parameter.clamp(value) != self._value:
            self._value = self.parameter.clamp(value)
            self._describe()
            self.refresh()

    def set_value(self, value: float) -> None:
        """Set a value, or the nearest in range, as the user does; emit `changed`."""
        before = self._value
        self.show_value(value)
        if self._value != before:
            self.changed.emit(self._value)

    def show_controller(self, name: str) -> None:
        """Mark the control as moved by a controller of this name; empty: by none."""
        if name != self._controller:
            self._controller = name
            self._describe()
            self.update()

    def show_title(self, title: str) -> None:
        """Show a heading instead of the parameter's name; the tooltip keeps the name."""
        self._title = title
        self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """Return the menu of the right mouse button and the menu key."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.learns:
            menu.addAction("Learn a controller", self.learn.emit)
        default = value_text(self.parameter, self.parameter.clamp(self.parameter.default))
        menu.addAction(f"Default ({default})", self._to_default)
        return menu

    def refresh(self) -> None:
        """Redraw the control after `value` has changed."""
        self.update()

    def title_height(self) -> int:
        """Return the height in pixels of the title at the top."""
        return math.ceil(em(self) * 1.15)

    def title_width(self) -> int:
        """Return the width in pixels of the title, with the controller's dot."""
        return self.fontMetrics().horizontalAdvance(self._title) + 4 + math.ceil(1.1 * em(self))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_title(painter)

    def paint_title(self, painter: QPainter) -> None:
        """Paint the heading, and a dot if a controller is mapped."""
        dot = em(self) * 0.22
        area = QRectF(2, 0, self.width() - 4, self.title_height())
        painter.setPen(colour(self, DIM))
        if self._controller:
            area.adjust(2.5 * dot, 0, -2.5 * dot, 0)
        painter.setFont(fitted_font(self, self._title, area.width()))
        elide = Qt.TextElideMode.ElideRight
        title = painter.fontMetrics().elidedText(self._title, elide, int(area.width()) + 1)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, title)
        painter.setFont(self.font())
        if self._controller:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(self, WARNING))
            painter.drawEllipse(QPointF(self.width() - 2 * dot, area.center().y()), dot, dot)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _to_default(self) -> None:
        self.set_value(self.parameter.default)

    def _describe(self) -> None:
        parameter = self.parameter
        text = f"{parameter.name}: {value_text(parameter, self._value)}"
        self.setAccessibleDescription(f"{text}. {parameter.help}".strip())
        lines = [parameter.name, parameter.help]
        if self._controller:
            lines.append(f"moved by {self._controller}")
        self.setToolTip(wrapped("\n".join(filter(None, lines))))
