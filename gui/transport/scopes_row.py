"""Row of scopes for the output: waveform, spectrum and phase, each shown or hidden."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from ..widgets.scopes.phase_view import PhaseView
from ..widgets.scopes.scope import Scope
from ..widgets.scopes.spectrum_view import SpectrumView
from ..widgets.scopes.waveform_view import WaveformView

UNLIMITED = (1 << 24) - 1  # QWIDGETSIZE_MAX


class ScopesRow(QWidget):
    """Scopes that are fed with the output; a column of buttons shows and hides them."""

    save_wanted = Signal(object, int, object)  # frozen (frames, channels), their rate in Hz, QImage

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waveform, self.spectrum, self.phase = (
            WaveformView(self), SpectrumView(self), PhaseView(self),
        )  # fmt: skip
        self.scopes: dict[str, Scope] = {
            "waveform": self.waveform, "spectrum": self.spectrum, "phase": self.phase,
        }  # fmt: skip
        self.toggles: dict[str, QToolButton] = {}
        self._buttons = QWidget(self)
        self.splitter = QSplitter(self)
        self.splitter.setChildrenCollapsible(False)
        signs = QVBoxLayout(self._buttons)
        signs.setContentsMargins(0, 0, 0, 0)
        for (name, scope), sign in zip(self.scopes.items(), "∿▟◇", strict=True):
            self.splitter.addWidget(scope)
            scope.save.connect(self.save_wanted)
            self.toggles[name] = toggle = self._toggle(name, sign)
            signs.addWidget(toggle)
        signs.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.splitter, 1)
        self.splitter.setSizes([400, 400, 200])
        self.show_scope("phase", False)

    def feed(self, frames: NDArray[Any], sample_rate: int) -> None:
        """Feed the newest frames, (frames, channels), to the scopes."""
        for scope in self.scopes.values():
            scope.set_sample_rate(sample_rate)
            scope.feed(frames)

    def show_scope(self, name: str, shown: bool) -> None:
        """Show or hide "waveform", "spectrum" or "phase"; with all hidden the row takes little
        room.
        """
        self.toggles[name].setChecked(shown)
        self.scopes[name].setVisible(shown)
        any_shown = any(toggle.isChecked() for toggle in self.toggles.values())
        self.splitter.setVisible(any_shown)
        self.setMaximumHeight(UNLIMITED if any_shown else self._buttons.sizeHint().height())

    def state(self) -> dict[str, Any]:
        """Return which scopes are shown, and their widths, in JSON values."""
        shown = {name: toggle.isChecked() for name, toggle in self.toggles.items()}
        return {"shown": shown, "sizes": self.splitter.sizes()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what `state` returned; unknown scopes are ignored."""
        for name, shown in state["shown"].items():
            if name in self.scopes:
                self.show_scope(name, bool(shown))
        if sum(state["sizes"]):
            self.splitter.setSizes([int(size) for size in state["sizes"]])

    def _toggle(self, name: str, sign: str) -> QToolButton:
        toggle = QToolButton(self._buttons)
        toggle.setText(sign)
        toggle.setCheckable(True)
        toggle.setChecked(True)
        toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        toggle.setAccessibleName(f"Show {name}")
        toggle.setToolTip(f"Show or hide: {name}")
        toggle.clicked.connect(lambda shown: self.show_scope(name, shown))
        return toggle
