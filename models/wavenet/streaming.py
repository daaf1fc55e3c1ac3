"""WaveNet one frame at a time in torch: the readable reference of the compiled samplers.

The state is a dict of tensors; B voices run in step, and every function advances the state it is
given. A stream begins as if one frame of silence had been heard.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from ..compiled.mulaw import LEVELS, SILENCE
from .network import WaveNet

State = dict[str, Tensor]
NO_CODE = -1  # before the first frame


def silent(network: WaveNet, voices: int) -> State:
    """Return a new state: each voice's last two codes, and each layer's last inputs as a ring."""
    device, width = network.skip.weight.device, network.config.residual
    state: State = {
        "frame": torch.zeros((), dtype=torch.int64),
        "codes": torch.tensor([[SILENCE, NO_CODE]] * voices, device=device),  # (B, 2)
    }
    for layer, dilation in enumerate(network.config.dilations):
        state[f"history.{layer}"] = torch.zeros(voices, dilation, width, device=device)
    return state


@torch.inference_mode()
def process(
    network: WaveNet, state: State, codes: Tensor, conditioning: Tensor | None, embedding: Tensor
) -> Tensor:
    """Return (B, T, 256) logits of each of `codes` (B, T), given those before it.

    `conditioning` (B, T, C) or None if C = 0; `embedding` (B, E).
    """
    logits = []
    steps = _steps(network, state, conditioning, embedding, codes.shape[1])
    for frame, predicted in enumerate(steps):
        logits.append(predicted)
        _heard(state, codes[:, frame])
    return torch.stack(logits, dim=1)


@torch.inference_mode()
def sample(
    network: WaveNet,
    state: State,
    conditioning: Tensor | None,
    embedding: Tensor,
    uniforms: Tensor,
    temperature: float = 1.0,
) -> Tensor:
    """Draw (B, T) codes with `uniforms` (B, T) in [0, 1) by the inverse distribution function."""
    codes = []
    steps = _steps(network, state, conditioning, embedding, uniforms.shape[1])
    for frame, logits in enumerate(steps):
        passed = torch.softmax(logits / temperature, dim=-1).cumsum(-1)  # (B, 256)
        code = (passed <= uniforms[:, frame, None]).sum(-1).clamp(max=LEVELS - 1)
        codes.append(code)
        _heard(state, code)
    return torch.stack(codes, dim=1)


def _heard(state: State, codes: Tensor) -> None:
    """Let the next step follow these `codes` (B,)."""
    state["codes"] = torch.stack([codes.long(), state["codes"][:, 0]], dim=1)


def _steps(
    network: WaveNet, state: State, conditioning: Tensor | None, embedding: Tensor, frames: int
) -> Iterator[Tensor]:
    """Yield (B, 256) logits of the next code `frames` times; between them the caller sets it."""
    biases = network.instrument(embedding).chunk(len(network.dilated), dim=-1)  # L × (B, 2R)
    for frame in range(frames):
        now = None if conditioning is None else conditioning[:, frame]
        yield _step(network, state, now, biases)


def _step(
    network: WaveNet, state: State, conditioning: Tensor | None, biases: tuple[Tensor, ...]
) -> Tensor:
    """Return (B, 256) logits of one frame of `WaveNet.forward`."""
    now, before = state["codes"].unbind(1)
    first = (before == NO_CODE)[:, None]
    hidden = network.current(now) + network.previous(before.clamp(min=0)).masked_fill(first, 0)
    gated = []
    for layer, dilation in enumerate(network.config.dilations):
        history, row = state[f"history.{layer}"], int(state["frame"]) % dilation
        taps = [history[:, row], hidden]
        inputs = torch.cat(taps if conditioning is None else [*taps, conditioning], dim=-1)
        filtered, opening = (network.dilated[layer](inputs) + biases[layer]).chunk(2, dim=-1)
        gated.append(torch.tanh(filtered) * torch.sigmoid(opening))  # (B, R)
        history[:, row] = hidden
        if layer < len(network.residual):
            hidden = hidden + network.residual[layer](gated[-1])
    state["frame"] += 1
    skip = F.relu(network.skip(torch.cat(gated, dim=-1)))  # (B, S)
    logits: Tensor = network.logit(F.relu(network.output(skip)))
    return logits
