"""Fields for a training's further options, built from the family's option table."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from rtaudiogen.client.training import Option

from ..shell.theme import DIM
from ..widgets.elided_label import ElidedLabel

CHECKED = """
QCheckBox::indicator { border: 2px solid palette(placeholder-text); border-radius: 0.2em;
                       background: palette(base); width: 0.8em; height: 0.8em; }
QCheckBox::indicator:checked { background: palette(highlight); }
QCheckBox:focus { border: 1px solid palette(highlight); }
"""


Field = QCheckBox | QComboBox | QLineEdit


class OptionFields(QWidget):
    """A row for each option: its name, its value, its meaning."""

    def __init__(self, options: Sequence[Option], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = tuple(options)
        self.fields = {option.name: self._field(option) for option in options}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        for row, option in enumerate(options):
            name, help = QLabel(words(option.name), self), ElidedLabel(option.meaning, self)
            help.setForegroundRole(DIM)
            name.setToolTip(option.meaning)
            name.setBuddy(self.fields[option.name])
            for column, part in enumerate((name, self.fields[option.name], help)):
                grid.addWidget(part, row, column)

    def values(self) -> dict[str, Any]:
        """Return the values that differ from the defaults, by name; texts as they were typed."""
        found: dict[str, Any] = {}
        for option in self._options:
            field = self.fields[option.name]
            if isinstance(field, QCheckBox):
                if field.isChecked() != option.default:
                    found[option.name] = field.isChecked()
            elif isinstance(field, QComboBox):
                if field.currentText() != value_text(option.default):
                    found[option.name] = field.currentText()
            elif field.text().strip() not in ("", value_text(option.default)):
                found[option.name] = field.text().strip()
        return found

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and the defaults of all other options."""
        for option in self._options:
            field = self.fields[option.name]
            if isinstance(field, QCheckBox):
                field.setChecked(bool(values.get(option.name, option.default)))
            elif isinstance(field, QComboBox):
                field.setCurrentText(value_text(values.get(option.name, option.default)))
            else:
                field.setText(value_text(values[option.name]) if option.name in values else "")

    def _field(self, option: Option) -> Field:
        field: Field
        if option.kind == "bool":
            field = QCheckBox(self)
            field.setStyleSheet(CHECKED)
            field.setChecked(bool(option.default))
        elif option.choices:
            field = QComboBox(self)
            field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            field.addItems(option.choices)
            field.setCurrentText(value_text(option.default))
        else:
            field = QLineEdit(self)
            field.setPlaceholderText(value_text(option.default))
            letters = "0" * 12
            field.setFixedWidth(field.fontMetrics().horizontalAdvance(letters))
            if option.kind in ("int", "float"):
                field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setAccessibleName(words(option.name))
        field.setAccessibleDescription(option.meaning)
        field.setToolTip(option.meaning)
        return field


def words(name: str) -> str:
    """Return an option's name in words."""
    return name.replace("_", " ").capitalize()


def value_text(value: Any) -> str:
    """Return a value as a person would type it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
