"""Streaming equals parallel: the sampler against the network that was trained. [control]"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_tensors

from ..compiled.mulaw import LEVELS, SILENCE
from ..measuring.parallel import close, whole_and_resumed
from .generator import WaveNetGenerator
from .network import WaveNet
from .packing import rounded, shapes
from .sampler import Sampler, gate_bias

if TYPE_CHECKING:
    from .device.sampler import DeviceSampler

FRAMES, INTERRUPTION = 600, 251
TOLERANCE = 1e-4  # of the largest logit


def check(generator: Generator) -> Sequence[Finding]:
    """Teacher-forced logits of a prepared generator's sampler, against the parallel forward.

    Both hold the same bfloat16-rounded weights. Checked from reset, and with the state saved,
    disturbed and restored in the middle.
    """
    assert isinstance(generator, WaveNetGenerator)
    assert generator.descriptor.path is not None
    config = generator.config
    tensors = rounded(config, read_tensors(generator.descriptor.path))
    random = np.random.default_rng(0)
    codes = random.integers(0, LEVELS, (1, FRAMES), dtype=np.uint8)
    conditioning = random.standard_normal((1, FRAMES, config.conditioning), dtype=np.float32)
    embedding = tensors["instruments.weight"][:1]

    network = WaveNet(config)
    network.load_state_dict({name: torch.from_numpy(tensors[name]) for name in shapes(config)})
    sampler = generator.new_sampler(1, FRAMES)
    expected = _parallel(network, codes, conditioning, embedding)
    whole, resumed = whole_and_resumed(
        sampler, lambda: sampler.reset_voice(0),
        lambda part: _stream(sampler, codes[:, part], conditioning[:, part], embedding),
        FRAMES, INTERRUPTION, axis=1,
    )  # fmt: skip
    findings = [
        close("streaming equals parallel", whole, expected, TOLERANCE),
        close("streaming equals parallel across save and restore", resumed, expected, TOLERANCE),
    ]
    if generator.device != "cpu":
        compiled = _stream(Sampler(generator.packed, 1), codes, conditioning, embedding)
        findings.append(close(f"{generator.device} equals the CPU", whole, compiled, TOLERANCE))
    return findings


def _parallel(
    network: WaveNet, codes: NDArray[np.uint8], conditioning: NDArray[np.float32],
    embedding: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """(1, T, 256) logits of every code; a stream begins with one frame of silence behind it."""
    features = torch.from_numpy(conditioning) if conditioning.shape[-1] else None
    with torch.inference_mode():
        past = torch.from_numpy(np.pad(codes[:, :-1], ((0, 0), (1, 0)), constant_values=SILENCE))
        logits: NDArray[np.float32] = network(
            past.long(), features, torch.from_numpy(embedding)
        ).numpy()
    return logits


def _stream(
    sampler: "Sampler | DeviceSampler", codes: NDArray[np.uint8], conditioning: NDArray[np.float32],
    embedding: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """(1, T, 256) logits of every code, given the sampler's state."""
    features = np.ascontiguousarray(conditioning)
    active = np.zeros(1, np.int32)
    bias = gate_bias(sampler.weights, embedding)
    return sampler.teacher_force(np.ascontiguousarray(codes), features, bias, active)
