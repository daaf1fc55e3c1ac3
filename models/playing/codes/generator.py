"""The part of a code-drawing generator that knows voices but not notes: state, blocks, output.

Parameters and events become conditioning (`voice.py`), the sampler turns conditioning into codes
for all sounding voices in one call, and codes become sound. torch is never imported.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Descriptor, Events, State

from ...compiled import mulaw
from ...compiled.mulaw import SILENCE
from ..named_state import restore, saved
from ..placing import levels_of
from ..voice import CONTROLS, VOICE
from .instruments import Instruments, biases, fill_bias
from .sampler import CodeSampler
from .voice import sound

SAMPLER = "sampler."  # what the names of the sampler's arrays begin with in a saved state
LINE_FRAMES = 2048  # recent output of a voice: more than a period of any key at 16 kHz
Tensors = dict[str, NDArray[Any]]


class CodeConfig(Protocol):
    """The part of a network's configuration that playing needs."""

    @property
    def sample_rate(self) -> int:
        """Return frames per second in Hz."""

    @property
    def preemphasis(self) -> float:
        """Return a of y[t] = x[t] - a · x[t-1], applied before μ-law and undone after it."""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Return the names of the timbres."""

    @property
    def conditioning(self) -> int:
        """Return the local conditioning channels."""


class Packed(Protocol):
    """A network's weights as its sampler reads them."""

    @property
    def instruments(self) -> Instruments:
        """Return the part of the network that depends on the instrument alone."""


class CodeGenerator:
    """A generator without its network; `config` and `tensors` are those of a model file."""

    delay_frames = 0
    pans = True
    bands = 1  # N codes in a frame of the network, which sounds for as many frames

    def __init__(self, descriptor: Descriptor, config: CodeConfig, tensors: Tensors) -> None:
        self.descriptor = descriptor
        self.config = config
        self.sample_rate = config.sample_rate
        self.parameter_index = {p.id: i for i, p in enumerate(descriptor.parameters)}
        self.embeddings = tensors["instruments.weight"].astype(np.float32)
        self.weights = np.zeros(len(config.instruments), np.float32)  # of the instruments' mixture
        self.voices = np.zeros(descriptor.voices, VOICE)
        self.streams = descriptor.voices  # of codes that are drawn
        self.controls = np.zeros(1, CONTROLS)
        self.controls["sample_rate"] = config.sample_rate
        self.controls["preemphasis"] = config.preemphasis
        self.lines = np.zeros((descriptor.voices, LINE_FRAMES), np.float32)
        self.notes = np.zeros(1, np.uint64)  # since reset; each note draws from its own stream
        self.seed = np.zeros(1, np.uint64)
        self.packed: Packed = self.pack(tensors)

    def pack(self, tensors: Tensors) -> Packed:
        """Return a model's weights, packed. [control] RtAudioGenError if they do not fit."""
        raise NotImplementedError  # a family says this of its network

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Implement `Generator.prepare`."""
        streams, frames = self.streams, -(-max_frames // self.bands)
        self.device = device
        self.sampler: CodeSampler = self.new_sampler(streams, frames)
        self.codes = np.full((streams, frames * self.bands), SILENCE, np.uint8)
        self.conditioning = np.zeros((streams, frames, self.config.conditioning), np.float32)
        self.uniforms = np.zeros((streams, frames * self.bands), np.float32)
        self.levels_db = np.zeros((streams, frames), np.float32)
        self.periods = np.zeros((streams, frames), np.float32)
        self.gains = np.ones((streams, frames), np.float32)
        self.temperatures = np.ones(streams, np.float32)
        self._bias = biases(self.packed.instruments, self.embeddings[:1])
        self.allocate()
        self.reset(0)
        self._warm_up(min(8, max_frames))
        self.reset(0)

    def new_sampler(self, voices: int, max_frames: int) -> CodeSampler:
        """Return a sampler for calls of up to `max_frames`, on the prepared device. [control]"""
        raise NotImplementedError  # a family says this of its network

    def allocate(self) -> None:
        """Allocate what depends on the sampler. [control]"""

    def own(self) -> State:
        """Return what the future output depends on, beside the sampler's state. [render]"""
        return {"voices": self.voices, "lines": self.lines, "notes": self.notes, "seed": self.seed}

    def _warm_up(self, frames: int) -> None:
        raise NotImplementedError  # the one thing that differs: what makes the plugin sound

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        for array in self.own().values():
            array[:] = 0
        self.seed[:] = np.uint64(seed % (1 << 64))
        for stream in range(self.streams):
            self.sampler.reset_voice(stream)

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Implement `Generator.render`."""
        out[:] = 0.0
        values = {id: float(parameters[i]) for id, i in self.parameter_index.items()}
        self.read_timbre(values)
        self.read_parameters(values)
        start = 0
        for event in events:
            frame = int(event["frame"])
            self.advance(out[start:frame])
            start = frame
            self.obey(event)
        self.advance(out[start:])

    def read_timbre(self, values: dict[str, float]) -> None:
        """Set the temperature, and the biases of the instruments' mixture. [render]"""
        weights, last = self.weights, len(self.weights) - 1
        morph = min(max(values["morph"], 0.0), 1.0)
        timbre = min(max(values["timbre"], 0.0), last)
        low, part = int(timbre), timbre % 1.0
        weights[:] = 0
        weights[low] += (1 - morph) * (1 - part)
        weights[min(low + 1, last)] += (1 - morph) * part
        weights[int(min(max(values["morph_to"], 0.0), last))] += morph
        self.temperatures[:] = values["temperature"]
        fill_bias(self.packed.instruments, weights @ self.embeddings, self._bias[0])

    def read_parameters(self, values: dict[str, float]) -> None:
        """Read the rest of a block's parameters. [render]"""

    def obey(self, event: np.void) -> None:
        """Apply one event, at its frame. [render]"""

    def advance(self, out: Audio) -> None:
        """Add the next frames of all sounding voices to `out` (frames, 1 or 2). [render]"""
        active = np.flatnonzero(self.voices["playing"]).astype(np.int32)
        if len(out) and len(active):
            self.play(active, out)

    def play(self, active: NDArray[np.int32], out: Audio) -> None:
        """Add the next frames of the voices in `active`, which sound. [render]"""
        frames = len(out)
        self.control(active, frames)
        self.draw(active, frames)
        sound(
            self.voices, active, frames, self.controls, mulaw.TABLE, self.codes, self.levels_db,
            self.periods, self.gains, self.lines, out,
        )  # fmt: skip

    def draw(self, active: NDArray[np.int32], frames: int) -> None:
        """Let the network draw codes for the present conditioning. [render]"""
        self.sampler.sample(
            self.codes, self.conditioning, self._bias, self.uniforms, self.temperatures,
            active, frames,
        )  # fmt: skip

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Fill conditioning, uniforms, levels and gains for `frames` frames. [render]"""
        raise NotImplementedError  # a family says this of its network

    def stream_of(self, note: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the name of a note's own random stream."""
        return self.seed * np.uint64(0xD1342543DE82EF95) + note

    def voice_levels(self) -> NDArray[np.float32]:
        """Implement `Generator.voice_levels`."""
        return levels_of(self.voices)

    def save_state(self) -> State:
        """Implement `Generator.save_state`."""
        return saved(self._plain()) | _of_sampler(self.sampler.saved())

    def load_state(self, state: State) -> None:
        """Implement `Generator.load_state`."""
        restore(self._plain() | _of_sampler(self.sampler.state), state, self.descriptor.id)
        mine = {n.removeprefix(SAMPLER): a for n, a in state.items() if n.startswith(SAMPLER)}
        self.sampler.restore(mine)  # what was restored above are copies where it is on a GPU

    def _plain(self) -> State:
        """Return views of `own` as plain numbers."""
        return {name: array.view(np.uint8) for name, array in self.own().items()}


def _of_sampler(state: State) -> State:
    """Return a sampler's arrays, named as the generator's state names them."""
    return {f"{SAMPLER}{name}": array for name, array in state.items()}
