"""View of a training: progress, curves, messages and clips."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.client.training import TrainingFacts

from ..shell.theme import ACCENT, ALARM, DIM, SIGNAL, TEXT, WARNING, colour
from ..widgets.elided_label import ElidedLabel
from .clips import TrainingClips

if TYPE_CHECKING:
    from ..widgets.scopes.curve_plot import CurvePlot

ALARMING = "WARNING: "  # prefix of messages about problems
STATES = {
    "preparing": "reading the sounds",
    "training": "training",
    "stopping": "stopping: the model is being written",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
}


class TrainingView(QWidget):
    """Shows facts of a training; signals tell what the user wants."""

    stop = Signal()
    go_on = Signal()
    another = Signal()
    add = Signal()  # add the model to the rack
    play = Signal(str)  # a sound file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentences: Sequence[str] = ()
        self.plots: tuple[CurvePlot, ...] = ()
        self.title, self.state = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.bar = QProgressBar(self)
        self.stop_button = QPushButton("Stop", self)
        self.go_on_button = QPushButton("Go on", self)
        self.another_button = QPushButton("New training", self)
        self.add_button = QPushButton("Add to the rack", self)
        self.clips, self.said = TrainingClips(self), QListWidget(self)
        self._build()
        self._connect()

    def show_facts(self, facts: TrainingFacts) -> None:
        """Show the state of the training."""
        self.title.show_sentence(f"{facts.model.stem}  ←  {facts.folder}")
        self.state.setForegroundRole(ALARM if facts.problem else TEXT)
        self.state.show_sentence(facts.problem or sentence(facts))
        self.bar.setRange(0, 0 if facts.state == "preparing" else 1000)
        self.bar.setValue(1000 if facts.state == "finished" else round(1000 * facts.progress))
        self.bar.setVisible(facts.state != "failed")
        self.stop_button.setVisible(not facts.ended)
        self.stop_button.setText("Stop at once" if facts.state == "stopping" else "Stop")
        self.go_on_button.setVisible(facts.state in ("stopped", "failed"))
        self.another_button.setVisible(facts.ended)
        self.add_button.setEnabled(facts.playable)
        self.clips.show_clips(facts.clips)
        self._show_sentences(facts.sentences)
        if facts.loss.seconds or self.plots:
            self._show_curves(facts)

    def _show_sentences(self, sentences: Sequence[str]) -> None:
        if sentences == self._sentences:
            return
        self._sentences = sentences
        self.said.clear()
        for sentence in reversed(sentences):
            alarming = sentence.startswith(ALARMING)
            item = QListWidgetItem(sentence.removeprefix(ALARMING))
            item.setToolTip(item.text())
            if alarming:
                item.setForeground(QColor(colour(self, WARNING)))
            self.said.addItem(item)

    def _show_curves(self, facts: TrainingFacts) -> None:
        # importing pyqtgraph takes half a second: only windows that show a training pay for it
        from ..widgets.scopes.curve_plot import CurvePlot, PlotCurve

        if not self.plots:
            self.plots = CurvePlot("Loss", self), CurvePlot("Held out", self)
            for plot in self.plots:
                self._curves.addWidget(plot, 1)
        one, other = self.plots
        seconds, time = time_unit(facts.seconds)
        x = tuple(tuple(s / seconds for s in c.seconds) for c in (facts.loss, facts.held_out))
        loss = PlotCurve("training", x[0], facts.loss.values, ACCENT)
        held_out = PlotCurve("held out", x[1], facts.held_out.values, SIGNAL, dotted=True)
        apart = bool(facts.measure)  # two units cannot share an axis
        one.show_curves((loss,) if apart else (loss, held_out), facts.unit, time)
        other.show_curves((held_out,) if apart else (), facts.measure, time)
        other.setVisible(apart)

    def _build(self) -> None:
        self.title.setForegroundRole(DIM)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.bar.setFixedHeight(self.fontMetrics().height() // 2)
        self.said.setAccessibleName("Messages of the training, newest first")
        self.said.setWordWrap(True)
        self.said.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.said.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.setToolTip("Play the model in its present state")
        self.stop_button.setToolTip("Stop and write the model; the training can be continued later")
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.state)
        words.addWidget(self.title)
        head.addLayout(words, 1)
        for button in (
            self.add_button, self.go_on_button, self.another_button, self.stop_button,
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        self._curves = QHBoxLayout()
        beside = QVBoxLayout()
        beside.addWidget(self.clips, 2)
        beside.addWidget(self.said, 3)
        body = QHBoxLayout()
        body.addLayout(self._curves, 3)
        body.addLayout(beside, 2)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.stop_button.clicked.connect(self.stop)
        self.go_on_button.clicked.connect(self.go_on)
        self.another_button.clicked.connect(self.another)
        self.add_button.clicked.connect(self.add)
        self.clips.play.connect(self.play)


def sentence(facts: TrainingFacts) -> str:
    """Return a line that describes the state of a training."""
    parts = [STATES[facts.state]]
    if facts.state == "training":
        parts[0] = facts.title
        parts.append(f"{100 * facts.progress:.0f} %")
        left = facts.seconds_left
        if left is not None:
            parts.append(f"{duration(left)} left")
    if facts.step:
        parts.append(f"step {facts.step}")
    text = ", ".join(parts)
    return text[0].upper() + text[1:]


def time_unit(seconds: float) -> tuple[float, str]:
    """Return the unit for a time of this length: its seconds and its name."""
    if seconds < 180:
        return 1.0, "seconds"
    return (60.0, "minutes") if seconds < 3 * 3600 else (3600.0, "hours")


def duration(seconds: float) -> str:
    """Return a duration as text, in two units at most."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
