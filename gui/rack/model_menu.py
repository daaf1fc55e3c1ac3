"""Menu of models by family, with what each plays."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from rtaudiogen.client.catalogue import Models
from rtaudiogen.generator import Descriptor


class ModelMenu(QObject):
    """Makes menus that ask for a model; the answer is its id, or the path of its file."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._models = Models()
        self.folder = Path.home()

    def offer(self, models: Models) -> None:
        """Set the models to offer."""
        self._models = models

    def menu(self, parent: QWidget, picked: Callable[[str], object]) -> QMenu:
        """Return a new menu for a button of `parent`; `picked` gets the chosen model."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        by_family = sorted(self._models.models, key=lambda model: model.family)
        for family, models in groupby(by_family, key=lambda model: model.family):
            menu.addSection(family)
            for model in models:
                text = entry(model, self._models.factors.get(model.id))
                action = menu.addAction(text.replace("&", "&&"))
                action.setToolTip(f"{model.id}: {model.summary}")
                action.triggered.connect(lambda _=False, id=model.id: picked(id))
        menu.addSeparator()
        for problem in self._models.problems:
            menu.addAction(problem).setEnabled(False)
        menu.addAction("Open a model file …", lambda: self._browse(picked))
        return menu

    def _browse(self, picked: Callable[[str], object]) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in self._models.suffixes)
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open a model", str(self.folder), f"Models ({patterns})"
        )
        if path:
            picked(path)


def entry(model: Descriptor, factor: float | None = None) -> str:
    """Return a model's line in the menu, with its real-time factor if it was measured."""
    facts = [", ".join(sorted(model.plays))]
    if factor is not None:
        facts.append(f"{factor:.1f} × real time")
    return f"{model.name}    {' · '.join(facts)}"
