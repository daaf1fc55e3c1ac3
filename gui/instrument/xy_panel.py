"""XY pad that moves two parameters of the selected slot."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from rtaudiogen.generator import Parameter
from rtaudiogen.views import XYView

from ..widgets.surfaces.xy_pad import XYPad

_NAME_LETTERS = 8  # letters of a parameter's name that always fit


class XYPanel(QWidget):
    """An XY pad with two lists that choose its parameters; empty for a model with fewer than
    two.
    """

    moved = Signal(object)  # both values by parameter id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad: XYPad | None = None
        self._parameters: dict[str, Parameter] = {}
        self._values: Mapping[str, float] = {}
        self._partners: dict[str, str] = {}  # by id: the parameter that suits it
        self.axes = QComboBox(self), QComboBox(self)
        row = QHBoxLayout()
        for axis, name in zip(self.axes, ("left and right", "up and down"), strict=True):
            axis.setToolTip(f"Parameter that moving {name} changes")
            axis.setAccessibleName(axis.toolTip())
            # another model's names must not change the layout around them
            axis.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            axis.setMinimumContentsLength(_NAME_LETTERS)
            row.addWidget(axis, 1)
        self.axes[0].activated.connect(self._take_partner)
        self.axes[1].activated.connect(self._build)
        self.axes[0].setToolTip("Parameter that moving left and right changes; may set the other")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(row)

    def show_parameters(
        self, parameters: Sequence[Parameter], pairs: Sequence[XYView] = ()
    ) -> None:
        """Offer the parameters of another model; begin with the first pair that suits it."""
        gliding = [parameter for parameter in parameters if not parameter.stepped]
        self._parameters = {parameter.id: parameter for parameter in gliding}
        self._values = {}
        for number, axis in enumerate(self.axes):
            axis.clear()
            for parameter in gliding:
                axis.addItem(parameter.name, parameter.id)
            axis.setCurrentIndex(min(number, len(gliding) - 1))
        pairs = [pair for pair in pairs if {pair.x, pair.y} <= self._parameters.keys()]
        self._partners = {pair.x: pair.y for pair in reversed(pairs)}
        if pairs:
            self.axes[0].setCurrentIndex(self.axes[0].findData(pairs[0].x))
        self._take_partner()

    def _take_partner(self) -> None:
        """Choose the vertical parameter that suits the horizontal one, if there is such a pair."""
        partner = self._partners.get(self.axes[0].currentData(), "")
        if partner in self._parameters:
            self.axes[1].setCurrentIndex(self.axes[1].findData(partner))
        self._build()

    def show_values(self, values: Mapping[str, float]) -> None:
        """Show the values of the parameters."""
        self._values = values
        if self.pad is not None and not self.pad.underMouse():  # the user has precedence
            x, y = (p.clamp(values.get(p.id, p.default)) for p in self.pad.parameters)
            self.pad.show_values(x, y)

    def _build(self) -> None:
        if self.pad is not None:
            self.pad.hide()  # frees its room at once
            self.pad.deleteLater()
            self.pad = None
        self.setEnabled(len(self._parameters) > 1)
        if len(self._parameters) < 2:
            return
        x, y = (self._parameters[axis.currentData()] for axis in self.axes)
        self.pad = XYPad(x, y, self)
        self.pad.changed.connect(self._move)
        self._column.addWidget(self.pad, 1)
        self.show_values(self._values)

    def _move(self, x: float, y: float) -> None:
        assert self.pad is not None
        ids = [parameter.id for parameter in self.pad.parameters]
        self.moved.emit(dict(zip(ids, (x, y), strict=True)))
