"""The WaveNet sampler on a GPU: the CPU's methods, state and lanes, in the GPU's memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtaudiogen.errors import RtAudioGenError

from ...compiled.device_call import DeviceCall, Shapes, Tensors, lost
from ...compiled.mulaw import LEVELS, SILENCE
from ...compiled.packing import Floats
from ...compiled.state import State, check_fits
from ...playing.codes.sampler import Codes, Numbers
from ..memory import state_of
from ..packing import NO_CODE, Weights
from .kernel import sample_block
from .packing import DeviceWeights, told_pairs, upload

INPUTS = ("frames", "active", "conditioning", "gate_bias", "uniforms", "temperatures")
WARPS = 8  # of a program: a layer's lanes fit into its registers at R = 64

Launch = Callable[..., None]  # `_launch` with its first three arguments given


class DeviceSampler:
    """A `CodeSampler` on a GPU: one row of `gate_bias` serves all voices, and calls have a maximum
    length.
    """

    def __init__(
        self, weights: Weights, voices: int, channels: int, max_frames: int, device: torch.device
    ) -> None:
        """Allocate, compile and silence; `channels` are C of the conditioning. [control]

        RtAudioGenError for sizes that the kernel does not know; ProcessorLostError without room.
        """
        self.weights, self.voices, self._device = weights, voices, device
        with lost(device):
            self._uploaded = upload(weights, device)
            self._state = {
                name: torch.from_numpy(array).to(device)
                for name, array in state_of(weights, voices)._asdict().items()
            }
            self._silence = torch.tensor([SILENCE, NO_CODE], device=device)
            no_logits = torch.zeros(1, device=device)
        self._fresh: set[int] = set()  # voices to be reset before the next call
        sizes = {
            "R": weights.residual, "S": weights.skip, "A": weights.output, "C": channels,
            "PAIRS": told_pairs(weights.conditioning),
        }  # fmt: skip
        self._launch: Launch = partial(_launch, self._uploaded, self._state, sizes)
        inputs: Shapes = {
            "frames": ((1,), np.int32),
            "active": ((voices,), np.int32),
            "conditioning": ((voices, max_frames, channels), np.float32),
            "gate_bias": (weights.instruments.bias.shape, np.float32),
            "uniforms": ((voices, max_frames), np.float32),
            "temperatures": ((voices,), np.float32),
        }
        outputs: Shapes = {"codes": ((voices, max_frames), np.uint8)}
        with _compiling():
            self._call = DeviceCall(
                partial(_draw, self._launch, no_logits), inputs, outputs, device
            )
        for voice in range(voices):
            self.reset_voice(voice)

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Return `saved`, because there are no live arrays here. [render]"""
        return self.saved()

    def saved(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays by name, laid out as the CPU's. [render]"""
        with self._begun():
            copies = {name: tensor.cpu().numpy() for name, tensor in self._state.items()}
        own = self._device.type == "cpu"  # torch's CPU in a GPU's place: its memory is the state
        return {name: array.copy() for name, array in copies.items()} if own else copies

    def restore(self, state: State) -> None:
        """Implement `CodeSampler.restore`."""
        check_fits({n: tuple(t.shape) for n, t in self._state.items()}, state, "the state")
        self._fresh.clear()
        with self._call.in_order():
            for name, tensor in self._state.items():
                tensor.copy_(torch.from_numpy(np.ascontiguousarray(state[name])))
            # a state may come from a damaged file; it must not lead outside of the arrays
            beyond = (self._state["cursors"] < 0) | (
                self._state["cursors"] >= self._uploaded.dilations
            )
            self._state["cursors"].masked_fill_(beyond, 0)

    def reset_voice(self, voice: int) -> None:
        """Implement `CodeSampler.reset_voice`."""
        self._fresh.add(voice)

    @contextmanager
    def _begun(self) -> Iterator[None]:
        """Run the block in order, after the voices to be reset were reset together."""
        with self._call.in_order():
            if self._fresh:
                at = torch.tensor(sorted(self._fresh), device=self._device)
                self._state["history"].index_fill_(0, at, 0.0)
                self._state["cursors"].index_fill_(0, at, 0)
                self._state["codes"][at] = self._silence
                self._fresh.clear()
            yield

    def sample(
        self, codes: Codes, conditioning: Floats, gate_bias: Floats, uniforms: Floats,
        temperature: float | Floats, active: Numbers, frames: int, /,
    ) -> None:  # fmt: skip
        """Implement `CodeSampler.sample`. [render] ProcessorLostError"""
        inputs = self._call.inputs
        inputs["frames"][0] = frames
        inputs["active"][:] = 0
        inputs["active"][active] = 1
        inputs["conditioning"][active, :frames] = conditioning[active, :frames]
        inputs["gate_bias"][:] = gate_bias[0]
        inputs["uniforms"][active, :frames] = uniforms[active, :frames]
        inputs["temperatures"][:] = temperature
        with self._begun():
            self._call()
        codes[active, :frames] = self._call.outputs["codes"][active, :frames]

    def teacher_force(
        self, codes: Codes, conditioning: Floats, gate_bias: Floats, active: Numbers
    ) -> Floats:
        """Implement `CodeSampler.teacher_force`."""

        def there(array: NDArray[Any]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)

        on = np.zeros(self.voices, np.int32)
        on[active] = 1
        unused = torch.zeros(codes.shape, device=self._device)
        inputs = {
            "frames": there(np.array([codes.shape[1]], np.int32)),
            "active": there(on),
            "conditioning": there(conditioning),
            "gate_bias": there(gate_bias[0]),
            "uniforms": unused,
            "temperatures": unused,
        }
        with self._begun():
            logits = torch.zeros((*codes.shape, LEVELS), device=self._device)
            self._launch(inputs, there(codes), logits, forced=True)
            return logits.cpu().numpy()


@contextmanager
def _compiling() -> Iterator[None]:
    """Turn Triton's various errors, without a compiler or a known GPU, into one."""
    try:
        yield
    except RtAudioGenError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise RtAudioGenError(
            "device 'cuda': the sampler's kernel cannot be compiled, which takes a C compiler and "
            f"Python's headers ({type(error).__name__}: {lines[0]})"
        ) from error


def _launch(
    weights: DeviceWeights, state: Tensors, sizes: Mapping[str, int], inputs: Tensors,
    codes: Tensor, logits: Tensor, *, forced: bool,
) -> None:  # fmt: skip
    """Launch the kernel, one program a voice."""
    voices, layers = state["cursors"].shape
    sample_block[(voices,)](
        *weights, *state.values(), *(inputs[name] for name in INPUTS), codes, logits,
        codes.shape[1], state["history"].shape[1], layers, **sizes, FORCED=forced,
        num_warps=WARPS, num_stages=1, enable_fp_fusion=True,
    )  # fmt: skip


def _draw(launch: Launch, no_logits: Tensor, inputs: Tensors, outputs: Tensors) -> None:
    """Do the work of a call; as a method it would keep its owner alive."""
    launch(inputs, outputs["codes"], no_logits, forced=False)
