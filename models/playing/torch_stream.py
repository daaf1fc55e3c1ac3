"""A torch network played unchanged: the way to hear a new family before it is compiled.

The network says what it remembers and makes one hop of sound of all voices; this adapter gives it
notes, parameters and random numbers, keeps its state, and plays its hops. On a GPU the step is
recorded once and replayed.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtaudiogen.events import CHOKE_SECONDS, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Plays, State

from ..compiled.device_call import DeviceCall, Shapes, Tensors, torch_device
from ..compiled.random_numbers import fill_uniforms
from .hop_voices import PLACED, TOLD, WHEELS, HopVoices
from .named_state import restore, saved
from .placing import GLIDE_SECONDS

NETWORK = "network."  # prefix of the network's arrays in a saved state
STREAM_KEY = 60.0  # the key of a stream, which has none


class HopNetwork(Protocol):
    """A `torch.nn.Module` that makes sound hop by hop, V voices at once.

    A voice's numbers may not depend on the other voices', nor on anything but the arguments.
    """

    hop: int  # frames of a step
    uniforms: int  # random numbers that a voice needs for a hop
    release_seconds: float  # in which a note fades once its key is let go

    def silent(self, voices: int) -> dict[str, Tensor]:
        """Return the state before the first hop, voices first. [control]"""

    def __call__(
        self, told: Mapping[str, Tensor], state: Mapping[str, Tensor], /
    ) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return the next hop (V, hop) of every voice, and the state after it. [render]

        `told` has (V,) of each parameter by its id and of each of `hop_voices.TOLD`, and
        "uniforms" (V, uniforms) in [0, 1). What is done may not depend on the numbers.
        """


class TorchStream:
    """A generator of a network; see `rtaudiogen.generator`. A stream is a note that never ends."""

    delay_frames = 0
    pans = True

    def __init__(self, descriptor: Descriptor, network: Any, sample_rate: int) -> None:
        """Play `network`, a HopNetwork. ValueError if a parameter has a name of TOLD."""
        self.descriptor, self.sample_rate, self.network = descriptor, sample_rate, network
        self._names = [parameter.id for parameter in descriptor.parameters]
        taken = {"uniforms", *TOLD} & set(self._names)
        if taken:
            raise ValueError(f"a parameter may not be called {', '.join(sorted(taken))}")
        self._voices = HopVoices(descriptor.voices, network.hop)
        self._seed, self._notes = np.zeros(1, np.uint64), np.zeros(1, np.uint64)
        self._fresh = np.zeros(descriptor.voices, np.bool_)  # notes whose first hop is to come
        self._streams = Plays.STREAM in descriptor.plays

    # -- before it plays [control] -----------------------------------------------------------------

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Implement `Generator.prepare`."""
        there, voices = torch_device(device), self.descriptor.voices
        network: Any = self.network.to(there).eval().requires_grad_(False)
        self._silent = {name: t.to(there) for name, t in network.silent(voices).items()}
        self._state = {name: t.clone() for name, t in self._silent.items()}
        inputs: Shapes = {
            "due": ((voices,), np.bool_),
            "fresh": ((voices,), np.bool_),
            "uniforms": ((voices, network.uniforms), np.float32),
            **dict.fromkeys((*TOLD, *self._names), ((voices,), np.float32)),
        }
        outputs: Shapes = {"sound": ((voices, network.hop), np.float32)}
        step = partial(_step, network, self._silent, self._state)
        self._call = DeviceCall(step, inputs, outputs, there)
        self.reset(0)
        self.render(np.zeros((1, 1), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        self._voices.reset()
        self._seed[:], self._notes[:] = np.uint64(seed % (1 << 64)), 0
        self._fresh[:] = False
        with self._call.in_order():
            for name, tensor in self._state.items():
                tensor.copy_(self._silent[name])
        if self._streams:
            self._strike(0, STREAM_KEY, 1.0)

    # -- a block [render] --------------------------------------------------------------------------

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Implement `Generator.render`."""
        out[:] = 0.0
        for name, value in zip(self._names, parameters, strict=True):
            self._call.inputs[name][:] = value
        start = 0
        for event in events:
            frame = int(event["frame"])
            self._advance(out[start:frame])
            start = frame
            self._obey(int(event["kind"]), int(event["voice"]), event)
        self._advance(out[start:])

    def _advance(self, out: Audio) -> None:
        """Add frames without events, at most a hop at a time."""
        share = 1.0 / (GLIDE_SECONDS * self.sample_rate)
        for start in range(0, len(out), self._voices.hop):
            span = out[start : start + self._voices.hop]
            due = self._voices.due(len(span))
            if due.any():
                self._compute(due)
            self._voices.play(span, share)

    def _compute(self, due: NDArray[np.bool_]) -> None:
        """Compute the next hop of the voices that are due."""
        voices, inputs = self._voices.voices, self._call.inputs
        inputs["due"][:], inputs["fresh"][:] = due, self._fresh & due
        for name in TOLD:
            inputs[name][:] = voices[name]
        for voice in np.flatnonzero(due):
            numbers = inputs["uniforms"][voice]
            fill_uniforms(voices["stream"][voice], voices["hops"][voice] * len(numbers), numbers)
        if self._call.device.type == "cpu" and torch.get_num_threads() > 1:
            torch.set_num_threads(1)  # of the render thread: the other cores have work of their own
        self._call()
        self._fresh[due] = False
        self._voices.take(due, self._call.outputs["sound"])

    def _obey(self, kind: int, voice: int, event: np.void) -> None:
        if kind in WHEELS or kind in PLACED:
            self._voices.tell(voice, kind, float(event["value"]))
        elif self._streams:
            return
        elif kind == EventKind.NOTE_ON:
            self._strike(voice, float(event["key"]), float(event["value"]))
        elif self._voices.voices["playing"][voice]:
            # two frames short, so that the voice is silent when the host sends its next note
            seconds = CHOKE_SECONDS - 2 / self.sample_rate
            if kind == EventKind.NOTE_OFF:
                seconds = self.network.release_seconds
            self._voices.let_go(voice, max(1, int(seconds * self.sample_rate)))

    def _strike(self, voice: int, key: float, velocity: float) -> None:
        self._notes += np.uint64(1)
        stream = self._seed * np.uint64(0xD1342543DE82EF95) + self._notes
        self._voices.strike(voice, np.uint64(stream[0]), key, velocity)
        self._fresh[voice] = True

    def voice_levels(self) -> NDArray[np.float32]:
        """Implement `Generator.voice_levels`."""
        return self._voices.levels()

    # -- state [render] ----------------------------------------------------------------------------

    def save_state(self) -> State:
        """Implement `Generator.save_state`."""
        return saved(self._own()) | self._network_state()

    def load_state(self, state: State) -> None:
        """Implement `Generator.load_state`."""
        restore(self._own() | self._network_state(), state, self.descriptor.id)
        with self._call.in_order():
            for name, tensor in self._state.items():
                tensor.copy_(torch.from_numpy(np.ascontiguousarray(state[NETWORK + name])))

    def _own(self) -> State:
        """Return views of what future output depends on, without the network's state."""
        own = {"seed": self._seed, "notes": self._notes, "fresh": self._fresh}
        return {n: a.view(np.uint8) for n, a in {**self._voices.arrays, **own}.items()}

    def _network_state(self) -> State:
        """Return copies of the network's state."""
        with self._call.in_order():
            return {NETWORK + n: t.cpu().numpy().copy() for n, t in self._state.items()}


def _step(
    network: HopNetwork, silent: Tensors, state: dict[str, Tensor], inputs: Tensors,
    outputs: Tensors,
) -> None:  # fmt: skip
    """Advance the state of those that are due, in place; no method: a call keeps it alive."""
    due, fresh = inputs["due"], inputs["fresh"]
    told = {name: value for name, value in inputs.items() if name not in ("due", "fresh")}
    before = {name: _chosen(fresh, silent[name], state[name]) for name in state}
    sound, after = network(told, before)
    for name, tensor in state.items():
        tensor.copy_(_chosen(due, after[name], tensor))
    outputs["sound"].copy_(sound)


def _chosen(of: Tensor, these: Tensor, others: Tensor) -> Tensor:
    """Return rows of `these` where a voice is one `of` (V,), else rows of `others`."""
    return torch.where(of.view(-1, *[1] * (these.dim() - 1)), these, others)
