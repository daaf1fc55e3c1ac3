"""Streaming equals parallel: the sampler against the trained network. [control]"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_tensors

from ..compiled.packing import Floats
from ..measuring.code_models import with_tensors
from ..measuring.parallel import (
    CODE_FRAMES,
    LOGIT_TOLERANCE,
    close,
    code_score,
    compare_codes,
)
from ..playing.codes.instruments import biases
from .generator import WaveNetGenerator
from .network import WaveNet
from .packing import rounded
from .sampler import Sampler


def check(generator: Generator) -> Sequence[Finding]:
    """Compare a prepared generator's sampler with its network; see `compare_codes`."""
    assert isinstance(generator, WaveNetGenerator)
    assert generator.descriptor.path is not None
    config, weights = generator.config, generator.packed
    tensors = rounded(config, read_tensors(generator.descriptor.path))
    network: WaveNet = with_tensors(WaveNet(config), tensors)
    embedding = network.instruments.weight[:1].detach()

    @torch.inference_mode()
    def parallel(codes: NDArray[np.uint8], told: Floats) -> Floats:
        silence = np.full_like(codes[:, :1], np.array(config.codes) // 2)
        past = np.concatenate([silence, codes[:, :-1]], axis=1)
        conditioning = torch.from_numpy(told) if told.shape[-1] else None
        return np.asarray(network(torch.from_numpy(past).long(), conditioning, embedding))

    score = code_score(
        config.conditioning, biases(weights.instruments, embedding.numpy()), parallel, config.codes
    )
    sampler = generator.new_sampler(1, CODE_FRAMES)
    findings = compare_codes(score, sampler)
    if generator.device != "cpu":
        sampler.reset_voice(0)
        ours, compiled = score.streamed(sampler), score.streamed(Sampler(weights, 1))
        name = f"{generator.device} equals the CPU"
        findings.append(close(name, ours, compiled, LOGIT_TOLERANCE))
    return findings
