"""Streaming equals parallel: the sampler against the trained network. [control]"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_tensors

from ..compiled.mulaw import SILENCE
from ..compiled.packing import Floats
from ..measuring.code_models import with_tensors
from ..measuring.parallel import code_score, compare_codes
from ..playing.codes.instruments import biases
from .config import FRAME, SampleRNNConfig
from .generator import Sampler
from .network import SampleRNN
from .packing import pack, rounded


def check(generator: Generator) -> Sequence[Finding]:
    """Compare the sampler of a model file with its network; see `compare_codes`."""
    config: SampleRNNConfig = generator.config  # type: ignore[attr-defined]
    assert generator.descriptor.path is not None
    return compare(config, read_tensors(generator.descriptor.path))


def compare(config: SampleRNNConfig, tensors: Mapping[str, Floats]) -> Sequence[Finding]:
    """Return the findings of a network of these tensors."""
    weights = pack(config, tensors)
    network: SampleRNN = with_tensors(SampleRNN(config), rounded(config, tensors))
    embedding = network.instruments.weight[:1].detach()

    @torch.inference_mode()
    def parallel(codes: NDArray[np.uint8], told: Floats) -> Floats:
        past = np.pad(codes.astype(np.int64), ((0, 0), (FRAME, 0)), constant_values=SILENCE)
        conditioning = torch.from_numpy(told)
        logits, _ = network(torch.from_numpy(past), conditioning, embedding, network.silent(1))
        return np.asarray(logits)

    bias = biases(weights.instruments, embedding.numpy())
    return compare_codes(code_score(config.conditioning, bias, parallel), Sampler(weights, 1))
