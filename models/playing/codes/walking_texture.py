"""A texture whose level walks through recorded courses, and whose state has bookmarks."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor, State

from ...sounds.notes.courses import Courses
from .bookmarks import Bookmarks
from .generator import CodeConfig, Tensors
from .level_walk import WALK, advance, begin
from .texture import TextureGenerator

HEADROOM_DB = 6.0  # above the level that was asked for, a network has run away


class WalkingTexture(TextureGenerator):
    """A stream whose first conditioning channel is its level.

    Its model has WALK_PARAMETERS and BOOKMARK_PARAMETERS. A bookmark leaves the last samples and
    the random numbers as they are: there is no click, and what follows is new.
    """

    marked: tuple[str, ...] = ()  # of the sampler's state, in a bookmark

    def __init__(self, descriptor: Descriptor, config: CodeConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self._courses = Courses.from_tensors(tensors, len(config.instruments))
        self.places = np.zeros(len(config.instruments), np.int64)
        self.walk = np.zeros(1, WALK)

    def allocate(self) -> None:
        """Implement `CodeGenerator.allocate`."""
        marked = {name: self.sampler.state[name][0] for name in self.marked}
        self._bookmarks = Bookmarks({"places": self.places, "walk": self.walk, **marked})

    def own(self) -> State:
        """Implement `CodeGenerator.own`."""
        walk = {"places": self.places, "walk": self.walk}
        return {**super().own(), **walk, **self._bookmarks.own()}

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        super().reset(seed)
        begin(self._courses, self._slow_stream(), self.places, self.walk)

    def _slow_stream(self) -> np.uint64:
        return np.uint64(self.stream_of(self.notes)[0] ^ np.uint64(0x9E3779B97F4A7C15))

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        super().read_parameters(values)
        self._swell = min(max(values["swell"], 0.0), 4.0)
        self._swell_rate = values["swell_rate"]
        self._bookmarks.read(values)

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Implement `CodeGenerator.control`."""
        super().control(active, frames)
        asked, told = self.levels_db[0, :frames], self.conditioning[0, :frames, 0]
        advance(
            self._courses, self._slow_stream(), self.weights, self._swell, self._swell_rate,
            float(self.sample_rate), self.places, self.walk, asked, told,
        )  # fmt: skip
        asked += HEADROOM_DB
