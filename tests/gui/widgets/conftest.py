"""Fixtures for widgets: an offscreen window system, the dark theme, mouse and wheel."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rtaudiogen.gui.shell.theme import DARK, WINDOW, apply_theme


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    if qapp.palette().color(WINDOW) != QColor(DARK.window):  # it takes a while
        apply_theme(qapp, "dark")


@pytest.fixture(autouse=True)
def _alone(qapp: QApplication) -> None:
    """Hide windows that other tests left open: they keep the shared clock running."""
    for window in qapp.topLevelWidgets():
        window.hide()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., QWidget]:
    """Return a function that shows a widget, sized if asked, and gives it the focus."""

    def show(widget: QWidget, width: int = 0, height: int = 0) -> QWidget:
        qtbot.addWidget(widget)
        if width:
            widget.resize(width, height)
        widget.show()
        qtbot.waitExposed(widget)
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        widget.setFocus()
        return widget

    return show


@pytest.fixture
def turn() -> Callable[..., bool]:
    """Return a function that turns the wheel over a widget by some notches.

    The function returns whether the widget took the wheel.
    """

    def turn(
        widget: QWidget,
        notches: float,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> bool:
        centre = QPointF(widget.rect().center())
        event = QWheelEvent(
            centre, widget.mapToGlobal(centre), QPoint(), QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        return event.isAccepted()

    return turn


@pytest.fixture
def drag(qtbot: QtBot) -> Callable[..., None]:
    """Return a function that presses at the first point, moves through the rest, and releases."""

    def drag(widget: QWidget, *points: QPoint, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        left = Qt.MouseButton.LeftButton
        qtbot.mousePress(widget, left, modifier, points[0])
        for point in points[1:]:
            _move(widget, point, left, modifier)
        qtbot.mouseRelease(widget, left, modifier, points[-1])

    return drag


def _move(widget: QWidget, point: QPoint, button: Qt.MouseButton, modifier) -> None:
    # qtbot's own mouseMove carries no buttons.
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(point), widget.mapToGlobal(QPointF(point)),
        Qt.MouseButton.NoButton, button, modifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.fixture
def heard() -> Callable[..., list]:
    """Return a function that collects what a signal emits in a list."""

    def listen(signal) -> list:
        said: list = []
        signal.connect(lambda *values: said.append(values[0] if len(values) == 1 else values))
        return said

    return listen
