"""Notes whose partials a bank of oscillators plays, and whose rest a network or a noise draws."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Descriptor, State

from ...compiled import mulaw
from ...sounds.harmonic.tables import Tables
from ...sounds.notes.envelope import Envelope
from ..codes.generator import CodeConfig, Tensors
from ..codes.notes import NoteGenerator
from .parameters import DRAWN, SHAPED, WHOLE
from .state import bank_of, scratch_of
from .voice import control_harmonic, sound_harmonic

BANK = "bank_"  # prefix of the bank's arrays in a saved state


class HarmonicNotes(NoteGenerator):
    """A note keeps the way of making its sound that was chosen when it began.

    `DRAWN`: partials, and the network draws the rest. `SHAPED`: partials, and shaped noise is the
    rest. `WHOLE`: the network draws the whole note.
    """

    ways: tuple[int, ...]  # of the parameter "source"

    def __init__(self, descriptor: Descriptor, config: CodeConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self.tables = Tables.from_tensors(tensors, len(config.instruments))
        self.bank = bank_of(descriptor.voices, config.sample_rate)
        self._scratch = scratch_of(config.sample_rate, config.preemphasis)

    def own(self) -> State:
        """Implement `CodeGenerator.own`."""
        bank = {BANK + name: array for name, array in self.bank._asdict().items()}
        return {**super().own(), **bank}

    def levels_of(self, tensors: Tensors) -> Envelope | None:
        """Implement `NoteGenerator.levels_of`: None if the network never draws whole notes."""
        return super().levels_of(tensors) if "envelope.level" in tensors else None

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Implement `Generator.prepare`."""
        self.partials = np.zeros((len(self.voices), max_frames), np.float32)
        self.noise = np.zeros((len(self.voices), max_frames), np.float32)
        super().prepare(max_frames, device)

    def _warm_up(self, frames: int) -> None:
        for way in range(len(self.ways)):
            parameters = self.descriptor.defaults()
            parameters[self.parameter_index["source"]] = way
            self.reset(0)
            self.warm_with(frames, parameters)

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        super().read_parameters(values)
        self._way = self.ways[int(min(max(values["source"], 0.0), len(self.ways) - 1.0))]
        self._breath = values["breath"]

    def begun(self, number: int) -> None:
        """Implement `NoteGenerator.begun`."""
        self.voices[number]["way"] = self._way

    def play(self, active: NDArray[np.int32], out: Audio) -> None:
        """Implement `CodeGenerator.play`."""
        ways = self.voices["way"][active]
        whole = active[ways == WHOLE]
        if len(whole):
            super().play(whole, out)
        for way in (DRAWN, SHAPED):
            own = active[ways == way]
            if len(own):
                self._play_bank(own, out, way == DRAWN)

    def _play_bank(self, active: NDArray[np.int32], out: Audio, drawn: bool) -> None:
        frames = len(out)
        control_harmonic(
            self.voices, active, frames, self.controls, self.tables, self.bank, self._scratch,
            self.weights, self.conditioning, self.uniforms, self.levels_db, self.gains,
            self.partials, self.noise, drawn,
        )  # fmt: skip
        if drawn:
            self.draw(active, frames)
        sound_harmonic(
            self.voices, active, frames, self.controls, mulaw.TABLE, self.codes, self.levels_db,
            self.gains, self.partials, self.noise, self._breath, drawn, out,
        )  # fmt: skip
