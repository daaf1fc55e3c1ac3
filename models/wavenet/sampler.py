"""The WaveNet sampler for CPUs: bfloat16 weights, cached state, explicit and copyable."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.render.worker_pool import WorkerPool, worker_pool

from ..compiled.mulaw import LEVELS, SILENCE
from ..compiled.multicore import Multicore
from .config import WaveNetConfig
from .kernels import fill_gate_bias, sample
from .memory import State, scratch_of, state_of
from .packing import NO_CODE, Weights

if TYPE_CHECKING:
    from .device.sampler import DeviceSampler

NO_LOGITS = np.zeros((0, 0, LEVELS), np.float32)


class Sampler:
    """`voices` independent streams of codes that share one network.

    The result is a function of state and arguments. A voice's bits depend neither on the other
    voices nor on how its frames are cut into calls, nor on which core they are computed on.
    """

    def __init__(
        self, weights: Weights, voices: int, sample_rate: int = 0, pool: WorkerPool | None = None
    ) -> None:
        """Allocate and silence. [control]

        With a `pool`, other cores help whenever one alone would be late at `sample_rate` Hz.
        """
        self.weights, self.voices = weights, voices
        self._state = state_of(weights, voices)
        self._multicore = Multicore(sample_rate, pool if voices > 1 else None)
        self._scratches = [scratch_of(weights) for _ in range(self._multicore.hands)]
        self._temperatures = np.ones(voices, np.float32)
        for voice in range(voices):
            self.reset_voice(voice)

    @property
    def arrays(self) -> State:
        """The state as compiled code takes it."""
        return self._state

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """The live arrays by name, voices first; copy them to save. [render]"""
        return self._state._asdict()

    def saved(self) -> dict[str, NDArray[Any]]:
        """Copies of `state`. [render]"""
        return {name: array.copy() for name, array in self.state.items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Continue bit for bit from copies of `state`; ValueError if shapes differ. [render]"""
        for name, array in self.state.items():
            if name not in state or state[name].shape != array.shape:
                raise ValueError(f"the state's {name!r} is another network's")
        for name, array in self.state.items():
            array[...] = state[name]

    def reset_voice(self, voice: int) -> None:
        """As if nothing had sounded before. [render]"""
        self._state.history[voice] = 0.0
        self._state.cursors[voice] = 0
        self._state.codes[voice] = SILENCE, NO_CODE

    def sample(
        self,
        codes: NDArray[np.uint8],
        conditioning: NDArray[np.float32],
        gate_bias: NDArray[np.float32],
        uniforms: NDArray[np.float32],
        temperature: float | NDArray[np.float32],
        active: NDArray[np.int32],
        frames: int,
    ) -> None:
        """Draw `frames` codes for each voice number in `active`. [render]

        Row v of each array is voice v's: `codes` (V, ≥ frames) uint8 is written, `conditioning`
        (V, ≥ frames, C), `gate_bias` (V, L · 2R) and `uniforms` (V, ≥ frames) in [0, 1) are float32
        and read, all C-contiguous. One row of `gate_bias` or one `temperature` serves all voices.
        """
        self._temperatures[:] = temperature

        def draw(active: NDArray[np.int32], hand: int) -> None:
            sample(
                self.weights, self._state, self._scratches[hand], active, frames, conditioning,
                gate_bias, uniforms, self._temperatures, codes, NO_LOGITS, False,
            )  # fmt: skip

        self._multicore.run(draw, active, frames)

    def teacher_force(
        self,
        codes: NDArray[np.uint8],
        conditioning: NDArray[np.float32],
        gate_bias: NDArray[np.float32],
        active: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """(V, frames, 256) logits of each of `codes` (V, frames) given those before. [control]"""
        logits = np.zeros((*codes.shape, LEVELS), np.float32)
        unused = np.zeros(codes.shape, np.float32)
        sample(
            self.weights, self._state, self._scratches[0], active, codes.shape[1], conditioning,
            gate_bias, unused, self._temperatures, codes, logits, True,
        )  # fmt: skip
        return logits


def sampler_on(
    device: str, weights: Weights, voices: int, config: WaveNetConfig, max_frames: int
) -> "Sampler | DeviceSampler":
    """The sampler of a device, for calls of up to `max_frames`. [control]

    RtAudioGenError, one line, if it cannot run there.
    """
    if device == "cpu":
        return Sampler(weights, voices, config.sample_rate, worker_pool())
    if device != "cuda":
        raise RtAudioGenError(f"device '{device}': a WaveNet is sampled on 'cpu' or 'cuda'")
    try:
        from ..compiled.device_call import torch_device
        from .device.sampler import DeviceSampler
    except ModuleNotFoundError as error:
        raise RtAudioGenError(
            f"device 'cuda': the sampler needs the package '{error.name}'"
        ) from error
    return DeviceSampler(weights, voices, config.conditioning, max_frames, torch_device(device))


def gate_bias(weights: Weights, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """(V, L · 2R) layer biases of instruments at `embeddings` (V, E). [control]

    On the render thread `kernels.fill_gate_bias` does it without allocation.
    """
    out = np.empty((len(embeddings), len(weights.gate_bias)), np.float32)
    for row, embedding in zip(out, np.asarray(embeddings, np.float32), strict=True):
        fill_gate_bias(weights, embedding, row)
    return out
