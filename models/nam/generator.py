"""A capture as an effect: gain, network, gain; and a fade where its size changes."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import no_events
from rtaudiogen.generator import Audio, Descriptor, Events, State

from ..compiled.state import restore, saved
from .capture import Capture, read_capture
from .gains import GLIDE_SECONDS, enter, leave
from .levels import NORMAL_LOUDNESS, levels
from .steps.player import Player

FADE_SECONDS = 0.02  # from one size to another


class NamEffect:
    """An effect of one channel, without delay. Only the size that is heard is computed."""

    delay_frames = 0
    input_delay_frames = 0

    def __init__(self, descriptor: Descriptor, capture: Capture) -> None:
        """Make the programs of all sizes. [control]"""
        self.descriptor, self.sample_rate = descriptor, capture.sample_rate
        self._levels = levels(capture.metadata)
        self._index = {p.id: index for index, p in enumerate(descriptor.parameters)}
        self._programs = [capture.program(size) for size in range(len(capture.networks))]
        self.size_names = [f"size {size}" for size in range(1, len(self._programs) + 1)]
        self.players: list[Player] = []
        self._gains = np.full((2, 1), np.nan)  # of input and output
        self._fade = np.ones(1)
        self._sizes = np.zeros(2, np.int64)  # the one that is heard, and the one before
        self._heard = False
        self._share = 1 - math.exp(-1 / (GLIDE_SECONDS * self.sample_rate))
        self._step = 1 / (FADE_SECONDS * self.sample_rate)

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Allocate, compile, and compute the pre-roll. [control]"""
        if device != "cpu":
            raise RtAudioGenError(f"device '{device}': captures are played by the 'cpu' alone")
        self.players = [Player(program) for program in self._programs]
        self._input = np.zeros((max_frames, 1), np.float32)
        self._driven, self._sound, self._older = np.zeros((3, max_frames), np.float32)
        self.reset(0)
        self.render(np.zeros((1, 1), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Return to silence; nothing is random. [render]"""
        for player in self.players:
            player.reset()
        self._gains[:], self._fade[:] = np.nan, 1.0
        self._sizes[:] = len(self.players) - 1, -1
        self._heard = False

    def hear(self, block: Audio) -> None:
        """Take the input of the next block, (frames, 1). [render]"""
        self._input[: len(block)] = block
        self._heard = True

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 1). [render]"""
        frames = len(out)
        if not self._heard:
            self._input[:frames] = 0.0
        self._heard = False
        self._choose(parameters)
        before, after = self._goals(parameters)
        driven, sound, older = (
            array[:frames] for array in (self._driven, self._sound, self._older)
        )
        enter(self._input, driven, self._gains[0], before, self._share)
        current, last = self._sizes
        self.players[current].play(driven, sound)
        if self._fade[0] < 1.0:
            self.players[last].play(driven, older)
        leave(sound, older, out, self._gains[1], after, self._share, self._fade, self._step)

    def _choose(self, parameters: NDArray[np.float32]) -> None:
        """Begin to fade to another size, once the last fade is over."""
        if "size" not in self._index or self._fade[0] < 1.0:
            return
        wanted = min(max(round(float(parameters[self._index["size"]])), 1), len(self.players)) - 1
        current = self._sizes[0]
        if wanted != current:
            fresh = math.isnan(self._gains[0, 0])
            self._sizes[:] = wanted, current
            self.players[wanted].reset()
            self._fade[0] = 1.0 if fresh else 0.0

    def _goals(self, parameters: NDArray[np.float32]) -> tuple[float, float]:
        """Return the gains of input and output, as factors."""

        def value(id: str) -> float:
            return float(parameters[self._index[id]]) if id in self._index else 0.0

        before, after = value("input"), value("output")
        given = self._levels
        if value("normalise") >= 0.5 and given.loudness is not None:
            after += NORMAL_LOUDNESS - given.loudness
        if value("calibrate") >= 0.5 and given.input_dbu is not None:
            before += value("interface") - given.input_dbu
        return 10 ** (before / 20), 10 ** (after / 20)

    def voice_levels(self) -> NDArray[np.float32]:
        """Return a zero: it has no notes. [render]"""
        return np.zeros(1, np.float32)

    def _live(self) -> State:
        live = {"gains": self._gains, "fade": self._fade, "sizes": self._sizes}
        for number, player in enumerate(self.players):
            live[f"arena {number}"] = player.arena
            live[f"positions {number}"] = player.positions
        return live

    def save_state(self) -> State:
        """Return copies. [render]"""
        return saved(self._live())

    def load_state(self, state: State) -> None:
        """Continue from `save_state`. [render] ValueError for another capture's."""
        restore(self._live(), state)


def create(descriptor: Descriptor, sample_rate: int) -> NamEffect:
    """Open a model's file. [control]"""
    assert descriptor.path is not None
    return NamEffect(descriptor, read_capture(descriptor.path))
