"""A texture in bands, in stereo: two streams of codes with one course of levels."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Descriptor, State

from ...compiled.random_numbers import fill_uniforms
from ...sounds.bands.levels import FLOOR_DB
from ...sounds.bands.tones import Tones
from ..codes.generator import CodeConfig, Tensors
from ..codes.level_walk import Jumps
from ..codes.walking_texture import WalkingTexture
from . import output
from .parameters import SIDES
from .tones import ToneBank


class BandConfig(CodeConfig, Protocol):
    """The part of a network's configuration that playing its bands needs."""

    @property
    def codes(self) -> tuple[int, ...]:
        """Return the number of codes of each of N bands."""

    @property
    def preemphases(self) -> tuple[float, ...]:
        """Return each band's pre-emphasis."""

    @property
    def told(self) -> tuple[int, ...]:
        """Return the edges, in Hz, of the bands whose levels are told."""

    @property
    def frame_rate(self) -> int:
        """Return frames of the network per second."""

    @property
    def tonal(self) -> bool:
        """Return True if tables of tones come with the network, which draws the rest."""


class BandTexture(WalkingTexture):
    """A stream of two decorrelated sides, whose levels by band walk through recorded courses.

    Its model has LIVING_PARAMETERS and BOOKMARK_PARAMETERS. A bookmark is a moment of the courses.
    """

    pans = False
    rate_id = "density"
    jumps = Jumps(share=0.005, ahead=60)  # every ten seconds, to what goes on for three and moves

    def __init__(self, descriptor: Descriptor, config: BandConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self.streams, self.bands = SIDES, len(config.codes)
        self._frame_rate = float(config.frame_rate)
        self._sides = np.arange(SIDES, dtype=np.int32)
        self._tables = output.joining(
            config.codes, config.preemphases, config.told, config.sample_rate
        )
        self._joined = output.new_state(self._tables)
        if self._courses.level.shape[1] != config.conditioning + self.bands:
            raise ValueError("the level courses are of other bands")
        self._bank: ToneBank | None = None
        if config.tonal:
            tones = Tones.from_tensors(tensors, self._courses)
            self._bank = ToneBank(tones, self._courses, config.sample_rate, self.bands)

    def allocate(self) -> None:
        """Implement `CodeGenerator.allocate`."""
        super().allocate()
        frames = self.conditioning.shape[1]
        self._levels_db = np.zeros((frames, self._courses.level.shape[1]), np.float32)
        self._tones = np.zeros((SIDES, frames * self.bands), np.float32)

    def own(self) -> State:
        """Implement `CodeGenerator.own`."""
        joined = {f"joined_{name}": array for name, array in self._joined._asdict().items()}
        return {**super().own(), **joined, **(self._bank.own() if self._bank else {})}

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        super().reset(seed)
        output.begin(self._joined)
        if self._bank:
            self._bank.begin()

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        super().read_parameters(values)
        self._brightness_db = values["brightness"]

    def play(self, active: NDArray[np.int32], out: Audio) -> None:
        """Implement `CodeGenerator.play`."""
        frames = output.frames_needed(self._joined, len(out))
        self.control(self._sides, frames)
        self.draw(self._sides, frames)
        output.sound(
            self.voices, self._tables, self._joined, self.codes, self._levels_db, self._tones,
            self._gain, self._brightness_db, float(self.sample_rate), out,
        )  # fmt: skip

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Implement `CodeGenerator.control`: the sides share levels, but no random numbers."""
        first = int(self.voices["since_onset"][0]) * self.bands
        for side in active:
            own = self.stream_of(self.notes + np.uint64(side))[0]
            fill_uniforms(own, first, self.uniforms[side, : frames * self.bands])
        self.voices["since_onset"] += frames
        told = self.conditioning[:, :frames]
        done = 0
        while done < frames:
            done += self._walk(done, frames, told[0])
        told[1:] = told[0]

    def _walk(self, first: int, frames: int, told: NDArray[np.float32]) -> int:
        """Go on through the courses, with the tones, to the end of a tick; return the frames."""
        last = frames
        if self._bank:
            if not self._bank.left:
                self._aim(self._bank)
            last = min(frames, first + self._bank.left // self.bands)
        rows = slice(first, last)
        self.walk_on(self._levels_db[rows], told[rows], self._frame_rate, FLOOR_DB)
        if self._bank:
            self._bank.sound(self._tones[:, first * self.bands : last * self.bands])
        return last - first

    def _aim(self, bank: ToneBank) -> None:
        part, treble = float(self.walk["part"][0]), 10 ** (self._brightness_db / 20)
        stream = self.stream_of(self.notes + np.uint64(SIDES))[0]
        bank.follow(self.places, part, self.weights, self._swell, treble, stream)
