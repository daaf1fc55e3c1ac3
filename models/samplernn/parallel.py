"""Streaming equals parallel: the sampler against the network that was trained. [control]"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_tensors

from ..compiled.mulaw import LEVELS, SILENCE
from .config import FRAME, SampleRNNConfig
from .kernels import fill_bias
from .network import SampleRNN
from .packing import pack, rounded, shapes
from .sampler import Sampler

FRAMES, INTERRUPTION = 640, 251
TOLERANCE = 1e-4  # of the largest logit


def check(generator: Generator) -> Sequence[Finding]:
    """Compare teacher-forced logits of the sampler with the parallel forward.

    Both hold the same bfloat16-rounded weights. Checked from reset, and with the state saved,
    disturbed and restored in the middle.
    """
    config: SampleRNNConfig = generator.config  # type: ignore[attr-defined]
    assert generator.descriptor.path is not None
    return compare(config, read_tensors(generator.descriptor.path))


def compare(config: SampleRNNConfig, tensors: dict[str, NDArray[np.float32]]) -> list[Finding]:
    """Return the findings of a network of these tensors."""
    random = np.random.default_rng(0)
    codes = random.integers(0, LEVELS, (1, FRAMES), dtype=np.uint8)
    conditioning = random.standard_normal((1, FRAMES, config.conditioning), dtype=np.float32)
    expected = _parallel(config, rounded(config, tensors), codes, conditioning)
    weights = pack(config, tensors)
    sampler, bias = Sampler(weights, 1), np.zeros((1, 5 * config.width), np.float32)
    fill_bias(weights, np.asarray(tensors["instruments.weight"][0], np.float32), bias[0])

    def stream(first: int, last: int) -> NDArray[np.float32]:
        told = np.ascontiguousarray(conditioning[:, first:last])
        heard = np.ascontiguousarray(codes[:, first:last])
        return sampler.teacher_force(heard, told, bias, np.zeros(1, np.int32))

    whole = stream(0, FRAMES)
    sampler.reset_voice(0)
    before = stream(0, INTERRUPTION)
    saved = sampler.saved()
    stream(0, FRAMES)
    sampler.restore(saved)
    resumed = np.concatenate([before, stream(INTERRUPTION, FRAMES)], axis=1)
    return [
        _finding("streaming equals parallel", whole, expected),
        _finding("streaming equals parallel across save and restore", resumed, expected),
    ]


def _parallel(
    config: SampleRNNConfig, tensors: dict[str, NDArray[np.float32]], codes: NDArray[np.uint8],
    conditioning: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """Return (1, T, 256) logits of every code; a stream begins with a frame of silence."""
    network = SampleRNN(config)
    network.load_state_dict({name: torch.from_numpy(tensors[name]) for name in shapes(config)})
    past = np.pad(codes.astype(np.int64), ((0, 0), (FRAME, 0)), constant_values=SILENCE)
    embedding = torch.from_numpy(tensors["instruments.weight"][:1])
    with torch.inference_mode():
        logits, _ = network(
            torch.from_numpy(past), torch.from_numpy(conditioning), embedding, network.silent(1)
        )
    result: NDArray[np.float32] = logits.numpy()
    return result


def _finding(name: str, ours: NDArray[np.float32], expected: NDArray[np.float32]) -> Finding:
    error = float(np.abs(ours - expected).max() / np.abs(expected).max())
    detail = f"largest difference {error:.1e} of the largest logit, limit {TOLERANCE:.0e}"
    return Finding(name, error < TOLERANCE, detail)
