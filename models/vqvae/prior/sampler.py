"""Sampling of the prior on the CPU: bfloat16 weights, cached state, explicit and copyable."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.state import restore
from ..config import CodesConfig
from .kernels import force, sample
from .memory import scratch_of, state_of
from .packing import pack

SURPRISE_SECONDS = 1.0  # time constant of the running mean
RESTLESS = 0.5  # a good `restlessness`: pauses in speech stay short at any temperature
STUCK = 0.1  # surprise below this share of the greatest one: longer than between two words


class PriorSampler:
    """`voices` independent streams of code frames that share one network.

    The result is a function of state and arguments, and a voice's depends on no other voice.
    """

    def __init__(
        self, config: CodesConfig, tensors: Mapping[str, NDArray[np.float32]], voices: int
    ) -> None:
        """Allocate and compile; `tensors` without a prefix. [control] RtAudioGenError as `pack`."""
        self.config, self.voices = config, voices
        self.weights = pack(config, tensors)
        self._state, self._scratch = state_of(self.weights, voices), scratch_of(self.weights)
        self.share = 1.0 / (1.0 + SURPRISE_SECONDS * config.code_rate)
        self._no_logits = np.zeros((0, config.stages, config.codes), np.float32)
        self._warm_up()

    def _warm_up(self) -> None:
        frame = np.zeros(self.config.stages, np.uint16)
        label = np.zeros(len(self.config.labels), np.float32)
        self.sample(0, label, 1.0, 1, np.zeros(self.config.stages, np.float32), frame)
        self.force(0, frame[None], label)
        for voice in range(self.voices):
            self.reset_voice(voice)

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Return the live arrays by name, voices first; copy them to save. [render]"""
        return self._state._asdict()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Continue bit for bit from copies of `state`; ValueError if shapes differ. [render]"""
        restore(self.state, state, "the prior")

    def reset_voice(self, voice: int) -> None:
        """Forget what a voice has played: the next frame begins a sound. [render]"""
        self._state.hidden[voice] = 0.0
        self._state.codes[voice] = self.config.codes
        self._state.surprise[voice] = math.log(self.config.codes)

    def sample(
        self,
        voice: int,
        label_weights: NDArray[np.float32],
        temperature: float,
        top_k: int,
        uniforms: NDArray[np.float32],
        codes: NDArray[np.uint16],
        restlessness: float = 0.0,
    ) -> None:
        """Draw the next frame into `codes` (stages,). [render]

        `label_weights` (labels,) mix the labels' points and sum to 1; `top_k` is among how many of
        the likeliest codes to draw, 0: all; `uniforms` (stages,) in [0, 1). Arrays C-contiguous.

        At low temperatures priors lock into silence or a loop. `restlessness` is the share of the
        greatest surprise, log(codes), below which a low temperature rises towards 1, 0: never.
        """
        sample(
            self.weights, self._state, self._scratch, voice, label_weights,
            float(temperature), int(top_k), uniforms, codes, float(restlessness), self.share,
        )  # fmt: skip

    def force(
        self, voice: int, codes: NDArray[np.uint16], label_weights: NDArray[np.float32]
    ) -> None:
        """Hear `codes` (frames, stages) as if they had been drawn, to continue them. [render]"""
        force(
            self.weights, self._state, self._scratch, voice, label_weights, codes, self._no_logits
        )

    def teacher_force(
        self, voice: int, codes: NDArray[np.uint16], label_weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Do `force`, and return the logits (frames, stages, codes) of each frame. [control]"""
        logits = np.zeros((*codes.shape, self.config.codes), np.float32)
        force(self.weights, self._state, self._scratch, voice, label_weights, codes, logits)
        return logits

    def stuck(self, voice: int) -> bool:
        """Return True if the draws have long been predictable: silence, a held sound, a loop.
        [render]

        Nothing is done about it here beyond `restlessness`: the caller may raise the temperature,
        `force` some real codes, or `reset_voice`.
        """
        return bool(self._state.surprise[voice] < STUCK * math.log(self.config.codes))
