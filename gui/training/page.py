"""Page that starts and shows a training of a folder of sounds."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from rtaudiogen.client import training
from rtaudiogen.client.training import TrainableFamily, TrainingFacts, TrainingRun
from rtaudiogen.errors import RtAudioGenError

from ..shell.bridge import Bridge
from .form import TrainingForm
from .view import TrainingView

LOOK_MS = 400


class TrainingPage(QStackedWidget):
    """Shows the form, and then the training; finds a training that is already running.

    A training goes on when the window is closed.
    """

    models_changed = Signal()  # a new model can be played, or a training has ended
    add = Signal(str)  # a model to add to the rack

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._run: TrainingRun | None = None
        self._facts: TrainingFacts | None = None
        self._asked, self._looking, self._found = False, False, False
        self.form, self.view = TrainingForm(self), TrainingView(self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.form)
        self.addWidget(area)
        self.addWidget(self.view)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.form.begin.connect(self._begin)
        self.form.named.connect(self._look_at_name)
        self.view.stop.connect(self._stop)
        self.view.go_on.connect(self.form.ask)
        self.view.another.connect(lambda: self.setCurrentIndex(0))
        self.view.add.connect(self._add)
        self.view.play.connect(self._play)
        self._find()

    @property
    def facts(self) -> TrainingFacts | None:
        """State of the training that is shown."""
        return self._facts

    def showEvent(self, event: QShowEvent) -> None:
        if not self._asked:
            self._asked = True
            self._bridge.ask(_attempt(training.families), self._offer)
        if self._run is None:
            self._find()
        super().showEvent(event)

    def _offer(self, found: tuple[TrainableFamily, ...] | str) -> None:
        if isinstance(found, str):
            self.form.summary.show_sentence("")
            self.form.show_problem(found)
            self._asked = False  # ask again when the page is shown next
        else:
            self.form.offer(found)

    # -- a run -----------------------------------------------------------------------------------

    def _find(self) -> None:
        """Watch a training that was started elsewhere."""

        def then(run: TrainingRun | None) -> None:
            if run is not None and self._run is None:
                self._watch(run, found=True)

        self._bridge.ask(training.running, then)

    def _begin(
        self,
        family: TrainableFamily,
        folder: Path | None,
        name: str,
        values: Mapping[str, Any],
        anew: bool,
    ) -> None:
        self.form.show_problem("")
        self._enable(False)
        work = partial(TrainingRun.begin, family, folder, name, values, anew)
        self._bridge.ask(_attempt(work), self._begun)

    def _begun(self, run: TrainingRun | str) -> None:
        self._enable(True)
        if isinstance(run, str):
            self._refuse(run)
        else:
            self._watch(run)

    def _enable(self, enabled: bool) -> None:
        for button in (self.form.start, self.form.anew, self.view.go_on_button):
            button.setEnabled(enabled)

    def _refuse(self, problem: str) -> None:
        self.form.show_problem(problem)
        self.setCurrentIndex(0)

    def _watch(self, run: TrainingRun, found: bool = False) -> None:
        self._run, self._facts, self._found = run, None, found
        self._timer.start()
        self._look()

    def _look(self) -> None:
        if self._run is not None and not self._looking:
            self._looking = True
            run = self._run
            self._bridge.ask(_attempt(run.look), partial(self._show, run))

    def _show(self, run: TrainingRun, facts: TrainingFacts | str) -> None:
        self._looking = False
        if run is not self._run or isinstance(facts, str):
            return
        before, self._facts = self._facts, facts
        if self._found and facts.family:
            self._found = False
            self._fill_form(facts)
        self.view.show_facts(facts)
        self.setCurrentWidget(self.view)
        if facts.playable and (before is None or not before.playable or facts.ended):
            self.models_changed.emit()
        if facts.ended:
            self._end(run, facts)

    def _end(self, run: TrainingRun, facts: TrainingFacts) -> None:
        self._timer.stop()
        self._run = None
        if facts.state == "failed" and not facts.loss.seconds:
            self._refuse(facts.problem)
            self._bridge.ask(run.clear, lambda _: None)
        self._look_at_name(self.form.name.text())

    def _fill_form(self, facts: TrainingFacts) -> None:
        """Fill the form with the training's values, so that it can be continued after a stop."""
        self.form.show_choice(facts.family, facts.options)
        self.form.show_folder(facts.folder)
        self.form.show_name(facts.model.stem)

    # -- the user's actions ----------------------------------------------------------------------

    def _stop(self) -> None:
        if self._run is not None:
            self._bridge.ask(self._run.stop, lambda _: self._look())

    def _look_at_name(self, name: str) -> None:
        def then(goes_on: bool) -> None:
            if name == self.form.name.text():
                self.form.show_goes_on(goes_on)

        self._bridge.ask(partial(training.goes_on, name), then)

    def _add(self) -> None:
        if self._facts is not None:
            self.add.emit(self._facts.model.stem)

    def _play(self, path: str) -> None:
        self._bridge.do(lambda engine: engine.play_sound(path))


def _attempt(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return `work` with errors turned into a sentence, because they belong on the page."""

    def attempt() -> Any:
        try:
            return work()
        except RtAudioGenError as error:
            return str(error)
        except Exception as error:  # a bug of ours must not end the page
            return f"{type(error).__name__}: {error}"

    return attempt
