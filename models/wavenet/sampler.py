"""The WaveNet sampler for CPUs: bfloat16 weights, cached state, explicit and copyable."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.realtime.render.worker_pool import WorkerPool, worker_pool

from ..playing.codes.sampler import VoiceSampler
from .config import WaveNetConfig
from .kernels import sample
from .memory import State, scratch_of, state_of
from .packing import NO_CODE, Weights

if TYPE_CHECKING:
    from .device.sampler import DeviceSampler


class Sampler(VoiceSampler):
    """A `VoiceSampler` of a WaveNet."""

    arrays: State

    def __init__(
        self, weights: Weights, voices: int, sample_rate: int = 0, pool: WorkerPool | None = None
    ) -> None:
        self.weights = weights
        self.counts = tuple(weights.codes.tolist())
        super().__init__(
            state_of(weights, voices), lambda: scratch_of(weights), voices, sample_rate, pool
        )

    def reset_voice(self, voice: int) -> None:
        """Implement `VoiceSampler.reset_voice`."""
        self.arrays.history[voice] = 0.0
        self.arrays.cursors[voice] = 0
        self.arrays.codes[voice, 0::2] = self.weights.codes // 2  # silence
        self.arrays.codes[voice, 1::2] = NO_CODE

    def draw(self, scratch: Any, active: NDArray[np.int32], frames: int, *arguments: Any) -> None:
        """Implement `VoiceSampler.draw`."""
        sample(self.weights, self.arrays, scratch, active, frames, *arguments)


def sampler_on(
    device: str, weights: Weights, voices: int, config: WaveNetConfig, max_frames: int
) -> "Sampler | DeviceSampler":
    """Return the sampler of a device, for calls of up to `max_frames`. [control]

    RtAudioGenError, one line, if it cannot run there.
    """
    if device == "cpu":
        return Sampler(weights, voices, config.frame_rate, worker_pool())
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
