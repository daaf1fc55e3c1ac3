"""The SampleRNN plugins: the shared voices with tiers that have clocks, and bookmarks."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Generator
from rtaudiogen.realtime.render.worker_pool import worker_pool

from ..playing.codes.generator import CodeGenerator, Tensors
from ..playing.codes.notes import NoteGenerator
from ..playing.codes.texture import TextureGenerator
from . import levels
from .config import SampleRNNConfig
from .descriptor import BOOKMARKS, FILES
from .kernels import fill_bias
from .packing import pack
from .sampler import Sampler

HEADROOM_DB = 6.0  # above the level that was asked for, a network has run away
MARKED = "hidden", "slow_out", "middle_out", "clocks"  # of the sampler's state, in a bookmark


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return the generator of a model file; it runs at its own rate. [control]"""
    config, tensors = FILES.opened(descriptor)
    kind = NoteSampleRNN if config.pitched else TextureSampleRNN
    try:
        return kind(descriptor, config, tensors)
    except (KeyError, ValueError) as error:
        raise RtAudioGenError(
            f"{descriptor.path}: the weights do not fit the configuration ({error})"
        ) from error


class SampleRNNGenerator(CodeGenerator):
    """The network behind the voices."""

    config: SampleRNNConfig
    sampler: Sampler

    def __init__(self, descriptor: Descriptor, config: SampleRNNConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self.packed = pack(config, tensors)

    def new_sampler(self, voices: int, max_frames: int) -> Sampler:
        """See CodeGenerator."""
        if self.device != "cpu":
            raise RtAudioGenError(f"device '{self.device}': a SampleRNN is sampled on 'cpu'")
        return Sampler(self.packed, voices, self.sample_rate, worker_pool())

    def new_bias(self, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """See CodeGenerator: of the slow gates, the middle and the sample tier."""
        bias = np.zeros((1, 5 * self.config.width), np.float32)
        self.fill_bias(embedding[0], bias[0])
        return bias

    def fill_bias(self, embedding: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """See CodeGenerator."""
        fill_bias(self.packed, embedding, bias)

    def read_parameters(self, values: dict[str, float]) -> None:
        """See CodeGenerator."""
        super().read_parameters(values)
        self.sampler.rates[:] = values["slow_clock"], values["middle_clock"]


class NoteSampleRNN(SampleRNNGenerator, NoteGenerator):
    """Played by notes."""


class TextureSampleRNN(SampleRNNGenerator, TextureGenerator):
    """A stream whose level walks, and whose state can be kept and recalled."""

    arrays = (
        *TextureGenerator.arrays, "places", "walk", "turned_to", "kept", "kept_places",
        "kept_walk", *(f"kept_{name}" for name in MARKED),
    )  # fmt: skip

    def __init__(self, descriptor: Descriptor, config: SampleRNNConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self._courses = levels.Courses.from_tensors(tensors)
        if len(self._courses.mean) != len(config.instruments):
            raise ValueError("the level courses are of other instruments")
        self.places = np.zeros(len(config.instruments), np.int64)
        self.walk = np.zeros(1, levels.WALK)
        self.turned_to = np.zeros(1, np.int64)  # the bookmark that was asked for last, 0: none
        self.kept = np.zeros(BOOKMARKS, np.int64)  # whether there is something
        self.kept_places = np.zeros((BOOKMARKS, len(self.places)), np.int64)
        self.kept_walk = np.zeros(BOOKMARKS, levels.WALK)
        for name, array in Sampler(self.packed, 1).state.items():
            if name in MARKED:
                setattr(self, f"kept_{name}", np.zeros((BOOKMARKS, *array.shape[1:]), array.dtype))

    def reset(self, seed: int) -> None:
        """See Generator."""
        super().reset(seed)
        levels.begin(self._courses, self._slow_stream(), self.places, self.walk)

    def _slow_stream(self) -> np.uint64:
        return np.uint64(self.stream_of(self.notes)[0] ^ np.uint64(0x9E3779B97F4A7C15))

    def read_parameters(self, values: dict[str, float]) -> None:
        """See CodeGenerator."""
        super().read_parameters(values)
        self._swell = min(max(values["swell"], 0.0), 4.0)
        self._swell_rate = values["swell_rate"]
        number = int(min(max(values["bookmark"], 0.0), BOOKMARKS))
        if number != self.turned_to[0] and number > 0:
            self._turn_to(number - 1, keeping=values["bookmark_mode"] >= 0.5)
        self.turned_to[0] = number

    def _turn_to(self, mark: int, keeping: bool) -> None:
        """Keep the present state in a bookmark, or go on from the one that is kept there.

        The last samples and the random numbers stay as they are: there is no click, and what
        follows is new.
        """
        keeping = keeping or not self.kept[mark]
        pairs = [
            (self.places, self.kept_places[mark]),
            (self.walk, self.kept_walk[mark : mark + 1]),
        ]
        for name in MARKED:
            pairs.append((self.sampler.state[name][0], getattr(self, f"kept_{name}")[mark]))
        for present, past in pairs:
            if keeping:
                past[...] = present
            else:
                present[...] = past
        self.kept[mark] = 1

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """See CodeGenerator."""
        super().control(active, frames)
        asked, told = self.levels_db[0, :frames], self.conditioning[0, :frames, 0]
        levels.advance(
            self._courses, self._slow_stream(), self.weights, self._swell, self._swell_rate,
            float(self.sample_rate), self.places, self.walk, asked, told,
        )  # fmt: skip
        asked += HEADROOM_DB
