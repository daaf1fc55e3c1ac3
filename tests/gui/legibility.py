"""Find texts of the window that are cut off, in tests or as a program at another scale."""

import os
import sys
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QWidget,
)

from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.widgets.elided_label import ElidedLabel

SIZES = (QSize(1024, 640), QSize(1280, 800))
MODELS = ("sine", "wavegan-drums", "vqvae-speech")  # a keyboard, pads, a ribbon
SLACK = 1  # pixels: metrics are rounded
DEEPEST = 10  # widgets in one another: a new text's size is handed on by one a round


def settle() -> None:
    """Let layouts find their places."""
    for _ in range(5):
        QApplication.processEvents()
        time.sleep(0.01)
    for _ in range(DEEPEST):  # no timer is heard here, so no text changes any more
        QApplication.sendPostedEvents()


def cut_texts(window: QWidget) -> list[str]:
    """Return a sentence for every visible text that has too little room."""
    return [
        f"{type(widget).__module__.split('.')[-1]}.{type(widget).__name__} "
        f"in {_home(widget)}: {text!r} needs {need}, has {room}"
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        for text, need, room in _texts(widget)
        if need > room + SLACK
    ]


def _texts(widget: QWidget) -> Iterator[tuple[str, int, int]]:
    """Yield each text with the pixels that it needs and has, in width and in height."""
    metrics = widget.fontMetrics()
    if isinstance(widget, ElidedLabel):
        if "…" in widget.text() and widget.sentence not in widget.toolTip():
            yield widget.sentence, metrics.horizontalAdvance(widget.sentence), widget.width()
    elif isinstance(widget, QLabel) and widget.text():
        room = widget.contentsRect()
        if widget.wordWrap():
            flags = int(Qt.TextFlag.TextWordWrap)
            needed = metrics.boundingRect(QRect(0, 0, room.width(), 10000), flags, widget.text())
            yield widget.text(), needed.height(), room.height()
        else:
            lines = widget.text().split("\n")
            yield widget.text(), max(map(metrics.horizontalAdvance, lines)), room.width()
            yield widget.text(), metrics.height() * len(lines), room.height()
    elif isinstance(widget, QAbstractButton) and widget.text():
        yield widget.text(), widget.minimumSizeHint().width(), widget.width()
        yield widget.text(), widget.minimumSizeHint().height(), widget.height()
    elif isinstance(widget, QComboBox):
        if widget.currentText() in widget.toolTip():
            return  # a device's name may be longer than any window
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, field, widget
        )
        yield widget.currentText(), metrics.horizontalAdvance(widget.currentText()), room.width()
        yield widget.currentText(), metrics.height(), room.height()
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            text, room = widget.tabText(index), widget.tabRect(index)
            yield text, metrics.horizontalAdvance(text), room.width()


def _home(widget: QWidget) -> str:
    """Return the part of the window that a widget belongs to."""
    parts = []
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if "rtaudiogen.gui" in type(parent).__module__:
            parts.append(type(parent).__name__)
        parent = parent.parentWidget()
    return "/".join(reversed(parts))


def cut_anywhere(window: MainWindow, wait: Callable[..., None]) -> list[str]:
    """Return the cut texts of all pages, at all sizes, for every kind of generator, each once."""
    found: dict[str, None] = {}
    for model in MODELS:
        slot = window.rack.selection
        window.bridge.do(lambda engine, slot=slot, model=model: engine.swap_slot(slot, model))
        wait(lambda model=model: window.instrument.model and window.instrument.model.id == model)
        for size in SIZES:
            window.resize(size)
            for page in range(window.pages.count()):
                window.pages.setCurrentIndex(page)
                settle()
                assert window.size() == size, f"{size} wanted, {window.size()} had"
                found.update(dict.fromkeys(cut_texts(window)))
    return list(found)


def main() -> None:
    """Print the cut texts of a window of its own, at the scale that the environment sets."""
    from rtaudiogen.client.catalogue import Startup
    from rtaudiogen.gui.shell.bridge import Bridge
    from rtaudiogen.gui.shell.theme import apply_theme
    from rtaudiogen.wire.settings import EngineSettings

    from .conftest import SESSION, wait

    application = QApplication(["rtaudiogen"])
    apply_theme(application, "dark")
    window = MainWindow(Bridge())
    window.bridge.open(Startup(EngineSettings(output="null", midi="none"), SESSION))
    window.show()
    wait(lambda: window.rack.models.models and window.rack.strips and window.instrument.panel)
    print("\n".join(cut_anywhere(window, wait)))
    window.close()


if __name__ == "__main__":
    sys.exit(main())
