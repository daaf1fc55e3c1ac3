"""Two parameters of the selected slot under one finger."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from rtaudiogen.generator import Parameter
from rtaudiogen.views import XYView

from ..widgets.surfaces.xy_pad import XYPad

_NAME_LETTERS = 8  # of a parameter's name, for which there is room at least


class XYPanel(QWidget):
    """An XY pad, and which parameters it moves; empty for a model with fewer than two."""

    moved = Signal(object)  # both values by parameter id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad: XYPad | None = None
        self._parameters: dict[str, Parameter] = {}
        self._values: Mapping[str, float] = {}
        self._partners: dict[str, str] = {}  # what suits a parameter, by ids
        self.axes = QComboBox(self), QComboBox(self)
        row = QHBoxLayout()
        for axis, name in zip(self.axes, ("left and right", "up and down"), strict=True):
            axis.setToolTip(f"What moves {name}")
            axis.setAccessibleName(axis.toolTip())
            # another model's names must not move everything beside them
            axis.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            axis.setMinimumContentsLength(_NAME_LETTERS)
            row.addWidget(axis, 1)
        self.axes[0].activated.connect(self._take_partner)
        self.axes[1].activated.connect(self._build)
        self.axes[0].setToolTip("What moves left and right; up and down, then, moves what suits it")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(row)

    def show_parameters(
        self, parameters: Sequence[Parameter], pairs: Sequence[XYView] = ()
    ) -> None:
        """Another model's parameters; of the pairs that suit it, the first is taken."""
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
        """Up and down moves what suits that which moves left and right, if anything does."""
        partner = self._partners.get(self.axes[0].currentData(), "")
        if partner in self._parameters:
            self.axes[1].setCurrentIndex(self.axes[1].findData(partner))
        self._build()

    def show_values(self, values: Mapping[str, float]) -> None:
        """Where the parameters stand."""
        self._values = values
        if self.pad is not None and not self.pad.underMouse():  # a hand is stronger
            x, y = (p.clamp(values.get(p.id, p.default)) for p in self.pad.parameters)
            self.pad.show_values(x, y)

    def _build(self) -> None:
        if self.pad is not None:
            self.pad.hide()  # takes no room from now on
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
