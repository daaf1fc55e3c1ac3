"""Both themes have enough contrast, and a change of theme repaints everything."""

import pytest
from PySide6.QtGui import QColor

from rtaudiogen.gui.shell.theme import SMALLEST_FONT_POINTS, THEMES, apply_theme
from tests.gui.widgets import gallery


def luminance(name):
    channels = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
                for value in QColor(name).getRgbF()[:3]]  # fmt: skip
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(one, other):
    """Return the contrast ratio of WCAG 2.1."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_all_that_is_read_stands_out(name):
    theme = THEMES[name]
    for ground in (theme.window, theme.well, theme.raised):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.dim, ground) >= 4.5
        for signal in (theme.accent, theme.signal, theme.warning, theme.alarm):
            assert contrast(signal, ground) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def test_letters_have_a_smallest_size_and_larger_ones_are_kept(qapp):
    font = qapp.font()
    assert font.pointSizeF() >= SMALLEST_FONT_POINTS
    font.setPointSizeF(20)
    qapp.setFont(font)
    apply_theme(qapp, "light")
    assert qapp.font().pointSizeF() == 20
    font.setPointSizeF(SMALLEST_FONT_POINTS)
    qapp.setFont(font)


def test_open_windows_change_with_the_theme(qapp, shown):
    widgets = gallery.widgets()
    for widget in widgets.values():
        shown(widget)
    apply_theme(qapp, "dark")  # twice in all: it reaches every window that there is
    dark = {name: widget.grab().toImage() for name, widget in widgets.items()}
    apply_theme(qapp, "light")
    for name, widget in widgets.items():
        assert widget.grab().toImage() != dark[name], name
        widget.hide()
