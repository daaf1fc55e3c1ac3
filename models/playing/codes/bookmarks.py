"""Bookmarks: states of a stream that are kept while it plays, and recalled later."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State

from .parameters import BOOKMARKS


class Bookmarks:
    """Copies of some live arrays, up to BOOKMARKS of them."""

    def __init__(self, live: State) -> None:
        """Allocate, empty. [control]"""
        self._live = live
        self._kept = {name: np.zeros((BOOKMARKS, *a.shape), a.dtype) for name, a in live.items()}
        self._holds = np.zeros(BOOKMARKS, np.int64)  # 1 where a state is stored
        self._turned_to = np.zeros(1, np.int64)  # the bookmark selected last, 0: none

    def own(self) -> State:
        """Return what future output depends on. [render]"""
        kept = {f"kept_{name}": array for name, array in self._kept.items()}
        return {"turned_to": self._turned_to, "kept": self._holds, **kept}

    def read(self, values: Mapping[str, float]) -> None:
        """Follow the values of BOOKMARK_PARAMETERS. [render]"""
        number = int(min(max(values["bookmark"], 0.0), BOOKMARKS))
        if number != self._turned_to[0] and number > 0:
            self._turn_to(number - 1, keeping=values["bookmark_mode"] >= 0.5)
        self._turned_to[0] = number

    def _turn_to(self, mark: int, keeping: bool) -> None:
        """Save the present state to a bookmark, or continue from the state saved there."""
        keeping = keeping or not self._holds[mark]
        for name, present in self._live.items():
            past: NDArray[np.generic] = self._kept[name][mark]
            source, target = (present, past) if keeping else (past, present)
            target[...] = source
        self._holds[mark] = 1
