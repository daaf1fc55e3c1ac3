"""List of the models that the window knows."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client import catalogue
from rtaudiogen.generator import Descriptor

from ..shell.bridge import Bridge


class ModelList(QObject):
    """The catalogue's models, and model files of other folders that slots play."""

    found = Signal(object)  # catalogue.Models

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._models = catalogue.Models()
        self._looked_into: set[str] = set()

    def look(self) -> None:
        """Request the catalogue; `found` brings the models."""
        self._bridge.ask(catalogue.models, self.take)

    def take(self, models: catalogue.Models) -> None:
        """Replace the catalogue."""
        self._looked_into.clear()
        self._tell(models)

    def meet(self, names: Iterable[str]) -> None:
        """Add models that slots play; a file that the catalogue does not know is read once."""
        for name in set(names) - self._looked_into:
            if self._models.models and self._models.find(name) is None:
                self._looked_into.add(name)
                self._bridge.ask(partial(catalogue.describe, Path(name)), self._add)

    def _add(self, model: Descriptor) -> None:
        self._tell(self._models.and_one(model))

    def _tell(self, models: catalogue.Models) -> None:
        self._models = models
        self.found.emit(models)
