"""The two themes of the application: dark for the stage, light for the desk.

A theme is a palette, a small stylesheet that uses only the palette's colours, and Qt's Fusion
style. Widgets that paint ask their own palette for the roles below, so Qt repaints them in the new
colours when the theme changes.
"""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

Role = QPalette.ColorRole

WINDOW = Role.Window
WELL = Role.Base  # behind curves, meters and typed text
RAISED = Role.Button  # surfaces that can be pressed
EDGE = Role.Mid  # borders, grids, the empty part of a dial
TEXT = Role.WindowText
DIM = Role.PlaceholderText  # text that need not be read from afar
ACCENT = Role.Accent  # values, selection, focus
ON_ACCENT = Role.HighlightedText
SIGNAL = Role.LinkVisited  # sound at a normal level
WARNING = Role.Link  # too loud; mapped to a controller
ALARM = Role.BrightText  # clipped, failed

# Text that must be read from two metres needs about 18 pixels of a laptop's screen and is drawn
# larger than this, the smallest size of all other text.
SMALLEST_FONT_POINTS = 11.0

STYLESHEET = """
QToolTip { color: palette(window-text); background: palette(button); padding: 0.3em;
           border: 1px solid palette(mid); }
QMenu { border: 1px solid palette(mid); }
QPushButton, QToolButton {
    background: palette(button); color: palette(button-text);
    border: 2px solid palette(mid); border-radius: 0.25em; padding: 0.2em 0.6em; }
QToolButton { padding: 0.1em 0.4em; }
QPushButton:hover, QToolButton:hover { border-color: palette(placeholder-text); }
QPushButton:checked, QToolButton:checked {
    background: palette(highlight); color: palette(highlighted-text); }
QPushButton:focus, QToolButton:focus { border-color: palette(window-text); }
QPushButton:disabled, QToolButton:disabled { color: palette(mid); }
QLineEdit { background: palette(base); border: 1px solid palette(mid); border-radius: 0.2em;
            padding: 0.15em 0.3em; }
QLineEdit:focus { border-color: palette(highlight); }
"""


@dataclass(frozen=True)
class Theme:
    """Colours by purpose; every text has a contrast of at least 4.5 to its background."""

    window: str
    well: str
    raised: str
    edge: str
    text: str
    dim: str
    accent: str
    on_accent: str
    signal: str
    warning: str
    alarm: str

    def palette(self) -> QPalette:
        """Return the colours as a palette of Qt's roles."""
        palette = QPalette(QColor(self.raised), QColor(self.window))
        for roles, colour in (
            ((Role.Window, Role.AlternateBase, Role.Shadow), self.window),
            ((Role.Base,), self.well),
            ((Role.Button, Role.ToolTipBase, Role.Midlight, Role.Light), self.raised),
            ((Role.Mid, Role.Dark), self.edge),
            ((Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText), self.text),
            ((Role.PlaceholderText,), self.dim),
            ((Role.Accent, Role.Highlight), self.accent),
            ((Role.HighlightedText,), self.on_accent),
            ((Role.LinkVisited,), self.signal),
            ((Role.Link,), self.warning),
            ((Role.BrightText,), self.alarm),
        ):
            for role in roles:
                palette.setColor(role, QColor(colour))
        for role in (Role.WindowText, Role.Text, Role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(self.edge))
        return palette


DARK = Theme(
    window="#14171b", well="#090b0d", raised="#262d35", edge="#4a5662", text="#f4f7f9",
    dim="#aab6c1", accent="#4cc3ff", on_accent="#06121a", signal="#5fdc7c", warning="#ffb638",
    alarm="#ff5f56",
)  # fmt: skip
LIGHT = Theme(
    window="#f1f3f5", well="#ffffff", raised="#e1e6ea", edge="#a5b0ba", text="#12161a",
    dim="#47525d", accent="#0063b1", on_accent="#ffffff", signal="#17723a", warning="#8f5400",
    alarm="#bd2222",
)  # fmt: skip
THEMES = {"dark": DARK, "light": LIGHT}


def apply_theme(app: QApplication, name: Literal["dark", "light"]) -> None:
    """Give the whole application one of `THEMES`; open windows change at once."""
    app.setStyle("Fusion")
    font = app.font()
    if font.pointSizeF() < SMALLEST_FONT_POINTS:
        font.setPointSizeF(SMALLEST_FONT_POINTS)
        app.setFont(font)
    app.setPalette(THEMES[name].palette())
    app.setStyleSheet(STYLESHEET)


def colour(widget: QWidget, role: QPalette.ColorRole, alpha: float = 1.0) -> QColor:
    """Return `role`'s colour in a widget's palette, with the opacity `alpha` 0 … 1."""
    found = QColor(widget.palette().color(role))
    found.setAlphaF(alpha)
    return found
