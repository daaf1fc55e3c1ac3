"""A texture whose level walks through recorded courses, and whose state has bookmarks."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor, State

from ...sounds.notes.conditioning import LEVEL_FLOOR_DB
from ...sounds.notes.courses import Courses
from .bookmarks import Bookmarks
from .generator import CodeConfig, Tensors
from .level_walk import Jumps, advance, begin, walk_of
from .texture import TextureGenerator

HEADROOM_DB = 6.0  # above the level that was asked for, a network has run away


class WalkingTexture(TextureGenerator):
    """A stream whose first conditioning channel is its level.

    Its model has BOOKMARK_PARAMETERS, and WALK_PARAMETERS or others that mean the same. A bookmark
    leaves the last samples and the random numbers as they are: there is no click, and what follows
    is new.
    """

    marked: tuple[str, ...] = ()  # of the sampler's state, in a bookmark
    jumps = Jumps(share=0.02, ahead=1)  # every 2.5 seconds
    rate_id = "swell_rate"  # of the parameter that says how fast the level walks

    def __init__(self, descriptor: Descriptor, config: CodeConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self._courses = Courses.from_tensors(tensors, len(config.instruments))
        self.places = np.zeros(len(config.instruments), np.int64)
        self.walk = walk_of(self._courses)

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
        self._swell_rate = values[self.rate_id]
        self._bookmarks.read(values)

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Implement `CodeGenerator.control`."""
        super().control(active, frames)
        asked = self.levels_db[0, :frames, None]
        self.walk_on(asked, self.conditioning[0, :frames], float(self.sample_rate), LEVEL_FLOOR_DB)
        asked += HEADROOM_DB

    def walk_on(
        self, levels_db: NDArray[np.float32], told: NDArray[np.float32], rate: float,
        floor_db: float,
    ) -> None:  # fmt: skip
        """Fill the next frames, `rate` a second, of levels; see `level_walk.advance`. [render]"""
        advance(
            self._courses, self._slow_stream(), self.weights, self._swell, self._swell_rate,
            self.jumps, rate, self.places, self.walk, levels_db, told, floor_db,
        )  # fmt: skip
