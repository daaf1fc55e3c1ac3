"""Streaming equals parallel: the sampler against the trained network. [control]"""

from collections.abc import Sequence

from rtaudiogen.generator import Finding, Generator

from ..measuring.code_models import code_score, with_tensors
from ..measuring.parallel import CODE_FRAMES, LOGIT_TOLERANCE, close, compare_codes
from .descriptor import FILES
from .generator import WaveNetGenerator
from .network import WaveNet
from .packing import rounded
from .sampler import Sampler


def check(generator: Generator) -> Sequence[Finding]:
    """Compare a prepared generator's sampler with its network; see `compare_codes`."""
    assert isinstance(generator, WaveNetGenerator)
    config, tensors = FILES.opened(generator.descriptor)
    network = with_tensors(WaveNet(config), rounded(config, tensors))
    score = code_score(network, generator.packed.instruments)
    sampler = generator.new_sampler(1, CODE_FRAMES)
    findings = compare_codes(score, sampler)
    if generator.device != "cpu":
        sampler.reset_voice(0)
        ours, compiled = score.streamed(sampler), score.streamed(Sampler(generator.packed, 1))
        name = f"{generator.device} equals the CPU"
        findings.append(close(name, ours, compiled, LOGIT_TOLERANCE))
    return findings
